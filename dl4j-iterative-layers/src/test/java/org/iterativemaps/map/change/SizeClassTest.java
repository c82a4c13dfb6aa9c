package org.iterativemaps.map.change;

import static org.iterativemaps.map.change.MapChangeTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Map;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.BlockSite;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;

/** Which slots share a size, what becomes of blocks that join their units, what is refused. */
class SizeClassTest {

  private static BlockMapBuilder readOut(GatedMapBuilder cell) {
    return cell.nIn(2).build().toBuilder()
        .state("y", 3)
        .connect("h", "y", Sparsity.dense())
        .output("y");
  }

  private static RealizedBlock block(RealizedMap map, String name) {
    return map.blocks().stream()
        .filter(b -> b.block().name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void gatesAndElementwiseFunctionsJoin() {
    Map<GatedMapBuilder, List<String>> expected =
        Map.of(
            GatedMaps.lstm(2), List.of("g", "f", "i", "m", "o", "shown", "c", "h"),
            GatedMaps.coupled(2), List.of("g", "e", "f", "i", "m", "o", "shown", "c", "h"),
            GatedMaps.gru(2), List.of("r", "z", "q", "h"),
            GatedMaps.minGru(2), List.of("f", "h"),
            GatedMaps.minLstm(2), List.of("f", "i", "softF", "softI", "k", "h"));
    expected.forEach(
        (cell, slots) -> {
          RealizedMap map = readOut(cell).build().realize();
          assertEquals(slots, SizeClass.of(map, "h").slots());
          assertEquals(List.of("y"), SizeClass.of(map, "y").slots());
        });
    assertMessage(
        "unknown slot 'no'", () -> SizeClass.of(readOut(GatedMaps.gru(2)).build().realize(), "no"));
  }

  @Test
  void peepholesStayDiagonal() {
    RealizedMap map = readOut(GatedMaps.gravesLstm(3)).build().realize();
    MapChange change = Resizing.grow(map, "c", 2, 1, 0);
    for (String name : List.of("c->f", "c->i", "m->o")) {
      assertEquals(Sparsity.diagonal(), block(change.after(), name).block().sparsity());
    }
    MapWeights large = change.carry(Samples.random(map, 1));
    assertNotEquals(0, large.weights("c", "f")[4]); // a new unit sees its own memory
    MapChange back = Resizing.shrink(large, 1, "o", 3, 4);
    assertEquals(map.map(), back.after().map());
  }

  /** Pruned ones get one weight for each new unit, and nowhere else. */
  @Test
  void prunedPeepholesStayOnTheDiagonal() {
    RealizedMap map = readOut(GatedMaps.gravesLstm(4)).build().realize();
    WeightMask two = WeightMask.ofCells(4, 4, new long[] {5, 15});
    MapWeights pruned = MapChange.ofMasks(map, Map.of("c->f", two)).carry(Samples.random(map, 1));
    MapWeights large = Resizing.grow(pruned.realized(), "h", 2, 1, 0).carry(pruned);
    WeightMask mask = block(large.realized(), "c->f").mask();
    assertArrayEquals(new long[] {7, 21, 28, 35}, mask.copyCells()); // u * 6 + u
    double[] old = pruned.weights("c", "f");
    double[] values = large.weights("c", "f");
    assertArrayEquals(old, new double[] {values[0], values[1]});
  }

  /** Without -1 for the new units they would write i = 1/2 whatever they forget. */
  @Test
  void fixedDiagonalsOfOneValueGrow() {
    RealizedMap map = readOut(GatedMaps.coupled(3)).build().realize();
    RealizedBlock grown = block(Resizing.grow(map, "e", 2, 1, 0).after(), "e->i");
    assertEquals(block(map, "e->i").block(), grown.block());
    assertArrayEquals(new double[] {-1, -1, -1, -1, -1}, grown.fixedValues());
    assertGrown(new double[] {2, 2, 2}, new double[] {2, 2, 2, 2, 2});
    assertGrown(new double[] {2, 2, 3}, new double[] {2, 2, 3}); // nobody knows the next
  }

  private static void assertGrown(double[] values, double[] expected) {
    RealizedMap map =
        readOut(GatedMaps.lstm(3))
            .connectFixed("c", "f", Sparsity.diagonal(), WeightValues.explicit(values))
            .build()
            .realize();
    RealizedBlock grown = block(Resizing.grow(map, "c", 2, 1, 0).after(), "c->f");
    assertArrayEquals(expected, grown.fixedValues());
    for (int entry = 0; entry < expected.length; entry++) {
      assertEquals(grown.mask().copyCells()[entry], entry * 5 + entry);
    }
  }

  @Test
  void firstBiasesAreBySlot() {
    RealizedMap map = readOut(GatedMaps.lstm(3)).build().realize();
    MapWeights weights = Samples.random(map, 1);
    MapWeights large =
        Resizing.grow(map, "c", 1, 1, slot -> slot.equals("f") ? 1 : 0.25).carry(weights);
    assertEquals(1, large.bias("f")[3]);
    assertEquals(0.25, large.bias("i")[3]);
    assertArrayEquals(weights.bias("y"), large.bias("y"));
  }

  private static void assertRefused(RealizedMap map, String slot, String... parts) {
    MapWeights weights = Samples.random(map, 1);
    for (String part : parts) {
      assertMessage(part, () -> Resizing.grow(map, slot, 1, 1, 0));
      assertMessage(part, () -> Resizing.shrink(weights, 2, slot, 0));
    }
  }

  @Test
  void inputAndOutputKeepTheirSizes() {
    RealizedMap lstm = GatedMaps.lstm(3).nIn(2).build().realize();
    String[] why = {"Slots [g, f, i, m, o, shown, c, h] have one size", "connect(\"h\", \"y\", …)"};
    assertRefused(lstm, "c", "slot 'c': slot 'h' is the map's output", why[0], why[1]);
    assertRefused(lstm, "h", "slot 'h' is the map's output", why[0], why[1]);
    RealizedMap gatedInput =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 3)
            .state("y", 1)
            .connect("y", "h", Sparsity.dense())
            .connect(List.of("x", "h"), "h", BlockFunctions.product())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    assertRefused(
        gatedInput, "h", "slot 'h': slot 'x' is the map's input", "connect(\"x\"", "[x, h]");
  }

  @Test
  void unitsThatAreNotEachByThemselvesAreRefused() {
    RealizedMap normalised =
        readOut(GatedMaps.lstm(3)).normalise("g", Normalisation.RMS).build().realize();
    assertRefused(normalised, "c", "slot 'c': slot 'g': found normalisation RMS", "one size");
    assertMessage(
        "slot 'c': slot 'g': found normalisation",
        () -> Resizing.importance(Samples.random(normalised, 1), "c"));
    RealizedMap attending =
        readOut(GatedMaps.gru(3))
            .connect(List.of("h", "h", "h"), "q", BlockFunctions.attention(1, 2))
            .build()
            .realize();
    assertRefused(attending, "z", "slot 'z': slot 'q': block h,h,h->q is Attention", "one size");
    RealizedMap ofTheUser =
        readOut(GatedMaps.gru(3)).connect("h", "q", new OfTheUser(false, false)).build().realize();
    assertRefused(ofTheUser, "z", "block h->q is OfTheUser");
    RealizedMap scaled =
        readOut(GatedMaps.gru(3)).connect("h", "q", new OfTheUser(true, true)).build().realize();
    assertRefused(scaled, "z", "block h->q is OfTheUser", "without parameters");
    RealizedMap unitByUnit =
        readOut(GatedMaps.gru(3)).connect("h", "q", new OfTheUser(true, false)).build().realize();
    Resizing.grow(unitByUnit, "z", 2, 1, 0).carry(Samples.random(unitByUnit, 1));
  }

  private record OfTheUser(boolean isElementwise, boolean isScaled) implements BlockFunction {
    @Override
    public List<Parameter.Name> parameterNames(BlockSite site) {
      return parameters(site).stream()
          .map(parameter -> new Parameter.Name(parameter.key(), parameter.role()))
          .toList();
    }

    @Override
    public List<Parameter> parameters(BlockSite site) {
      return isScaled
          ? List.of(new Parameter(site.key("S"), Parameter.Role.WEIGHT, null, 1, -1, -1))
          : List.of();
    }
  }

  @Test
  void newUnitsHaveToLearnAndMatter() {
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", 2)
            .state("f", 3)
            .state("h", 3)
            .state("y", 1)
            .connectFixed("x", "f", Sparsity.dense(), WeightValues.constant(1))
            .connect("h", "f", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .update("h", Update.gated("f"))
            .output("y");
    RealizedMap fixed = map.build().realize();
    assertMessage(
        "slot 'h': no trained block leads into the slots of its size",
        () -> Resizing.grow(fixed, "h", 1, 1, 0));
    List<Block> blocks = map.build().blocks();
    assertEquals(3, blocks.size());
    RealizedMap trained = map.connect("x", "h", Sparsity.dense()).build().realize();
    assertEquals(4, Resizing.grow(trained, "f", 1, 1, 0).after().map().slot("h").size());
  }
}
