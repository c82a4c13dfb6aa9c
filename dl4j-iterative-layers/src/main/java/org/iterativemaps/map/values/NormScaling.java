package org.iterativemaps.map.values;

import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Normally distributed weights scaled to a spectral norm: W = norm / |G| G with g_ij ~ N(0, 1) and
 * |G| the largest singular value, see {@link SpectralNorm}.
 *
 * <p>Source: Miyato, Kataoka, Koyama, Yoshida, "Spectral normalization for generative adversarial
 * networks" (2018), which divides by the norm in every step; here it is the first values alone.
 *
 * @param norm finite, at least 0
 */
public record NormScaling(double norm) implements WeightValues {
  /** Checks the number. */
  public NormScaling {
    WeightValues.checkNotNegative("norm", norm);
  }

  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    double[] values = new double[mask.entryCount()];
    for (int entry = 0; entry < values.length; entry++) {
      values[entry] = random.nextGaussian();
    }
    double found = SpectralNorm.of(SparseMatrix.of(mask, values));
    for (int entry = 0; entry < values.length; entry++) {
      values[entry] *= norm / found;
    }
    return values;
  }
}
