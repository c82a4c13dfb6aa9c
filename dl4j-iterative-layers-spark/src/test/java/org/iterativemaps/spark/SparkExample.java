package org.iterativemaps.spark;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** What docs/spark.md shows. */
final class SparkExample {
  private SparkExample() {}

  static final class Application {
    private Application() {}

    // region application
    /** Lines of two numbers and their product's sign. */
    static DataSet parse(String line) {
      String[] numbers = line.split(",");
      double a = Double.parseDouble(numbers[0]);
      double b = Double.parseDouble(numbers[1]);
      return new DataSet(
          Nd4j.createFromArray(new float[][] {{(float) a, (float) b}}),
          Nd4j.createFromArray(
              new float[][] {a * b > 0 ? new float[] {1, 0} : new float[] {0, 1}}));
    }

    static MultiLayerNetwork network() {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              new NeuralNetConfiguration.Builder()
                  .seed(1)
                  .updater(new Adam(0.01))
                  .list()
                  .layer(
                      new IterativeMapLayer.Builder()
                          .nIn(2)
                          .nOut(64)
                          .steps(3)
                          .density(0.2)
                          .activation(Activation.TANH)
                          .build())
                  .layer(
                      new OutputLayer.Builder()
                          .nIn(64)
                          .nOut(2)
                          .activation(Activation.SOFTMAX)
                          .build())
                  .build());
      network.init();
      return network;
    }

    static void train(JavaSparkContext spark, String data, Path folder) throws IOException {
      JavaRDD<DataSet> examples = spark.textFile(data).map(Application::parse);
      SparkSettings settings =
          SparkSettings.builder()
              .workers(4)
              .epochs(5)
              .batchSize(16)
              .localSteps(5)
              .seed(1)
              .checkpoints(folder, 10)
              .build();
      MultiLayerNetwork network = network();
      network.addListeners(Pruning.gradual());
      SparkMaps.fit(network, examples, settings);
    }
    // endregion
  }

  static final class Pruning {
    private Pruning() {}

    // region pruning
    static GradualPruning gradual() {
      return new GradualPruning(
          BlockChoice.all(), SparsitySchedule.cubic(0.95, 10, 40, 10), Scope.GLOBAL);
    }
    // endregion
  }

  static final class Resuming {
    private Resuming() {}

    // region resume
    static MultiLayerNetwork goOn(JavaRDD<DataSet> examples, SparkSettings settings, Path folder)
        throws IOException {
      Checkpoint last = Checkpoint.latest(folder);
      last.multiLayerNetwork().addListeners(Pruning.gradual());
      SparkMaps.resume(last, examples, settings);
      return last.multiLayerNetwork();
    }
    // endregion
  }

  static final class Conf {
    private Conf() {}

    // region conf
    static SparkConf conf() {
      return new SparkConf()
          .setAppName("maps")
          .set("spark.executorEnv.OMP_NUM_THREADS", "1")
          .set(
              "spark.executor.extraJavaOptions",
              "--add-modules=jdk.incubator.vector -Dorg.iterativemaps.threads=1");
    }
    // endregion
  }
}
