package org.iterativemaps.examples;

import java.util.Arrays;
import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Share of sequences whose class is told rightly, where all classes are equally likely. */
record AccuracyScore() implements ProportionScore {

  /** Of the tests whether a plan is above chance, of which there are many. */
  private static final double SURE = 1e-3;

  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public String baseline(ProportionTask task) {
    return "chance: 1 in " + task.outputs();
  }

  @Override
  public double of(MultiLayerNetwork network, DataSetIterator data) {
    return network.evaluate(data).accuracy();
  }

  /** Whether all its answers together are right too often for luck. */
  @Override
  public boolean hasLearned(double[] scores, ProportionTask task) {
    int right = (int) Math.round(Arrays.stream(scores).sum() * task.tested());
    double p =
        new BinomialTest()
            .binomialTest(
                scores.length * task.tested(),
                right,
                1.0 / task.outputs(),
                AlternativeHypothesis.GREATER_THAN);
    return p < SURE;
  }
}
