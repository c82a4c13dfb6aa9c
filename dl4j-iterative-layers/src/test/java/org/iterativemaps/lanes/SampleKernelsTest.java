package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;

/** The loops over samples of this JVM beside those in plain Java, for any number of samples. */
class SampleKernelsTest {
  private static final int[] UNITS = {1, 63, 64, 65, 200};

  private static float[] random(int length, String name) {
    RandomSource random = RandomSource.of(length, name);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void theyAgree() {
    SampleKernels plain = new ScalarSampleKernels();
    SampleKernels here = SampleKernels.here();
    for (int units : UNITS) {
      for (int samples = 1; samples < 40; samples++) {
        int length = units * samples;
        float[] a = random(length, "a");
        float[] b = random(length, "b");
        float[][] dots = {new float[samples], new float[samples]};
        float[][] sums = {b.clone(), b.clone()};
        float[][] moves = {new float[length], new float[length]};
        float[][] largest = {new float[2 * samples], new float[2 * samples]};
        float[] factors = random(samples, "f");
        int k = 0;
        for (SampleKernels kernels : new SampleKernels[] {plain, here}) {
          kernels.addDots(units, samples, a, b, 0, dots[k]);
          kernels.addScaled(units, samples, factors, a, sums[k]);
          kernels.residual(units, samples, a, b, moves[k], largest[k]);
          k++;
        }
        for (int s = 0; s < samples; s++) {
          assertEquals(dots[0][s], dots[1][s], 64 * units * Math.ulp(1f));
          assertEquals(largest[0][s], largest[1][s]);
          assertEquals(largest[0][samples + s], largest[1][samples + s]);
        }
        for (int i = 0; i < length; i++) {
          assertEquals(sums[0][i], sums[1][i], 16 * Math.ulp(1f));
          assertEquals(moves[0][i], moves[1][i]);
        }
      }
    }
  }

  @Test
  void whatIsNoNumberStaysNone() {
    for (SampleKernels kernels :
        new SampleKernels[] {new ScalarSampleKernels(), SampleKernels.here()}) {
      for (int samples : new int[] {1, 16, 19}) {
        for (int sample = 0; sample < samples; sample++) {
          float[] g = new float[3 * samples];
          g[samples + sample] = Float.NaN;
          float[] largest = new float[2 * samples];
          kernels.residual(3, samples, g, new float[g.length], new float[g.length], largest);
          for (int s = 0; s < samples; s++) {
            assertEquals(s == sample, Float.isNaN(largest[s]));
            assertTrue(s == sample || largest[s] == 0);
          }
        }
      }
    }
  }
}
