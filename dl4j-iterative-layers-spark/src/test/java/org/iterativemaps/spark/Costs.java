package org.iterativemaps.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/**
 * The figures of the cost model in docs/spark.md: seconds of a step, and of a round of one and of
 * many steps with one worker and with two.
 */
final class Costs {
  private static final int STEPS = 20;
  private static final int BATCH = 64;

  private Costs() {}

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .nIn(Networks.FEATURES)
                        .nOut(1000)
                        .steps(5)
                        .density(0.1)
                        .activation(Activation.TANH)
                        .build())
                .layer(
                    new OutputLayer.Builder()
                        .nIn(1000)
                        .nOut(Networks.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  /** Prints them. */
  public static void main(String[] args) {
    DataSet batch = Networks.MAP.data(1, BATCH).get(0);
    MultiLayerNetwork network = network();
    List<Double> steps = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      long begin = System.nanoTime();
      network.fit(batch);
      steps.add((System.nanoTime() - begin) * 1e-9);
    }
    print("step", steps);
    System.out.println("parameters " + network.numParams());
    for (int workers = 1; workers <= 2; workers++) {
      try (JavaSparkContext spark =
          new JavaSparkContext(LocalSpark.conf().setMaster("local[" + workers + "]"))) {
        for (int localSteps : new int[] {1, STEPS}) {
          List<Double> rounds = new ArrayList<>();
          long[] last = {System.nanoTime()};
          SparkMaps.fit(
              network(),
              spark.parallelize(Networks.MAP.data(1, workers * BATCH * localSteps), workers),
              SparkSettings.builder()
                  .workers(workers)
                  .epochs(30)
                  .batchSize(BATCH)
                  .localSteps(localSteps)
                  .progress(
                      round -> {
                        rounds.add((System.nanoTime() - last[0]) * 1e-9);
                        last[0] = System.nanoTime();
                      })
                  .build());
          print("round of " + localSteps + ", workers " + workers, rounds);
        }
      }
    }
  }

  /** Least, and median, of the second half. */
  private static void print(String what, List<Double> seconds) {
    List<Double> later =
        seconds.subList(seconds.size() / 2, seconds.size()).stream().sorted().toList();
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s: least %.4f s, median %.4f s",
            what,
            later.get(0),
            later.get(later.size() / 2)));
  }
}
