package org.iterativemaps.map.change;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;

/** What a change of a map makes of the maps that are nested in its blocks. */
final class NestedChange {
  private NestedChange() {}

  /**
   * The change of a nested map. The units of its input and output are those of the slots it stands
   * between; of its other slots nobody can say which units stay.
   *
   * @param change of the map around it
   * @param block of the new map, a nested one
   * @return null if the block was none before
   * @throws IllegalArgumentException if one of its other slots has another size
   */
  static MapChange of(MapChange change, RealizedBlock block) {
    Optional<RealizedMap> found =
        change.before().blocks().stream()
            .filter(b -> b.nested() != null && b.block().name().equals(block.block().name()))
            .map(RealizedBlock::nested)
            .findFirst();
    if (found.isEmpty()) {
      return null;
    }
    BlockMap before = found.get().map();
    BlockMap after = block.nested().map();
    Map<String, int[]> units = new HashMap<>();
    if (after.input().name().equals(before.input().name())) {
      units.put(after.input().name(), change.unitsBefore(block.block().from()));
    }
    if (after.output().name().equals(before.output().name())) {
      units.put(after.output().name(), change.unitsBefore(block.block().to()));
    }
    for (Slot slot : before.slots()) {
      after.slots().stream()
          .filter(s -> s.name().equals(slot.name()) && s.size() != slot.size())
          .filter(s -> !units.containsKey(s.name()))
          .forEach(s -> refuse(block, slot, s.size()));
    }
    return new MapChange(found.get(), block.nested(), units, Map.of());
  }

  private static void refuse(RealizedBlock block, Slot before, int size) {
    throw new IllegalArgumentException(
        "block "
            + block.block().name()
            + ": slot '"
            + before.name()
            + "' of its nested map changes from "
            + before.size()
            + " to "
            + size
            + " units, expected the same, since nothing says which of them stay; give it another"
            + " name, so that its weights start anew");
  }
}
