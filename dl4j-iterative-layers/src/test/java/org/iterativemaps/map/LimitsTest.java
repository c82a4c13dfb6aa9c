package org.iterativemaps.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.Stream;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.ScatteredValues;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;

/** Sizes that no memory holds are refused with a sentence, not with an OutOfMemoryError. */
class LimitsTest {

  static Stream<Sparsity> patterns() {
    return Stream.of(
        Sparsity.diagonal(),
        Sparsity.fanIn(1),
        Sparsity.entries(3),
        Sparsity.bernoulli(1e-18),
        Sparsity.density(1e-17),
        Sparsity.groups(1_000_000_000),
        Sparsity.bundles(4, 1e-17),
        Sparsity.bundledEntries(1_000_000_000, 3),
        Sparsity.ring(),
        Sparsity.lineWithFeedback(),
        Sparsity.ringWithJumps(3),
        Sparsity.smallWorld(2, 0.5),
        Sparsity.clusters(1_000_000_000, 1e-9, 0));
  }

  @ParameterizedTest
  @MethodSource("patterns")
  void hugeSlotsAreRefused(Sparsity pattern) {
    for (int[] sizes :
        new int[][] {
          {1_000_000_000, 1_000_000_000},
          {Integer.MAX_VALUE - 1, Integer.MAX_VALUE - 1},
          {Integer.MAX_VALUE, Integer.MAX_VALUE}
        }) {
      RandomSource random = RandomSource.of(1, "mask");
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> pattern.draw(sizes[0], sizes[1], random))
              .getMessage();
      assertTrue(message.contains("expected 1 to 100000000"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {Slot.MAX_SIZE + 1, Integer.MAX_VALUE - 1, Integer.MAX_VALUE})
  void noSlotOrMaskIsThatLarge(int size) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Slot.state("h", size, null, true))
            .getMessage();
    assertTrue(message.contains("'h'") && message.contains("at most 100000000"), message);
    long[] cells = {0};
    assertThrows(IllegalArgumentException.class, () -> WeightMask.ofCells(1, size, cells));
    assertThrows(IllegalArgumentException.class, () -> WeightMask.ofCells(size, 1, cells));
    assertThrows(IllegalArgumentException.class, () -> WeightMask.dense(1, size));
    assertThrows(
        IllegalArgumentException.class,
        () -> WeightMask.ofRows(1, size, new int[] {0, 1}, new int[] {0}));
    assertEquals(Slot.MAX_SIZE, Slot.state("h", Slot.MAX_SIZE, null, true).size());
  }

  /** Each block would fit, all of them do not; nothing is drawn before that is known. */
  @Test
  void whatFillsTheHeapIsRefusedBefore() {
    long heap = Runtime.getRuntime().maxMemory();
    long entries = heap / 64;
    int side = (int) Math.ceil(Math.sqrt(2.0 * entries));
    BlockMapBuilder builder = BlockMap.builder().input("x", side).state("h0", side);
    builder.connect("x", "h0", Sparsity.entries(entries));
    for (int i = 1; i < 20; i++) {
      builder.state("h" + i, side);
      builder.connect("h" + (i - 1), "h" + i, Sparsity.entries(entries));
    }
    BlockMap map = builder.output("h19").build();
    String message = assertThrows(IllegalArgumentException.class, map::realize).getMessage();
    assertTrue(message.contains("MB of memory") && message.contains("-Xmx"), message);
  }

