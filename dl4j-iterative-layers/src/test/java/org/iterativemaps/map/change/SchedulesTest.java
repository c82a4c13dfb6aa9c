package org.iterativemaps.map.change;

import static org.iterativemaps.map.change.MapChangeTest.assertMessage;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulesTest {

  @Test
  void sparsityRisesAlongTheCubic() {
    SparsitySchedule schedule = new SparsitySchedule(0.5, 0.9, 100, 300, 50);
    assertEquals(0, schedule.at(99));
    assertEquals(0.5, schedule.at(100), 1e-15);
    // (1 - 50/200)^3 = 27/64, (1 - 100/200)^3 = 1/8, (1 - 150/200)^3 = 1/64
    assertEquals(0.9 - 0.4 * 27 / 64, schedule.at(150), 1e-15);
    assertEquals(0.85, schedule.at(200), 1e-15);
    assertEquals(0.9 - 0.4 / 64, schedule.at(250), 1e-15);
    assertEquals(0.9, schedule.at(300));
    assertEquals(0.9, schedule.at(1_000_000));
    assertEquals(0.9, SparsitySchedule.cubic(0.9, 7, 7, 1).at(7)); // one shot
  }

  @Test
  void pruningIsDueAtTheStepsAndAtTheEnd() {
    SparsitySchedule schedule = SparsitySchedule.cubic(0.9, 3, 10, 3);
    assertEquals(
        List.of(3, 6, 9, 10), IntStream.range(0, 30).filter(schedule::isDue).boxed().toList());
  }

  @Test
  void rewiringDecaysLikeACosine() {
    RewiringSchedule schedule = new RewiringSchedule(0.3, 10, 100, 20);
    assertEquals(0.3, schedule.at(0), 1e-15);
    assertEquals(0.15, schedule.at(50), 1e-15);
    assertEquals(0.15 * (1 - Math.sqrt(0.5)), schedule.at(75), 1e-15);
    assertEquals(0, schedule.at(100));
    assertEquals(
        List.of(10, 30, 50, 70, 90),
        IntStream.range(0, 300).filter(schedule::isDue).boxed().toList());
  }

  @Test
  void wrongSchedulesAreNamed() {
    assertMessage("sparsity: found 0.9 and 0.5", () -> new SparsitySchedule(0.9, 0.5, 0, 1, 1));
    assertMessage("sparsity: found 0.0 and 1.0", () -> SparsitySchedule.cubic(1, 0, 1, 1));
    assertMessage("found 5, 4 and 1", () -> SparsitySchedule.cubic(0.5, 5, 4, 1));
    assertMessage("found 0, 4 and 0", () -> SparsitySchedule.cubic(0.5, 0, 4, 0));
    assertMessage("fraction: found 0.0", () -> new RewiringSchedule(0, 0, 1, 1));
    assertMessage("found -1, 1 and 1", () -> new RewiringSchedule(0.3, -1, 1, 1));
  }
}
