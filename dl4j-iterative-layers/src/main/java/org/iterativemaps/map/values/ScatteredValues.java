package org.iterativemaps.map.values;

import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Values at some of the weights and 0 at the others, all of which exist: what A = W0 + U * Omega
 * starts from where W0 is sparse and Omega is not (arXiv:2404.00880).
 *
 * @param pattern which of the weights have values; where it has cells that the block has not, those
 *     count for nothing
 * @param values theirs; scattered themselves at most {@value #MAX_DEPTH} deep
 */
public record ScatteredValues(Sparsity pattern, WeightValues values) implements WeightValues {
  /** How deep such values may lie within each other. */
  public static final int MAX_DEPTH = 16;

  /** Checks the depth. */
  public ScatteredValues {
    int depth = 1;
    for (WeightValues inner = values; inner instanceof ScatteredValues of; inner = of.values) {
      depth++;
    }
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "scattered values: found "
              + depth
              + " within each other, expected at most "
              + MAX_DEPTH
              + "; give them one pattern");
    }
  }

  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    WeightMask some = pattern.draw(mask.fromSize(), mask.toSize(), random);
    double[] drawn = values.draw(some, random);
    double[] scattered = new double[mask.entryCount()];
    for (int to = 0; to < mask.toSize(); to++) {
      int next = some.targetStart(to);
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        int source = mask.source(entry);
        while (next < some.targetStart(to + 1) && some.source(next) < source) {
          next++;
        }
        if (next < some.targetStart(to + 1) && some.source(next) == source) {
          scattered[entry] = drawn[next];
        }
      }
    }
    return scattered;
  }
}