  @Test
  void scatteredValuesLieOnlySoDeepInEachOther() {
    WeightValues values = WeightValues.constant(1);
    for (int i = 0; i < ScatteredValues.MAX_DEPTH; i++) {
      values = WeightValues.scattered(Sparsity.diagonal(), values);
    }
    WeightValues deepest = values;
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> WeightValues.scattered(Sparsity.dense(), deepest))
            .getMessage();
    assertTrue(message.contains("found 17") && message.contains("at most 16"), message);
  }

  /** As a table of the scattered values would have it. */
  @Test
  void scatteredValuesAreAtTheCellsOfTheirPattern() {
    for (long seed = 0; seed < 50; seed++) {
      RandomSource random = RandomSource.of(seed, "sizes");
      int from = 1 + (int) (8 * random.nextDouble());
      int to = 1 + (int) (8 * random.nextDouble());
      WeightMask mask = Sparsity.bernoulli(0.5).draw(from, to, RandomSource.of(seed, "mask"));
      Sparsity pattern = Sparsity.bernoulli(0.4);
      double[] found =
          WeightValues.scattered(pattern, WeightValues.gaussian(0, 1))
              .draw(mask, RandomSource.of(seed, "values"));
      RandomSource again = RandomSource.of(seed, "values");
      WeightMask some = pattern.draw(from, to, again);
      double[] drawn = WeightValues.gaussian(0, 1).draw(some, again);
      double[] table = new double[from * to];
      for (int i = 0; i < drawn.length; i++) {
        table[(int) some.copyCells()[i]] = drawn[i];
      }
      for (int i = 0; i < found.length; i++) {
        assertEquals(table[(int) mask.copyCells()[i]], found[i], "seed " + seed);
      }
    }
  }

  private static BlockMap around(BlockFunction function) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", function)
        .output("h")
        .build();
  }

  private static BlockMap nested(int depth, int steps) {
    BlockMap map = around(BlockFunctions.linear(Sparsity.dense()));
    for (int i = 1; i < depth; i++) {
      map = around(BlockFunctions.nested(map, steps));
    }
    return map;
  }

  /** Every level is drawn once, however deep: twice each would be 2^31 times the innermost. */
  @Test
  void theDeepestMapIsRealizedAtOnce() {
    BlockMap deepest = nested(BlockMap.MAX_DEPTH, 1);
    RealizedMap realized = assertTimeoutPreemptively(Duration.ofSeconds(20), deepest::realize);
    WeightMask outermost = realized.parameters().get(0).mask();
    while (realized.blocks().get(0).nested() != null) {
      realized = realized.blocks().get(0).nested();
      assertSame(outermost, realized.parameters().get(0).mask());
    }
    assertEquals("W[x->h]", realized.parameters().get(0).key());
  }

  /** No map of them is too large by itself. */
  @Test
  void theMasksOfAllNestedMapsHaveToFitTheHeap() {
    int size = 20_000;
    double cells = (double) size * size;
    double share = 0.3 * Runtime.getRuntime().maxMemory() / WeightMask.bytes(size, cells);
    BlockMap inner =
        BlockMap.builder()
            .input("a")
            .state("b", size, Activation.TANH)
            .connect("a", "b", Sparsity.density(Math.min(1, share)))
            .output("b")
            .build();
    BlockMapBuilder builder = BlockMap.builder().input("x", size).output("h2");
    String from = "x";
    for (int i = 0; i < 3; i++) {
      builder.state("h" + i, size, Activation.TANH);
      builder.connect(from, "h" + i, BlockFunctions.nested(inner, 1));
      from = "h" + i;
    }
    BlockMap map = builder.build();
    double expected = 3 * RealizedMap.bytes(inner.withInputSize(size));
    assertEquals(expected, RealizedMap.bytes(map), 1e-6 * expected);
    assertTrue(share < 1, "the test needs less memory: " + share);
    String message = assertThrows(IllegalArgumentException.class, map::realize).getMessage();
    assertTrue(message.contains("masks and fixed values of the map: needs"), message);
  }

  /** Five levels of ten steps are 10^5 operations and more for one value. */
  @Test
  void operationsOfNestedMapsAreCounted() {
    BlockMap few = nested(4, 10);
    assertTrue(few.operations() < 10_000, "" + few.operations());
    for (int depth : new int[] {6, BlockMap.MAX_DEPTH}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> nested(depth, depth == 6 ? 10 : 1_000))
              .getMessage();
      assertTrue(message.contains("at most 100000") && message.contains("fewer steps"), message);
    }
  }
}
