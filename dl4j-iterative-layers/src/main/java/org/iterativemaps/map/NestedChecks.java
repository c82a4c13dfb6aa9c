package org.iterativemaps.map;

import java.util.Locale;

/** What a nested map has to be to stand between two slots. */
final class NestedChecks {
  private NestedChecks() {}

  /**
   * Checks sizes, that K steps bring the input to the output, and that no slot waits for the
   * layer's activation.
   *
   * @throws IllegalArgumentException if it does not fit; the caller adds the block's name
   */
  static void check(BlockMap map, int steps, BlockSite site) {
    Slot from = site.from().get(0);
    if (!from.isOpen() && !map.isOpen() && from.size() != map.input().size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "slot '%s' has %d units, the nested map's input %d; expected the same",
              from.name(),
              from.size(),
              map.input().size()));
    }
    if (map.output().size() != site.to().size()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "slot '%s' has %d units, the nested map's output %d; expected the same",
              site.to().name(),
              site.to().size(),
              map.output().size()));
    }
    Reach.obstacle(map, steps)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException("the nested map's " + reason);
            });
    for (Slot slot : map.slots()) {
      if (!slot.isInput() && slot.activation() == null) {
        throw new IllegalArgumentException(
            "slot '"
                + slot.name()
                + "' of the nested map: found no activation, expected one; name it where the nested"
                + " map is built, the layer's does not reach it");
      }
    }
  }
}
