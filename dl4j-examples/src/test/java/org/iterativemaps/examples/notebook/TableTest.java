package org.iterativemaps.examples.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TableTest {

  @Test
  void alignsNumbersRightAndWordsLeft() {
    Table table = Table.of("model", "weights").row("map", 7).row("LSTM", 12345).caption("Sizes");
    assertEquals(
        "Sizes\nmodel  weights\n-----  -------\nmap          7\nLSTM     12345", table.toString());
  }

  @Test
  void refusesRowsOfAnotherLength() {
    assertThrows(IllegalArgumentException.class, () -> Table.of("a", "b").row(1));
  }

  @Test
  void realsHaveFourDigits() {
    assertEquals("0.1235", Format.value(0.123456));
    assertEquals("123500", Format.value(123456.7));
    assertEquals("1.235e-06", Format.value(1.2345678e-6));
    assertEquals("0", Format.value(0.0));
    assertEquals("NaN", Format.value(Double.NaN));
  }

  @Test
  void timesAreReadable() {
    assertEquals("12 ms", Format.value(Duration.ofMillis(12)));
    assertEquals("1.5 s", Format.value(Duration.ofMillis(1500)));
    assertEquals("3 min 05 s", Format.value(Duration.ofSeconds(185)));
  }

  @Test
  void spreadSummarisesSeeds() {
    Spread spread = Spread.of(3, 1, 2, 6);
    assertEquals(3, spread.mean());
    assertEquals(2.5, spread.median());
    assertEquals(1, spread.min());
    assertEquals(6, spread.max());
    assertEquals(Math.sqrt(14.0 / 3), spread.deviation(), 1e-12);
    assertEquals("0.953 ± 0.011", Spread.of(0.94, 0.96, 0.959).toString());
    assertEquals("0.5", Spread.of(0.5).toString());
    assertEquals(new Spread(0.5, 0, 0.5, 0.5, 0.5, 1), Spread.of(0.5));
    assertArrayEquals(new double[] {2, 4}, Spread.column(new double[][] {{1, 2}, {3, 4}}, 1));
    assertThrows(IllegalArgumentException.class, Spread::of);
  }
}
