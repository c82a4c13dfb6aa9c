package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link FusedKernel#SEGMENT_PROPERTY}. */
class SegmentPropertyTest {
  private final String before = System.getProperty(FusedKernel.SEGMENT_PROPERTY);

  @AfterEach
  void putBack() {
    if (before == null) {
      System.clearProperty(FusedKernel.SEGMENT_PROPERTY);
    } else {
      System.setProperty(FusedKernel.SEGMENT_PROPERTY, before);
    }
  }

  @Test
  void withoutItAllStatesAreKept() {
    System.clearProperty(FusedKernel.SEGMENT_PROPERTY);
    assertEquals(0, FusedKernel.segmentFromProperty());
  }

  @ParameterizedTest
  @CsvSource({"'',0", "' ',0", "0,0", "1,1", "' 16 ',16", "2147483647,2147483647"})
  void numbersFromZeroAreRead(String value, int segment) {
    System.setProperty(FusedKernel.SEGMENT_PROPERTY, value);
    assertEquals(segment, FusedKernel.segmentFromProperty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1.5", "all", "2147483648"})
  void allElseIsRefused(String value) {
    System.setProperty(FusedKernel.SEGMENT_PROPERTY, value);
    String message =
        assertThrows(IllegalArgumentException.class, FusedKernel::segmentFromProperty).getMessage();
    assertTrue(message.contains(FusedKernel.SEGMENT_PROPERTY), message);
    assertTrue(message.contains("found '" + value + "', expected time steps"), message);
  }
}
