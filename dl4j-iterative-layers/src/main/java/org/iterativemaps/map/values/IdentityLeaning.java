package org.iterativemaps.map.values;

import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A state that is kept by default: w_ii = scale, and beside the diagonal
 *
 * <pre>    w_ij ~ N(0, noise² / (fanIn_i - 1))</pre>
 *
 * <p>fanIn_i - 1 being the weights into unit i beside its own. Units whose own weight does not
 * exist have noise alone. Scale 1 without noise is the identity of Le, Jaitly, Hinton, "A Simple
 * Way to Initialize Recurrent Networks of Rectified Linear Units", arXiv:1504.00941 (2015); less
 * than 1 forgets at that rate, section 4 there.
 *
 * @param scale finite
 * @param noise finite, at least 0
 */
public record IdentityLeaning(double scale, double noise) implements WeightValues {
  /** Checks the numbers. */
  public IdentityLeaning {
    WeightValues.checkNotNegative("|scale|", Math.abs(scale));
    WeightValues.checkNotNegative("noise", noise);
  }

  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    WeightValues.checkSquare("leaning towards the identity", mask);
    double[] values = new double[mask.entryCount()];
    boolean hasDiagonal = false;
    for (int to = 0; to < mask.toSize(); to++) {
      int end = mask.targetStart(to + 1);
      double others = Math.max(1, end - mask.targetStart(to) - 1);
      for (int entry = mask.targetStart(to); entry < end; entry++) {
        boolean own = mask.source(entry) == to;
        values[entry] = own ? scale : noise / Math.sqrt(others) * random.nextGaussian();
        hasDiagonal |= own;
      }
    }
    if (!hasDiagonal) {
      throw new IllegalArgumentException(
          "leaning towards the identity: "
              + mask
              + " has no entry on its diagonal; use a pattern that has, or add a fixed diagonal");
    }
    return values;
  }
}
