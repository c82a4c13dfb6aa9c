package org.iterativemaps.map;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a {@link BlockMap} refuses, with the slot or block, what was found and what to do. */
final class BlockMapChecks {
  private final BlockMap map;

  BlockMapChecks(BlockMap map) {
    this.map = map;
  }

  void check(int depth) {
    if (depth > BlockMap.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "nested maps: found "
              + depth
              + " within each other, expected at most "
              + BlockMap.MAX_DEPTH);
    }
    checkSlots();
    checkBlocks();
    map.slots().forEach(this::checkGates);
    if (map.outputName() == null) {
      throw new IllegalArgumentException(
          "no output slot; name one of " + map.slotNames() + " with output(name)");
    }
    if (!map.output().isState()) {
      throw new IllegalArgumentException(
          "output: slot '"
              + map.outputName()
              + "' is "
              + (map.output().isInput() ? "the input" : "a wire, which keeps no state")
              + "; name one of the state slots "
              + map.stateSlots());
    }
    if (map.shortestPathFromInput(map.outputName()).isEmpty()) {
      throw new IllegalArgumentException(
          "output slot '"
              + map.outputName()
              + "' cannot be reached from input slot '"
              + map.input().name()
              + "' in any number of steps; connect a slot that the input reaches to it");
    }
  }

  private void checkSlots() {
    List<String> inputs = map.slots().stream().filter(Slot::isInput).map(Slot::name).toList();
    if (inputs.size() != 1) {
      throw new IllegalArgumentException(
          "input slots: found " + inputs + ", expected exactly one; add it with input(name)");
    }
    Set<String> names = new HashSet<>();
    for (Slot slot : map.slots()) {
      if (!names.add(slot.name())) {
        throw new IllegalArgumentException(
            "duplicate slot '" + slot.name() + "'; every slot needs a name of its own");
      }
    }
  }

  private void checkBlocks() {
    Set<String> seen = new HashSet<>();
    for (Block block : map.blocks()) {
      BlockMap.inBlock(
          block,
          () -> {
            Slot to = map.slot(block.to());
            if (to.isInput()) {
              throw new IllegalArgumentException(
                  "slot '"
                      + to.name()
                      + "' is the input, which only tokens are written into; connect to another");
            }
            block.sources().forEach(from -> checkOrder(from, to));
            block.function().check(map.site(block));
            return null;
          });
      if (!seen.add(block.name() + block.function().getClass() + block.isFixed())) {
        throw new IllegalArgumentException(
            "duplicate block "
                + block.name()
                + ": two slots can have one trained and one fixed block between them, and one of"
                + " each other function; merge the patterns into one, or put a wire in between");
      }
    }
  }

  /** A wire reads only wires before it. */
  private void checkOrder(String from, Slot to) {
    Slot source = map.slot(from);
    if (source.isWire() && to.isWire() && map.slots().indexOf(source) >= map.slots().indexOf(to)) {
      throw new IllegalArgumentException(
          "wire '"
              + to.name()
              + "' reads wire '"
              + from
              + "', which is not there yet; add '"
              + from
              + "' before it, or make one of them a state slot");
    }
  }

  private void checkGates(Slot slot) {
    for (String gate : slot.gates()) {
      if (map.slot(gate).size() != slot.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "slot '%s' has %d units, its gate '%s' %d; expected the same",
                slot.name(),
                slot.size(),
                gate,
                map.slot(gate).size()));
      }
    }
  }
}
