package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.iterativemaps.map.Selection;
import org.iterativemaps.map.WeightMask;

/**
 * How many weights of each block stay, and which: the largest magnitudes, at least one per block.
 */
final class Pruning {
  private Pruning() {}

  /**
   * How many weights stay in each of two groups of blocks, to reach a density, a hidden proportion
   * or both.
   *
   * @param hidden cells of the blocks between hidden slots
   * @param other cells of all other blocks
   * @return {kept of hidden, kept of other}
   * @throws IllegalArgumentException if it cannot be reached
   */
  static long[] budget(long hidden, long other, Double density, Double proportion) {
    if (proportion == null) {
      return new long[] {Math.round(density * hidden), Math.round(density * other)};
    }
    if (hidden == 0 || other == 0) {
      throw new IllegalArgumentException(
          "hiddenProportion: the map has no "
              + (hidden == 0
                  ? "block between hidden slots"
                  : "other block than those between hidden slots")
              + "; use density(…), or convert a deeper stack");
    }
    double p = proportion;
    // The most weights that are possible at this proportion.
    double most = Math.min(hidden / p, other / (1 - p));
    double all = density == null ? most : density * (hidden + other);
    if (all > most * (1 + 1e-9)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "density and hiddenProportion: %,d weights between hidden slots and %,d others allow at"
                  + " most density %.4g at hidden proportion %.4g; found %.4g",
              hidden,
              other,
              most / (hidden + other),
              p,
              density));
    }
    return new long[] {
      Math.min(hidden, Math.round(p * all)), Math.min(other, Math.round((1 - p) * all))
    };
  }

  /**
   * The masks of blocks of which together so many weights stay.
   *
   * @param values of each block, in the order of a full mask
   */
  static List<WeightMask> largest(List<WeightMask> full, List<double[]> values, long keep) {
    List<boolean[]> stays = new ArrayList<>();
    int reserved = 0;
    for (double[] block : values) {
      boolean[] kept = new boolean[block.length];
      kept[Selection.largestMagnitudes(block, 1)[0]] = true; // no block may become empty
      stays.add(kept);
      reserved++;
    }
    double[] all = values.stream().flatMapToDouble(Arrays::stream).toArray();
    int at = 0;
    for (boolean[] kept : stays) {
      for (int i = 0; i < kept.length; i++, at++) {
        all[at] = kept[i] ? 0 : Math.abs(all[at]) + Double.MIN_VALUE; // behind every other one
      }
    }
    int more = Math.toIntExact(Math.max(0, Math.min(keep, all.length) - reserved));
    boolean[] chosen = new boolean[all.length];
    for (int index : Selection.largest(all, more)) {
      chosen[index] = true;
    }
    List<WeightMask> masks = new ArrayList<>();
    at = 0;
    for (int b = 0; b < stays.size(); b++) {
      boolean[] kept = stays.get(b);
      List<Long> cells = new ArrayList<>();
      for (int i = 0; i < kept.length; i++, at++) {
        if (kept[i] || chosen[at]) {
          cells.add((long) i);
        }
      }
      WeightMask mask = full.get(b);
      masks.add(
          WeightMask.ofCells(
              mask.fromSize(), mask.toSize(), cells.stream().mapToLong(c -> c).toArray()));
    }
    return masks;
  }

  /** The entries of a full matrix that a mask keeps. */
  static double[] select(double[] full, WeightMask mask) {
    return mask.isDense()
        ? full
        : Arrays.stream(mask.copyCells()).mapToDouble(cell -> full[(int) cell]).toArray();
  }
}
