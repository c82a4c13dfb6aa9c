package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AveragingPlanTest {
  static List<AveragingPlan> plans() {
    Random random = new Random(1);
    return IntStream.range(0, 30)
        .mapToObj(
            seed -> {
              int workers = 1 + random.nextInt(9);
              return new AveragingPlan(
                  seed,
                  workers,
                  1 + random.nextInt(7),
                  1 + random.nextInt(4),
                  workers + random.nextInt(100));
            })
        .toList();
  }

  @ParameterizedTest
  @MethodSource("plans")
  void everyExampleHasOneWorker(AveragingPlan plan) {
    int[] counts = new int[plan.workers()];
    for (long example = 0; example < plan.examples(); example++) {
      counts[plan.workerOf(example)]++;
    }
    int least = Arrays.stream(counts).min().getAsInt();
    int most = Arrays.stream(counts).max().getAsInt();
    assertTrue(most - least <= 1, least + " to " + most);
    for (int worker = 0; worker < plan.workers(); worker++) {
      assertEquals(counts[worker], plan.examplesOf(worker));
    }
  }

  @ParameterizedTest
  @MethodSource("plans")
  void anEpochHasEveryExampleOnce(AveragingPlan plan) {
    for (int worker = 0; worker < plan.workers(); worker++) {
      int[] seen = new int[plan.examplesOf(worker)];
      int batches = 0;
      for (int round = 0; round < plan.roundsPerEpoch(); round++) {
        List<int[]> steps = plan.batches(worker, 2, round);
        assertTrue(steps.size() <= plan.localSteps());
        for (int[] batch : steps) {
          batches++;
          assertTrue(batch.length <= plan.batchSize());
          Arrays.stream(batch).forEach(place -> seen[place]++);
        }
      }
      assertTrue(Arrays.stream(seen).allMatch(times -> times == 1), Arrays.toString(seen));
      assertEquals((seen.length + plan.batchSize() - 1) / plan.batchSize(), batches);
      assertTrue(plan.batches(worker, 2, plan.roundsPerEpoch()).isEmpty());
    }
    boolean isLastRoundNeeded =
        IntStream.range(0, plan.workers())
            .anyMatch(worker -> !plan.batches(worker, 2, plan.roundsPerEpoch() - 1).isEmpty());
    assertTrue(isLastRoundNeeded);
  }

  @Test
  void epochsWorkersAndSeedsDiffer() {
    AveragingPlan plan = new AveragingPlan(1, 2, 50, 1, 100);
    int[] order = plan.batches(0, 0, 0).get(0);
    assertNotEquals(Arrays.toString(order), Arrays.toString(plan.batches(1, 0, 0).get(0)));
    assertNotEquals(Arrays.toString(order), Arrays.toString(plan.batches(0, 1, 0).get(0)));
    AveragingPlan other = new AveragingPlan(2, 2, 50, 1, 100);
    assertNotEquals(Arrays.toString(order), Arrays.toString(other.batches(0, 0, 0).get(0)));
    assertNotEquals(plan.noiseSeed(0, 0), plan.noiseSeed(0, 1));
    assertNotEquals(plan.noiseSeed(0, 0), plan.noiseSeed(1, 0));
    assertNotEquals(plan.noiseSeed(0, 0), other.noiseSeed(0, 0));
  }

  /** Runs are resumed on other machines and with later versions. */
  @Test
  void staysWhatItIs() {
    AveragingPlan plan = new AveragingPlan(7, 3, 4, 2, 20);
    assertArrayEquals(
        new int[] {1, 2, 0, 2, 1, 0, 1, 0, 2, 2},
        IntStream.range(0, 10).map(plan::workerOf).toArray());
    assertArrayEquals(new int[] {3, 4, 2, 6}, plan.batches(0, 0, 0).get(0));
    assertEquals(-882554085130016569L, plan.noiseSeed(5, 1));
  }

  @Test
  void refusesWhatCannotBe() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> new AveragingPlan(1, 0, 1, 1, 1),
            () -> new AveragingPlan(1, 1, 0, 1, 1),
            () -> new AveragingPlan(1, 1, 1, 0, 1),
            () -> new AveragingPlan(1, 3, 1, 1, 2),
            () -> new AveragingPlan(1, 1, 1, 1, 1L << 40))) {
      String message = assertThrows(IllegalArgumentException.class, wrong::run).getMessage();
      assertTrue(message.contains("found") && message.contains("expected"), message);
    }
  }
}
