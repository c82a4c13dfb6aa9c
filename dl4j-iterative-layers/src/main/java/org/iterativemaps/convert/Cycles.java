package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Slot;

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
    for (String reader : readersOf(slot)) {
      List<String> cycle = from(reader);
      if (!cycle.isEmpty()) {
        return cycle;
      }
    }
    path.remove(path.size() - 1);
    return List.of();
  }

  private List<String> readersOf(String slot) {
    List<String> readers = new ArrayList<>();
    for (Block block : map.blocks()) {
      if (block.sources().contains(slot)) {
        readers.add(block.to());
      }
    }
    for (Slot reader : map.slots()) {
      boolean readsItself = reader.name().equals(slot) && reader.update().readsOldValue();
      if (readsItself || reader.gates().contains(slot)) {
        readers.add(reader.name());
      }
    }
    return readers;
  }
}
