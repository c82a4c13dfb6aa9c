package org.iterativemaps.examples.plots;

import java.util.stream.IntStream;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.WeightMask;

/** Pictures of block maps. */
public final class BlockMaps {
  private BlockMaps() {}

  /**
   * The block matrix of a map: which weights exist. What goes unit by unit without weights, a wire
   * or the product of a gate with what it lets through, is a diagonal of fixed entries from each of
   * its sources; other functions are left out.
   *
   * @param title what it is about
   * @param map with its masks drawn
   * @return the plot; fixed blocks look different from trained ones
   */
  public static SpyPlot spy(String title, RealizedMap map) {
    SpyPlot plot = SpyPlot.of(title);
    for (Slot slot : map.map().slots()) {
      plot.slot(slot.name(), slot.size());
    }
    for (RealizedBlock block : map.blocks()) {
      if (block.mask() == null) {
        unitByUnit(plot, map, block);
        continue;
      }
      Entries entries = entries(block.mask());
      if (block.block().isTrainable()) {
        plot.block(block.block().from(), block.block().to(), entries);
      } else {
        plot.fixedBlock(block.block().from(), block.block().to(), entries);
      }
    }
    return plot;
  }

  private static void unitByUnit(SpyPlot plot, RealizedMap map, RealizedBlock block) {
    if (!block.block().function().isElementwise()) {
      return;
    }
    int units = map.map().slots().get(block.to()).size();
    for (String from : block.block().sources()) {
      plot.fixedBlock(
          from,
          block.block().to(),
          visitor -> IntStream.range(0, units).forEach(unit -> visitor.entry(unit, unit)));
    }
  }

  private static Entries entries(WeightMask mask) {
    return visitor -> {
      for (int to = 0; to < mask.toSize(); to++) {
        for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
          visitor.entry(mask.source(entry), to);
        }
      }
    };
  }
}
