package org.iterativemaps.iterate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.iterativemaps.iterate.Schedule.Cell;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {

  private static BlockMapBuilder mlp() {
    return BlockMap.builder()
        .input("x", 4)
        .state("h1", 4)
        .state("h2", 4)
        .state("y", 4)
        .connect("x", "h1", Sparsity.dense())
        .connect("h1", "h2", Sparsity.dense())
        .connect("h2", "y", Sparsity.dense())
        .output("y");
  }

  private static String cells(Schedule schedule, BlockMap map) {
    return schedule.evaluations().stream()
        .map(u -> map.slots().get(u.target().slot()).name() + "@" + u.target().step())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 20})
  void aHeldMlpCostsItsLayersWhateverK(int steps) {
    BlockMap map = mlp().build();
    assertEquals("h1@1 h2@2 y@3", cells(Schedule.singleToken(map, steps), map));
  }

  @Test
  void anImpulseRunsThroughAnMlpOnce() {
    BlockMap map = mlp().injection(Injection.IMPULSE).build();
    assertEquals("h1@1 h2@2 y@3", cells(Schedule.singleToken(map, 3), map));
  }

  @Test
  void aReadOutIsComputedInTheLastStepOnly() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4)
            .state("y", 4)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build();
    Schedule single = Schedule.singleToken(map, 4);
    assertEquals("h@1 h@2 h@3 y@4", cells(single, map));
    assertTrue(single.carried().isEmpty());
    Schedule sequence = Schedule.sequence(map, 4);
    assertEquals("h@1 h@2 h@3 h@4 y@4", cells(sequence, map));
    assertEquals(List.of(1), sequence.carried());
  }

  @Test
  void slotsThatNobodyReadsAreNotComputed() {
    BlockMap map = mlp().state("dead", 2).connect("h1", "dead", Sparsity.dense()).build();
    assertEquals("h1@1 h2@2 y@3", cells(Schedule.singleToken(map, 3), map));
  }

  @Test
  void tooFewStepsAreRefusedWithTheSmallestThatWorks() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Schedule.singleToken(mlp().build(), 2))
            .getMessage();
    assertTrue(message.contains("'y'") && message.endsWith("works is 3"), message);
    BlockMap impulse = mlp().injection(Injection.IMPULSE).build();
    message =
        assertThrows(IllegalArgumentException.class, () -> Schedule.singleToken(impulse, 4))
            .getMessage();
    assertTrue(message.contains("exactly K = 4"), message);
    assertThrows(IllegalArgumentException.class, () -> Schedule.sequence(mlp().build(), 0));
    assertEquals("h@1 y@1", cells(Schedule.sequence(lagging(), 1), lagging()));
  }

  /** In a sequence, a lagging read-out is reached over time. */
  private static BlockMap lagging() {
    return BlockMap.builder()
        .input("x", 1)
        .state("h", 1)
        .state("y", 1)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  @Test
  void manySteps() {
    BlockMap map = lagging();
    assertEquals(2, Schedule.singleToken(map, 100_000).evaluations().size());
    assertEquals(2, Schedule.singleToken(map, Integer.MAX_VALUE).evaluations().size());
  }

  /** Slots x, h and y with a loop at h; y is read. */
  private static BlockMap looped() {
    return lagging("h", "h");
  }

  private static BlockMap lagging(String from, String to) {
    return BlockMap.builder()
        .input("x", 1)
        .state("h", 1)
        .state("y", 1)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "y", Sparsity.dense())
        .connect(from, to, Sparsity.dense())
        .output("y")
        .build();
  }

  private static Read read(int block, Cell source) {
    return new Read(block, List.of(source));
  }

  @Test
  void whatRepeatsIsHeldOnce() {
    int steps = Integer.MAX_VALUE; // no list of so many updates would fit
    Schedule schedule = Schedule.singleToken(looped(), steps);
    assertEquals(steps, schedule.evaluations().size());
    assertEquals(steps - 1, schedule.evaluationCount(1));
    assertEquals(1, schedule.evaluationCount(2));
    int middle = 1_234_567_890;
    Cell target = new Cell(1, middle + 1);
    List<Read> reads = List.of(read(0, new Cell(0, 0)), read(2, new Cell(1, middle)));
    assertEquals(
        new Evaluation(target, reads, null, null, null), schedule.evaluations().get(middle));
    assertEquals(new Cell(2, steps), schedule.evaluations().get(steps - 1).target());
    assertThrows(IndexOutOfBoundsException.class, () -> schedule.evaluations().get(steps));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Schedule.sequence(lagging("y", "h"), Integer.MAX_VALUE))
            .getMessage();
    assertTrue(message.contains("K = 2147483647") && message.contains("fewer steps"), message);
  }

  /** Wires, gates, other functions: the same as a schedule that writes every step out. */
  @Test
  void everyNonlinearScheduleToo() {
    int ran = 0;
    for (long seed = 0; seed < 200; seed++) {
      BlockMap map = new RandomPrograms(seed).nonlinearMap();
      for (int steps = 1; steps <= 25; steps += 1 + (int) (seed % 4)) {
        String which = "seed " + seed + ", K = " + steps + ", " + map;
        assertSame(
            WrittenOutSchedule.sequence(map, steps), Schedule.sequence(map, steps), map, which);
        WrittenOutSchedule single = WrittenOutSchedule.singleToken(map, steps);
        if (single != null) {
          assertSame(single, Schedule.singleToken(map, steps), map, which);
          ran++;
        }
      }
    }
    assertTrue(ran > 1000, "schedules: " + ran);
  }

  /** The same cells, reads and order as a schedule that writes every step out. */
  @ParameterizedTest
  @EnumSource(Injection.class)
  void everyScheduleIsTheOneThatIsWrittenOut(Injection injection) {
    int ran = 0;
    for (long seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      BlockMap map = randomMap(random, injection);
      for (int steps = 1; map != null && steps <= 40; steps += 1 + random.nextInt(5)) {
        String which = "seed " + seed + ", K = " + steps;
        assertSame(
            WrittenOutSchedule.sequence(map, steps), Schedule.sequence(map, steps), map, which);
        WrittenOutSchedule single = WrittenOutSchedule.singleToken(map, steps);
        if (single == null) {
          int tooFew = steps;
          assertThrows(
              IllegalArgumentException.class, () -> Schedule.singleToken(map, tooFew), which);
        } else {
          assertSame(single, Schedule.singleToken(map, steps), map, which);
          ran++;
        }
      }
    }
    assertTrue(ran > 1000, "schedules: " + ran);
  }

  private static void assertSame(
      WrittenOutSchedule expected, Schedule found, BlockMap map, String which) {
    assertEquals(expected.evaluations, found.evaluations(), which);
    assertEquals(expected.carried, found.carried(), which);
    for (int slot = 0; slot < map.slots().size(); slot++) {
      int its = slot;
      assertEquals(expected.ends.get(slot), found.end(slot), which);
      assertEquals(
          expected.evaluations.stream().filter(u -> u.target().slot() == its).count(),
          found.evaluationCount(slot),
          which);
    }
  }

  /**
   * Loops of lengths without a common divisor: what is needed repeats only after 15015 steps. More
   * is computed then, but what is computed is right.
   */
  @Test
  void longPeriods() {
    BlockMapBuilder builder = BlockMap.builder().input("x", 1).state("y", 1);
    for (int length : new int[] {3, 5, 7, 11, 13}) {
      for (int place = 0; place < length; place++) {
        builder.state("s" + length + "." + place, 1);
        String next = "s" + length + "." + (place + 1) % length;
        builder.connect("s" + length + "." + place, next, Sparsity.dense());
      }
      builder.connect("x", "s" + length + ".0", Sparsity.dense());
      builder.connect("s" + length + ".0", "y", Sparsity.dense());
    }
    BlockMap map = builder.output("y").build();
    int steps = 9000;
    Schedule schedule = Schedule.sequence(map, steps);
    double[] weight = new Random(3).doubles(map.blocks().size(), -2, 2).toArray();
    double[] zero = new double[map.slots().size()];
    double[] full = fullIteration(map, weight, zero, 0.7, steps);
    Map<Cell, Double> cells = run(schedule, map, weight, zero, 0.7);
    assertEquals(full[1], cells.get(schedule.end(1)), 1e-12);
  }

  /**
   * Random maps over numbers instead of arrays: running the schedule gives what running every slot
   * in every step gives, for values, and for what is carried.
   */
  @ParameterizedTest
  @EnumSource(Injection.class)
  void theScheduleComputesWhatTheFullIterationDoes(Injection injection) {
    int ran = 0;
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      BlockMap map = randomMap(random, injection);
      if (map == null) {
        continue;
      }
      double[] weight = random.doubles(map.blocks().size(), -1, 1).toArray();
      int steps = 1 + random.nextInt(5);
      Schedule schedule = Schedule.sequence(map, steps);
      double[] carried = new double[map.slots().size()];
      double[] full = new double[map.slots().size()];
      int output = map.indexOf(map.output().name());
      for (int token = 0; token < 4; token++) {
        double x = random.nextDouble();
        full = fullIteration(map, weight, full, x, steps);
        Map<Cell, Double> cells = run(schedule, map, weight, carried, x);
        assertEquals(full[output], cells.get(schedule.end(output)), 1e-12, "seed " + seed);
        for (int slot : schedule.carried()) {
          carried[slot] = cells.get(schedule.end(slot));
          assertEquals(full[slot], carried[slot], 1e-12, "seed " + seed);
        }
      }
      ran++;
    }
    assertTrue(ran > 100, "random maps: " + ran);
  }

  private static BlockMap randomMap(Random random, Injection injection) {
    BlockMapBuilder builder = BlockMap.builder().input("x", 1).injection(injection);
    int states = 1 + random.nextInt(4);
    for (int s = 0; s < states; s++) {
      builder.state("s" + s, 1);
    }
    for (int to = 0; to < states; to++) {
      for (int from = -1; from < states; from++) {
        if (random.nextDouble() < 0.4) {
          builder.connect(from < 0 ? "x" : "s" + from, "s" + to, Sparsity.dense());
        }
      }
    }
    try {
      return builder.output("s" + (states - 1)).build();
    } catch (IllegalArgumentException unreachable) {
      return null;
    }
  }

  private static double[] fullIteration(
      BlockMap map, double[] weight, double[] state, double x, int steps) {
    double[] z = state.clone();
    z[0] = x;
    for (int step = 1; step <= steps; step++) {
      double[] next = new double[z.length];
      next[0] = map.injection() == Injection.HOLD ? x : 0;
      for (int slot = 1; slot < z.length; slot++) {
        next[slot] = slot; // the bias
      }
      for (int b = 0; b < weight.length; b++) {
        Block block = map.blocks().get(b);
        next[map.indexOf(block.to())] += weight[b] * z[map.indexOf(block.from())];
      }
      for (int slot = 1; slot < z.length; slot++) {
        next[slot] = Math.tanh(next[slot]);
      }
      z = next;
    }
    return z;
  }

  private static Map<Cell, Double> run(
      Schedule schedule, BlockMap map, double[] weight, double[] carried, double x) {
    Map<Cell, Double> cells = new HashMap<>();
    cells.put(new Cell(0, 0), x);
    for (int slot : schedule.carried()) {
      cells.put(new Cell(slot, 0), carried[slot]);
    }
    Set<Cell> computed = new HashSet<>();
    for (Evaluation evaluation : schedule.evaluations()) {
      assertTrue(computed.add(evaluation.target()));
      double sum = evaluation.target().slot();
      for (Read read : evaluation.reads()) {
        assertEquals(evaluation.target().slot(), map.indexOf(map.blocks().get(read.block()).to()));
        sum += weight[read.block()] * cells.get(read.source());
      }
      cells.put(evaluation.target(), Math.tanh(sum));
    }
    return cells;
  }
}
