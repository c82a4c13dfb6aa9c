package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.UniformRealDistribution;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PublishedFamilyTest {

  private static final int SIDE = TorchvisionNumbers.SIDE;
  private static final float[] LEVELS =
      TorchvisionNumbers.floats(TorchvisionNumbers.read().get("levels"));

  private static float[] apply(PublishedFamily family, long seed) {
    return family.apply(LEVELS, SIDE, new Random(seed));
  }

  @ParameterizedTest
  @EnumSource(PublishedFamily.class)
  void givesANewPictureAndLeavesTheOldOneAlone(PublishedFamily family) {
    float[] before = LEVELS.clone();
    for (int seed = 0; seed < 20; seed++) {
      float[] changed = apply(family, seed);
      assertNotSame(LEVELS, changed);
      for (float value : changed) {
        float slack = family == PublishedFamily.NOISE ? 0.06f : 1e-6f;
        assertTrue(value >= -slack && value <= 1 + slack, family + ": " + value);
      }
    }
    assertArrayEquals(before, LEVELS);
  }

  @Test
  void eachAppliesItsTransformWithThePublishedParameters() {
    float[] values = GreyLevels.toValues(LEVELS);
    for (int seed = 0; seed < 20; seed++) {
      assertArrayEquals(values, apply(PublishedFamily.BASELINE, seed));
      assertArrayEquals(Sharpness.apply(values, SIDE, 4), apply(PublishedFamily.SHARPNESS, seed));
      float[] small = Homography.random(SIDE, 0.5, new Random(seed)).warp(LEVELS, SIDE);
      assertArrayEquals(GreyLevels.toValues(small), apply(PublishedFamily.PERSPECTIVE_SMALL, seed));
      float[] large = Homography.random(SIDE, 0.9, new Random(seed)).warp(LEVELS, SIDE);
      assertArrayEquals(GreyLevels.toValues(large), apply(PublishedFamily.PERSPECTIVE, seed));
      Erasing erasing = new Erasing(0.1, 0.2, 0.3, 3.3);
      assertArrayEquals(
          erasing.apply(values, SIDE, new Random(seed)), apply(PublishedFamily.ERASE, seed));
      Random random = new Random(seed);
      float[] erased = erasing.apply(LEVELS, SIDE, random);
      float[] both = Homography.random(SIDE, 0.5, random).warp(erased, SIDE);
      assertArrayEquals(GreyLevels.toValues(both), apply(PublishedFamily.BOTH, seed));
    }
  }

  @Test
  void noiseIsNormalWithADeviationOfAHundredth() {
    float[] values = GreyLevels.toValues(LEVELS);
    double[] noise = new double[4 * values.length];
    for (int seed = 0; seed < 4; seed++) {
      float[] noisy = apply(PublishedFamily.NOISE, seed);
      for (int p = 0; p < values.length; p++) {
        noise[seed * values.length + p] = (double) noisy[p] - values[p];
      }
    }
    double p =
        new KolmogorovSmirnovTest()
            .kolmogorovSmirnovTest(new NormalDistribution(0, 0.01), noise, false);
    assertTrue(p > 1e-3, "p = " + p);
    double fourDeviations = 4 * 0.01 / Math.sqrt(2 * noise.length);
    assertEquals(0.01, new StandardDeviation().evaluate(noise), fourDeviations);
  }

  /** The deviation is read from what a single pixel becomes. */
  @Test
  void blurIsAsStrongAsItSays() {
    float[] dot = new float[SIDE * SIDE];
    int middle = SIDE / 2 * SIDE + SIDE / 2;
    dot[middle] = GreyLevels.WHITE;
    double[] deviations = new double[2000];
    Random random = new Random(8);
    for (int i = 0; i < deviations.length; i++) {
      float[] blurred = PublishedFamily.BLUR.apply(dot, SIDE, random);
      double ratio = blurred[middle + 1] / (double) blurred[middle]; // exp(-1 / (2 deviation²))
      deviations[i] = ratio == 0 ? 0.1 : Math.sqrt(-0.5 / Math.log(ratio));
    }
    double p =
        new KolmogorovSmirnovTest()
            .kolmogorovSmirnovTest(new UniformRealDistribution(0.1, 2), deviations, false);
    assertTrue(p > 1e-3, "p = " + p);
    assertEquals(8, PublishedFamily.values().length);
  }
}
