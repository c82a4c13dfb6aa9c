package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;

/** Loops among the slots of a map. */
final class Cycles {
  private final BlockMap map;
  private final Set<String> done = new HashSet<>();
  private final List<String> path = new ArrayList<>();

  private Cycles(BlockMap map) {
    this.map = map;
  }

  /** The slots of a loop, the first one again at the end; empty if there is none. */
  static List<String> find(BlockMap map) {
    Cycles cycles = new Cycles(map);
    for (var slot : map.slots()) {
      List<String> cycle = cycles.from(slot.name());
      if (!cycle.isEmpty()) {
        return cycle;
      }
    }
    return List.of();
  }

  private List<String> from(String slot) {
    int start = path.indexOf(slot);
    if (start >= 0) {
      List<String> cycle = new ArrayList<>(path.subList(start, path.size()));
      cycle.add(slot);
      return cycle;
    }
    if (!done.add(slot)) {
      return List.of();
    }
    path.add(slot);
    for (Block block : map.blocks()) {
      if (block.from().equals(slot)) {
        List<String> cycle = from(block.to());
        if (!cycle.isEmpty()) {
          return cycle;
        }
      }
    }
    path.remove(path.size() - 1);
    return List.of();
  }
}
