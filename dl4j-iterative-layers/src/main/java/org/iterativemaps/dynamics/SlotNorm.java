package org.iterativemaps.dynamics;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A distance of states, max_i |z_i - w_i| / p_i over their slots i, in Euclidean lengths, that a
 * step of a map shrinks for certain: see {@link Contraction#norm}.
 */
public final class SlotNorm {
  private final StateLayout layout;
  private final double bound;
  private final double[] scales;

  SlotNorm(StateLayout layout, double bound, double[] scales) {
    this.layout = layout;
    this.bound = bound;
    this.scales = scales;
  }

  /** r: one step shrinks every distance to at most this part of it. */
  public double bound() {
    return bound;
  }

  /** p by slot, the largest 1. */
  public Map<String, Double> scales() {
    Map<String, Double> bySlot = new LinkedHashMap<>();
    for (int i = 0; i < scales.length; i++) {
      bySlot.put(layout.slot(i).name(), scales[i]);
    }
    return bySlot;
  }

  /**
   * The distance of two states of a {@link MapStep}.
   *
   * @throws IllegalArgumentException if they are not as long as a state
   */
  public double distance(double[] first, double[] second) {
    layout.checkRows(new double[][] {first, second}, "states");
    double largest = 0;
    for (int i = 0; i < scales.length; i++) {
      double squares = 0;
      int start = layout.first(i);
      for (int unit = start; unit < start + layout.slot(i).size(); unit++) {
        squares += (first[unit] - second[unit]) * (first[unit] - second[unit]);
      }
      largest = Math.max(largest, Math.sqrt(squares) / scales[i]);
    }
    return largest;
  }
}
