package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** On times that the tests make up, in milliseconds. */
class MeasuredChoiceTest {
  private static final int MANY = 10_000;
  private static final long MILLISECOND = 1_000_000;

  private int calls;
  private double spent; // beyond what the way that was chosen would have taken

  /** Runs calls until the choice is made, or many. */
  private String made(MeasuredChoice<String> choice, ToLongFunction<String> nanos) {
    double all = 0;
    for (calls = 0; calls < MANY && !choice.isMade(); calls++) {
      long took = nanos.applyAsLong(choice.next());
      all += took;
      boolean isLast = choice.took(MILLISECOND * took);
      assertEquals(choice.isMade(), isLast);
    }
    assertTrue(choice.isMade(), "not made after " + calls);
    spent = all / (calls * nanos.applyAsLong(choice.next())) - 1;
    return choice.next();
  }

  private static MeasuredChoice<String> of(String... ways) {
    return new MeasuredChoice<>("test", List.of(ways));
  }

  @Test
  void theFastestIsChosen() {
    Map<String, Long> nanos = Map.of("a", 1000L, "b", 900L, "c", 1200L, "d", 700L);
    assertEquals("d", made(of("a", "b", "c", "d"), nanos::get));
    assertEquals("b", made(of("a", "c", "b"), nanos::get));
    assertEquals("a", made(of("a", "c"), nanos::get));
  }

  @Test
  void theFirstStaysWhereThereIsLittleToGain() {
    Map<String, Long> nanos = Map.of("a", 1000L, "b", 960L);
    assertEquals("a", made(of("a", "b"), nanos::get));
  }

  @Test
  void oneWayIsNoChoice() {
    MeasuredChoice<String> choice = of("a");
    assertTrue(choice.isMade());
    assertEquals("a", choice.next());
    assertFalse(choice.took(1));
    assertThrows(IllegalArgumentException.class, MeasuredChoiceTest::of);
  }

  @Test
  void theFirstRunsUntilItIsWarm() {
    MeasuredChoice<String> choice = of("a", "b");
    for (int i = 0; i < MeasuredChoice.WARM_UP; i++) {
      assertEquals("a", choice.next());
      choice.took(MeasuredChoice.WARM_UP_NANOS);
    }
    choice = of("a", "b");
    for (long total = 0; total < MeasuredChoice.WARM_UP_NANOS; total += MILLISECOND) {
      assertEquals("a", choice.next());
      choice.took(MILLISECOND);
    }
  }

  @Test
  void neighboursAreCompared() {
    // The machine gets slower and slower, and b takes 0.8 of a's time at every moment.
    double[] speed = {1};
    ToLongFunction<String> nanos =
        way -> {
          speed[0] *= 1.02;
          return (long) (speed[0] * (way.equals("a") ? 1000 : 800));
        };
    assertEquals("b", made(of("a", "b"), nanos));
    speed[0] = 1;
    assertEquals("b", made(of("b", "a"), nanos));
  }

  @Test
  void someCallsThatAreInterruptedChangeNothing() {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      ToLongFunction<String> nanos =
          way -> (way.equals("a") ? 1000 : 800) * (random.nextInt(10) == 0 ? 20 : 1);
      assertEquals("b", made(of("a", "b"), nanos), "seed " + seed);
      // Nor does what they interrupt more often seem slower than it is.
      assertEquals("b", made(of("b", "a"), nanos), "seed " + seed);
    }
  }

  @Test
  void whatIsNotCompiledYetIsTriedAgain() {
    int[] ran = {0};
    ToLongFunction<String> nanos =
        way -> way.equals("a") ? 1000 : ran[0]++ < 6 * MeasuredChoice.IN_A_ROW ? 5000 : 700;
    assertEquals("b", made(of("a", "b"), nanos));
  }

  @Test
  void whatIsSlowCostsLittle() {
    double lost = MeasuredChoice.MOST_LOST / (1 - MeasuredChoice.MOST_LOST);
    for (long slow : new long[] {1100, 1500, 3000}) {
      assertEquals("a", made(of("a", "b"), way -> way.equals("a") ? 1000 : slow));
      double oneRow = MeasuredChoice.IN_A_ROW * (slow - 1000) / (1000.0 * calls);
      assertTrue(spent <= lost + oneRow, slow + ": " + spent);
    }
    MeasuredChoice<String> choice = of("a", "b");
    double all = 0;
    for (calls = 0; calls < MANY; calls++) {
      long took = choice.next().equals("a") ? 1000 : 100_000;
      all += took;
      choice.took(MILLISECOND * took);
    }
    assertEquals(1, all / (1000.0 * calls), MeasuredChoice.MOST_LOST + 0.03, "100 times slower");
  }
}
