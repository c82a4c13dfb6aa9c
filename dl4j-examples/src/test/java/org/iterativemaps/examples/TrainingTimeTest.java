package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.junit.jupiter.api.Test;

class TrainingTimeTest {

  private static ProportionTask task(int sequences, int epochs) {
    return ProportionTask.published(
        PublishedAnomaly.drawn(),
        "",
        new PublishedSize(sequences, epochs, 16, List.of(), Map.of()),
        PublishedMaps.WEIGHTS);
  }

  @Test
  void theSlowerOfMakingAndLearningCounts() {
    TrainingTime time = new TrainingTime(0.01, List.of(0.02, 0.004));
    // 125 batches: two at a time 0.024 s each; three alone 0.01 s, for they learn faster.
    assertEquals(
        "5 trainings of 125 batches are to be done, up to 4 at a time on the same batches, which by"
            + " their first ones will take 7 s; to stop loses 3 s at most. A thread makes 1600"
            + " sequences per second, and 1333 are learned.",
        time.words(task(2000, 1), List.of(List.of(0, 1), List.of(1), List.of(1), List.of(1))));
  }

  @Test
  void longTimesAreToldInMinutesAndHours() {
    TrainingTime time = new TrainingTime(0.001, List.of(0.02));
    String minutes = time.words(task(16_000, 10), Collections.nCopies(3, List.of(0)));
    assertTrue(minutes.contains("will take 10 min; to stop loses 3 min"), minutes);
    String hours = time.words(task(58_000, 25), Collections.nCopies(60, List.of(0)));
    assertTrue(hours.contains("will take 30 h; to stop loses 30 min"), hours);
  }

  @Test
  void measuresEveryPlan() throws Exception {
    ProportionTask small = task(40, 1); // fewer than it measures with
    List<ProportionPlan> plans = List.of(ProportionPlan.lstm(small));
    TrainingTime time = TrainingTime.measure(small, plans, 1);
    assertEquals(1, time.training().size());
    assertTrue(time.making() > 0 && time.training().get(0) > 0);
  }
}
