package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link SegmentLength#PROPERTY}. */
class SegmentLengthTest {
  private final String before = System.getProperty(SegmentLength.PROPERTY);

  @AfterEach
  void putBack() {
    if (before == null) {
      System.clearProperty(SegmentLength.PROPERTY);
    } else {
      System.setProperty(SegmentLength.PROPERTY, before);
    }
  }

  @Test
  void withoutItAllStatesAreKept() {
    System.clearProperty(SegmentLength.PROPERTY);
    assertEquals(0, SegmentLength.fromProperty());
  }

  @ParameterizedTest
  @CsvSource({"'',0", "' ',0", "0,0", "1,1", "' 16 ',16", "2147483647,2147483647"})
  void numbersFromZeroAreRead(String value, int segment) {
    System.setProperty(SegmentLength.PROPERTY, value);
    assertEquals(segment, SegmentLength.fromProperty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "all", "2147483648"})
  void allElseIsRefused(String value) {
    System.setProperty(SegmentLength.PROPERTY, value);
    String message =
        assertThrows(IllegalArgumentException.class, SegmentLength::fromProperty).getMessage();
    assertTrue(message.contains(SegmentLength.PROPERTY), message);
    assertTrue(message.contains("found '" + value + "', expected time steps"), message);
  }
}
