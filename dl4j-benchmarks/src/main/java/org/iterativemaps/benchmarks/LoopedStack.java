package org.iterativemaps.benchmarks;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.iterativemaps.layers.IterativeMapLayer;

/** Case 2: width 1000 applied five times, batch 128. */
final class LoopedStack {
  static final int WIDTH = 1000;
  static final int STEPS = 5;
  static final int BATCH = 128;

  private LoopedStack() {}

  static ListBuilder layers(String subject, String density) {
    ListBuilder list = Subjects.configuration().list();
    if (Subjects.isMap(subject)) {
      return list.layer(
          new IterativeMapLayer.Builder()
              .nIn(WIDTH)
              .nOut(WIDTH)
              .density(Double.parseDouble(density))
              .steps(STEPS)
              .build());
    }
    for (int i = 0; i < STEPS; i++) {
      list.layer(new DenseLayer.Builder().nIn(WIDTH).nOut(WIDTH).build());
    }
    return list;
  }
}
