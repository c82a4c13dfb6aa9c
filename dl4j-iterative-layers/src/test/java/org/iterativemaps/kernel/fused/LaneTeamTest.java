package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LaneTeamTest {

  @Test
  void everyPartRunsOnceAndIsDoneAfterwards() {
    for (int parts : new int[] {1, 2, 3, 40}) {
      for (int call = 0; call < 200; call++) {
        int[] runs = new int[parts]; // plain: what the parts wrote must be seen
        LaneTeam team = LaneTeam.gather(parts);
        team.run(part -> runs[part]++);
        team.dismiss();
        assertTrue(Arrays.stream(runs).allMatch(n -> n == 1), Arrays.toString(runs));
      }
    }
  }

  /** Every part reads what all parts of the phase before wrote: plain memory, nobody too early. */
  @Test
  void aPhaseSeesTheWholePhaseBefore() {
    for (int parts : new int[] {2, 3, 7}) {
      int[][] values = new int[2][parts];
      LaneTeam team = LaneTeam.gather(parts);
      for (int phase = 1; phase <= 3000; phase++) {
        int[] read = values[(phase + 1) % 2];
        int[] written = values[phase % 2];
        team.run(part -> written[part] = Arrays.stream(read).sum() / parts + 1);
      }
      team.dismiss();
      for (int value : values[3000 % 2]) {
        assertEquals(3000, value);
      }
    }
  }

  /** All threads are in a part at once, so that nobody takes a second one. */
  @Test
  void everyThreadKeepsItsPart() {
    CyclicBarrier together = new CyclicBarrier(2);
    Thread[] first = new Thread[2];
    LaneTeam team = LaneTeam.gather(2);
    try {
      team.run(part -> first[part] = awaitOther(together));
      assertSame(Thread.currentThread(), first[0]);
      for (int phase = 0; phase < 2000; phase++) {
        team.run(part -> assertSame(first[part], awaitOther(together), "part " + part));
      }
    } finally {
      team.dismiss();
    }
  }

  private static Thread awaitOther(CyclicBarrier together) {
    try {
      together.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException("no thread of the common pool came", e);
    }
    return Thread.currentThread();
  }

  @Test
  void copiesAreCutIntoSharesIfTheyAreLong() {
    LaneTeam team = LaneTeam.gather(3);
    AtomicIntegerArray little = new AtomicIntegerArray(3);
    AtomicIntegerArray much = new AtomicIntegerArray(3);
    team.copy(1000, (share, shares) -> little.addAndGet(share, shares));
    team.copy(1_000_000, (share, shares) -> much.addAndGet(share, shares));
    team.dismiss();
    assertEquals("[1, 0, 0]", little.toString());
    assertEquals("[3, 3, 3]", much.toString());
  }

  @Test
  void callersSideBySideAndFromInsideThePool() {
    AtomicIntegerArray runs = new AtomicIntegerArray(16);
    IntStream.range(0, 16)
        .parallel()
        .forEach(
            caller -> {
              for (int call = 0; call < 50; call++) {
                LaneTeam team = LaneTeam.gather(3);
                team.run(part -> runs.incrementAndGet(caller));
                team.dismiss();
              }
            });
    for (int caller = 0; caller < 16; caller++) {
      assertEquals(150, runs.get(caller));
    }
  }

  @Test
  void theCallerGetsWhatAPartThrewAfterAllHaveEnded() {
    IllegalStateException problem = new IllegalStateException();
    AtomicIntegerArray runs = new AtomicIntegerArray(5);
    LaneTeam team = LaneTeam.gather(5);
    RuntimeException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                team.run(
                    part -> {
                      runs.incrementAndGet(part);
                      if (part == 1) {
                        throw problem;
                      }
                    }));
    team.dismiss();
    assertSame(problem, thrown);
    for (int part = 0; part < 5; part++) {
      assertEquals(1, runs.get(part));
    }
  }

  @Test
  void helpersSentAwayLeaveThePool() {
    for (int call = 0; call < 20; call++) {
      LaneTeam.gather(4).dismiss();
    }
    assertTrue(ForkJoinPool.commonPool().awaitQuiescence(10, TimeUnit.SECONDS));
  }
}
