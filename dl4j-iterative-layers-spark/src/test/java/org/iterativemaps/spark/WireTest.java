package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerBlockUpdated;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** Bytes that Spark moves in a round, as Spark itself counts them. */
class WireTest {
  private static final int WIDTH = 600;

  /**
   * What Spark keeps to send down (pieces of broadcasts, compressed and serialised) and what tasks
   * have sent up (serialised results).
   */
  private static final class Meter extends SparkListener {
    private final AtomicLong down = new AtomicLong();
    private final AtomicLong up = new AtomicLong();

    @Override
    public void onBlockUpdated(SparkListenerBlockUpdated update) {
      var info = update.blockUpdatedInfo();
      String name = info.blockId().name();
      if (name.startsWith("broadcast_") && name.contains("_piece")) {
        down.addAndGet(info.memSize() + info.diskSize());
      }
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
      up.addAndGet(
          end.taskMetrics().resultSize() + end.taskMetrics().shuffleWriteMetrics().bytesWritten());
    }
  }

  private record Traffic(double down, double up, Round first, Round last) {}

  private static MultiLayerNetwork network(Layer first, Layer second) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(1e-3))
                .list()
                .layer(first)
                .layer(second)
                .layer(
                    new OutputLayer.Builder()
                        .nIn(WIDTH)
                        .nOut(Networks.CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    return network;
  }

  /** A dense layer of which a tenth of the weights exists. */
  private static Layer aTenth(int nIn) {
    return new IterativeMapLayer.Builder()
        .map(
            BlockMap.builder()
                .input("x", nIn)
                .state("h", WIDTH, Activation.SIGMOID)
                .connect("x", "h", Sparsity.density(0.1))
                .output("h")
                .build())
        .steps(1)
        .build();
  }

  private static Traffic run(MultiLayerNetwork network) throws Exception {
    List<DataSet> data = Networks.MAP.data(1, 32);
    List<Round> rounds = new ArrayList<>();
    Meter meter = new Meter();
    long[] atStart = new long[2];
    var spark = LocalSpark.context();
    spark.sc().addSparkListener(meter);
    try {
      SparkMaps.fit(
          network,
          spark.parallelize(data, 2),
          SparkSettings.builder()
              .epochs(6)
              .batchSize(8)
              .localSteps(2)
              .progress(
                  round -> {
                    rounds.add(round);
                    if (round.number() == 1) {
                      drain();
                      atStart[0] = meter.down.get();
                      atStart[1] = meter.up.get();
                    }
                  })
              .build());
    } finally {
      drain();
      spark.sc().removeSparkListener(meter);
    }
    int counted = rounds.size() - 1;
    return new Traffic(
        (meter.down.get() - atStart[0]) / (double) counted,
        (meter.up.get() - atStart[1]) / (double) counted,
        rounds.get(0),
        rounds.get(counted));
  }

  /** Listeners hear of things a little later. */
  private static void drain() {
    try {
      Thread.sleep(300);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aTenthOfTheWeightsIsAtMostTwelvePercentOfTheBytes() throws Exception {
    Traffic sparse = run(network(aTenth(Networks.FEATURES), aTenth(WIDTH)));
    Traffic dense =
        run(
            network(
                new DenseLayer.Builder().nIn(Networks.FEATURES).nOut(WIDTH).build(),
                new DenseLayer.Builder().nIn(WIDTH).nOut(WIDTH).build()));
    String measured =
        String.format(
            java.util.Locale.ROOT,
            "down %.0f of %.0f, up %.0f of %.0f bytes a round; configuration %d of %d once",
            sparse.down,
            dense.down,
            sparse.up,
            dense.up,
            sparse.first.configurationBytes(),
            dense.first.configurationBytes());
    if (Boolean.getBoolean("test.print")) {
      System.out.println(measured);
    }
    // In the counts of Round, which are of numbers alone.
    double planned =
        (sparse.last.bytesToEachWorker() + sparse.last.bytesFromEachWorker())
            / (double) (dense.last.bytesToEachWorker() + dense.last.bytesFromEachWorker());
    assertTrue(planned < 0.12, planned + "");
    // As Spark counts them, with what it adds to every task.
    assertTrue((sparse.down + sparse.up) / (dense.down + dense.up) < 0.12, measured);
    assertTrue(dense.up > 1.9 * dense.last.bytesFromEachWorker(), measured); // it was counted
    assertTrue(dense.down > 0.5 * dense.last.bytesToEachWorker(), measured);
    assertEquals(0, sparse.last.configurationBytes());
  }
}
