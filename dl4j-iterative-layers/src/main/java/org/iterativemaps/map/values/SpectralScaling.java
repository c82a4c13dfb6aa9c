package org.iterativemaps.map.values;

import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Normally distributed weights scaled to a spectral radius: W = radius / rho(G) G with g_ij ~ N(0,
 * 1) and rho the largest modulus of the eigenvalues, see {@link SpectralRadius}.
 *
 * <p>Source: Jaeger, "The echo state approach to analysing and training recurrent neural networks",
 * GMD report 148 (2001), section 3.2 and its erratum: below 1 the state of a tanh reservoir with
 * zero input fades.
 *
 * @param radius finite, at least 0
 */
public record SpectralScaling(double radius) implements WeightValues {
  /** Checks the numbers. */
  public SpectralScaling {
    WeightValues.checkNotNegative("radius", radius);
  }

  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    WeightValues.checkSquare("a spectral radius", mask);
    double[] values = new double[mask.entryCount()];
    for (int entry = 0; entry < values.length; entry++) {
      values[entry] = random.nextGaussian();
    }
    double found = SpectralRadius.of(mask, values);
    if (found == 0) {
      throw new IllegalArgumentException(
          "spectral radius: "
              + mask
              + " has no cycle of units, so that all its eigenvalues are 0; use a higher density");
    }
    for (int entry = 0; entry < values.length; entry++) {
      values[entry] *= radius / found;
    }
    return values;
  }
}
