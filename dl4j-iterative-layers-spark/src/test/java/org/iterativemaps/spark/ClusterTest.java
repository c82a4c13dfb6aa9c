package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

/** On executors that are processes of their own. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ClusterTest {
  private static final List<DataSet> DATA = data();

  @TempDir private static Path folder;

  private static Cluster cluster;

  private static List<DataSet> data() {
    return Networks.MAP.data(1, 40, 50, 31);
  }

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    LocalSpark.stop();
    cluster = Cluster.start(Files.createDirectory(folder.resolve("spark")));
  }

  @AfterAll
  static void end() throws InterruptedException {
    if (cluster != null) {
      cluster.close();
      assertEquals(0, cluster.alive());
    }
  }

  private static SparkSettings.Builder settings() {
    return SparkSettings.builder().workers(3).epochs(3).batchSize(5).localSteps(2).seed(4);
  }

  /** A map that ends its process while the file is there. */
  private static MultiLayerNetwork network(Path file) {
    MultiLayerNetwork network = (MultiLayerNetwork) Networks.MAP.network(1);
    network
        .getLayerWiseConfigurations()
        .getInputPreProcessors()
        .put(0, new HaltOnce(file.toString()));
    return network;
  }

  /**
   * One executor ends in the middle of a step, later a worker with its executor between two rounds;
   * what was cached on them is lost. Everything travels by Kryo.
   */
  @Test
  void lostExecutorsChangeNothing() throws IOException {
    Path file = folder.resolve("halt");
    MultiLayerNetwork expected = network(file);
    OneMachine.fit(expected, DATA, settings().build());

    List<Round> rounds = new ArrayList<>();
    MultiLayerNetwork found = network(file);
    try (JavaSparkContext spark =
        new JavaSparkContext(
            cluster.conf().set("spark.serializer", "org.apache.spark.serializer.KryoSerializer"))) {
      String message =
          assertThrows(
                  SparkTrainingException.class,
                  () -> SparkMaps.fit(found, spark.parallelize(DATA, 2), settings().build()))
              .getMessage();
      assertTrue(message.contains("Kryo empties them"), message);
      SparkMaps.fit(
          found,
          spark.parallelize(List.of(0, 1, 2), 2).map(place -> data().get(place)),
          settings()
              .progress(
                  round -> {
                    rounds.add(round);
                    if (round.number() == 4) {
                      create(file);
                    } else if (round.number() == 8) {
                      cluster.killAWorker();
                    }
                  })
              .build());
    }
    assertFalse(Files.exists(file), "no executor has ended");
    assertEquals(15, rounds.size());
    SparkMapsTest.assertSame(expected, found, 1e-6);
  }

  private static void create(Path file) {
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As if the jar of natives were another platform's. */
  @Test
  void anExecutorWithoutNativesIsSaid() {
    MultiLayerNetwork network = network(folder.resolve("never"));
    try (JavaSparkContext spark =
        new JavaSparkContext(
            cluster
                .conf()
                .set(
                    "spark.executor.extraJavaOptions",
                    cluster.conf().get("spark.executor.extraJavaOptions")
                        + " -Dorg.bytedeco.javacpp.platform=other-cpu"))) {
      String message =
          assertThrows(
                  SparkTrainingException.class,
                  () -> SparkMaps.fit(network, spark.parallelize(DATA, 2), settings().build()))
              .getMessage();
      assertTrue(message.contains("found no working ND4J"), message);
      assertTrue(
          message.contains("executor 0 at 127.0.0.1")
              || message.contains("executor 1 at 127.0.0.1"),
          message);
    }
  }
}
