package org.iterativemaps.map.pattern;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKTest {

  @Test
  void isTheHeadOfAStableSort() {
    int cases = 0;
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      double[] scores = new double[1 + random.nextInt(40)];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextInt(9) - 4; // many ties
      }
      int count = random.nextInt(scores.length + 1);
      int[] expected =
          IntStream.range(0, scores.length)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
              .limit(count)
              .mapToInt(i -> i)
              .sorted()
              .toArray();
      assertArrayEquals(expected, TopK.largest(scores, count), "seed " + seed);
      cases++;
    }
    assertEquals(300, cases);
  }

  @Test
  void magnitudesForgetTheSign() {
    assertArrayEquals(
        new int[] {0, 3}, TopK.largestMagnitudes(new double[] {-3, 1, -2, 2.5, 0}, 2));
  }

  @Test
  void zerosOfBothSignsAreEqual() {
    assertArrayEquals(new int[] {0, 1}, TopK.largest(new double[] {-0.0, -0.0, 0.0, 0.0}, 2));
  }

  @Test
  void infiniteScoresProtectAndExclude() {
    double[] scores = {1, Double.NEGATIVE_INFINITY, 2, Double.POSITIVE_INFINITY};
    assertArrayEquals(new int[] {2, 3}, TopK.largest(scores, 2));
  }

  @Test
  void badArgumentsAreNamed() {
    String count =
        assertThrows(IllegalArgumentException.class, () -> TopK.largest(new double[] {1, 2}, 3))
            .getMessage();
    assertTrue(count.contains("count: found 3"), count);
    String nan =
        assertThrows(
                IllegalArgumentException.class,
                () -> TopK.largestMagnitudes(new double[] {1, Double.NaN}, 1))
            .getMessage();
    assertTrue(nan.contains("scores[1]: found NaN"), nan);
  }
}
