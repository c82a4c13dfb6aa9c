package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final double[] OWN = {0.7, 0.8, 0.9};
  private static final double[] OTHER = {0.71, 0.811, 0.912};

  /**
   * Differences of 10, 11, 12 thousandths: t = 11 √3, 2 degrees of freedom, p = 1 - t / √(t² + 2).
   */
  @Test
  void seedsThatAgreeDifferClearly() {
    double t = 11 * Math.sqrt(3);
    double p = 1 - t / Math.sqrt(t * t + 2);
    assertEquals(p, Comparison.paired(OWN, OTHER, 1), 1e-12);
    assertEquals(4 * p, Comparison.paired(OWN, OTHER, 4), 1e-12);
    assertEquals(1, Comparison.paired(OWN, OTHER, 1000));
    assertEquals("p = 0.0027, paired t-test", Comparison.words(OWN, OTHER, 1));
    assertEquals("p = 0.011, paired t-test, times 4 comparisons", Comparison.words(OWN, OTHER, 4));
  }

  /** Means 1 and 3, of variance 1 each: t = 2 / √2 with 2 degrees of freedom. */
  @Test
  void welchsTestIsThatOfTwoSamples() {
    double[] few = {0, 2};
    double[] more = {2, 4};
    double t = Math.sqrt(2);
    double p = 1 - t / Math.sqrt(t * t + 2);
    assertEquals(p, Comparison.welch(few, more, 1), 1e-12);
    assertEquals(3 * p, Comparison.welch(few, more, 3), 1e-12);
    assertEquals(1, Comparison.welch(few, more, 9));
    assertFalse(Comparison.differ(few, more, 1));
    assertTrue(Comparison.differ(new double[] {0, 0.1}, new double[] {2, 2.1}, 1));
    assertFalse(Comparison.differ(new double[] {0, 0.1}, new double[] {2, 2.1}, 50));
  }

  @Test
  void whatDoesNotVaryHasANumberToo() {
    double[] same = {0.5, 0.5};
    assertEquals(1, Comparison.paired(OWN, OWN, 2));
    assertEquals("p = 1.0, paired t-test", Comparison.words(OWN, OWN, 1));
    assertEquals(1, Comparison.paired(same, same, 2));
    assertEquals(0, Comparison.paired(same, new double[] {0.25, 0.25}, 2));
    assertEquals(1, Comparison.welch(same, same, 2));
    assertEquals(0, Comparison.welch(same, new double[] {0.25, 0.25}, 2));
  }

  @Test
  void oneSeedSaysNothing() {
    double[] one = {0.1};
    double[] other = {0.9};
    assertEquals(1, Comparison.paired(one, other, 1));
    assertEquals(1, Comparison.welch(one, other, 1));
    assertFalse(Comparison.differ(one, other, 1));
    assertEquals("one seed says nothing of chance", Comparison.words(one, other, 3));
  }

  @Test
  void seedsThatAreMissingAreRefused() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> Comparison.paired(OWN, new double[2], 1))
            .getMessage();
    assertTrue(message.startsWith("b: found 2 values, expected 3"), message);
  }
}
