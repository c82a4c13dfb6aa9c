package org.iterativemaps.examples.plots;

import java.util.List;

/**
 * Where slots lie along a side of the matrix: in proportion to their sizes, but never narrower than
 * can be seen.
 */
final class SlotLayout {

  private final double[] starts;
  private final double[] cells;

  /**
   * Shares a length among slots.
   *
   * @param sizes at least one, each at least 1
   * @param length to share, in pixels
   * @param least width of every slot, in pixels
   */
  SlotLayout(List<Integer> sizes, int length, int least) {
    int n = sizes.size();
    double total = sizes.stream().mapToDouble(Integer::doubleValue).sum();
    // Each slot gets the least width first, the rest is shared out in proportion.
    double narrow = Math.min(least, (double) length / n);
    starts = new double[n + 1];
    cells = new double[n];
    double rest = length - narrow * n;
    for (int i = 0; i < n; i++) {
      starts[i + 1] = starts[i] + Math.round(narrow + rest * sizes.get(i) / total);
    }
    starts[n] = length;
    for (int i = 0; i < n; i++) {
      cells[i] = (starts[i + 1] - starts[i]) / sizes.get(i);
    }
  }

  /** First pixel of a slot; of the end for the index after the last. */
  double start(int slot) {
    return starts[slot];
  }

  /** Pixels of a slot. */
  double width(int slot) {
    return starts[slot + 1] - starts[slot];
  }

  /** Middle of a slot. */
  double middle(int slot) {
    return (starts[slot] + starts[slot + 1]) / 2;
  }

  /** Pixels per feature of a slot. */
  double cell(int slot) {
    return cells[slot];
  }

  /** First pixel of a feature. */
  double place(int slot, int feature) {
    return starts[slot] + feature * cells[slot];
  }
}
