package org.iterativemaps.map;

import java.util.HashMap;
import java.util.Map;

/**
 * Values at some of the weights and 0 at the others, all of which exist: what A = W0 + U * Omega
 * starts from where W0 is sparse and Omega is not (arXiv:2404.00880).
 *
 * @param pattern which of the weights have values; where it has cells that the block has not, those
 *     count for nothing
 * @param values theirs
 */
public record ScatteredValues(Sparsity pattern, FixedValues values) implements FixedValues {
  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    WeightMask some = pattern.draw(mask.fromSize(), mask.toSize(), random);
    double[] drawn = values.draw(some, random);
    Map<Long, Double> byCell = new HashMap<>();
    long[] cells = some.copyCells();
    for (int entry = 0; entry < drawn.length; entry++) {
      byCell.put(cells[entry], drawn[entry]);
    }
    long[] all = mask.copyCells();
    double[] scattered = new double[all.length];
    for (int entry = 0; entry < all.length; entry++) {
      scattered[entry] = byCell.getOrDefault(all[entry], 0.0);
    }
    return scattered;
  }
}
