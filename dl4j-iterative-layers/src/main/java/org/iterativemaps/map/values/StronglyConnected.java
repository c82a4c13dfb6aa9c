package org.iterativemaps.map.values;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Strongly connected components of the units of a square mask, by Tarjan's algorithm (1972) with a
 * stack of its own, since the depth can be that of the network.
 */
final class StronglyConnected {
  private final WeightMask mask;
  private final int[] order; // of discovery, from 1; 0 is not found yet
  private final int[] lowest;
  private final boolean[] isOpen;
  private final int[] open;
  private final int[] path; // from the root of the search to the unit it is at
  private final int[] nextEntry; // of each unit of the path
  private int openCount;
  private int found;
  private final List<int[]> components = new ArrayList<>();

  private StronglyConnected(WeightMask mask) {
    this.mask = mask;
    this.order = new int[mask.toSize()];
    this.lowest = new int[mask.toSize()];
    this.isOpen = new boolean[mask.toSize()];
    this.open = new int[mask.toSize()];
    this.path = new int[mask.toSize()];
    this.nextEntry = new int[mask.toSize()];
  }

  /** Every unit is in exactly one of them. */
  static List<int[]> components(WeightMask mask) {
    StronglyConnected search = new StronglyConnected(mask);
    for (int unit = 0; unit < mask.toSize(); unit++) {
      if (search.order[unit] == 0) {
        search.visit(unit);
      }
    }
    return search.components;
  }

  private void visit(int root) {
    int depth = 0;
    path[0] = root;
    nextEntry[0] = mask.targetStart(root);
    discover(root);
    while (depth >= 0) {
      int unit = path[depth];
      if (nextEntry[depth] < mask.targetStart(unit + 1)) {
        int source = mask.source(nextEntry[depth]++);
        if (order[source] == 0) {
          discover(source);
          depth++;
          path[depth] = source;
          nextEntry[depth] = mask.targetStart(source);
        } else if (isOpen[source]) {
          lowest[unit] = Math.min(lowest[unit], order[source]);
        }
      } else {
        if (lowest[unit] == order[unit]) {
          close(unit);
        }
        depth--;
        if (depth >= 0) {
          lowest[path[depth]] = Math.min(lowest[path[depth]], lowest[unit]);
        }
      }
    }
  }

  private void discover(int unit) {
    found++;
    order[unit] = found;
    lowest[unit] = found;
    isOpen[unit] = true;
    open[openCount++] = unit;
  }

  private void close(int unit) {
    int start = openCount;
    do {
      start--;
      isOpen[open[start]] = false;
    } while (open[start] != unit);
    components.add(Arrays.copyOfRange(open, start, openCount));
    openCount = start;
  }
}
