package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class CoreTimeTest {

  @Test
  void theFirstHalfIsNotCounted() {
    CoreTime time = new CoreTime();
    DoubleStream.of(900, 800, 700, 3, 1, 2).forEach(time::add);
    assertEquals(2, time.median());
    time.add(4); // of seven, the last four
    assertEquals(2.5, time.median());
  }

  @Test
  void whatIsMeasuredIsNotNegative() {
    CoreTime time = new CoreTime();
    time.start();
    time.stop();
    assertTrue(time.median() >= 0);
  }
}
