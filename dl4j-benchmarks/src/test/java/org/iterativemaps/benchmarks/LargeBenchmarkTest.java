package org.iterativemaps.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.benchmarks.LargeBenchmark.Figures;
import org.junit.jupiter.api.Test;

class LargeBenchmarkTest {

  @Test
  void figuresOfASmallOne() throws Exception {
    Figures figures = LargeBenchmark.measure(200);
    // Both fan-ins of h and that of y, and two biases.
    assertEquals(2 * 2000 + 1000 + 200 + 100, figures.weights());
    assertTrue(figures.ready() > 0 && figures.first() >= figures.ready(), figures.toString());
    assertTrue(figures.step() > 0 && figures.step() < 10, figures.toString());
    assertTrue(Double.isNaN(figures.megabytes()) || figures.megabytes() > 50, figures.toString());
  }
}
