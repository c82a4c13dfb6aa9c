package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InvalidClassException;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What is refused says what was found, what was expected and what to do. */
class BadInputTest {
  private static final SparkSettings SETTINGS = SparkSettings.builder().build();

  private static DataSet data(int... featuresShape) {
    return new DataSet(
        Nd4j.ones(DataType.FLOAT, java.util.Arrays.stream(featuresShape).asLongStream().toArray()),
        labels(featuresShape[0]));
  }

  private static INDArray labels(int examples) {
    INDArray labels = Nd4j.create(DataType.FLOAT, examples, Networks.CLASSES);
    labels.getColumn(0).assign(1);
    return labels;
  }

  private static String refused(
      Class<? extends Exception> type, Model network, List<?> elements, SparkSettings settings) {
    JavaRDD<?> rdd = elements == null ? null : LocalSpark.context().parallelize(elements, 2);
    String message = assertThrows(type, () -> SparkMaps.fit(network, rdd, settings)).getMessage();
    assertTrue(message.contains("found"), message);
    assertTrue(message.contains("expected"), message);
    return message;
  }

  private record Case(List<?> elements, String message) {}

  static List<Case> data() {
    INDArray five = Nd4j.ones(DataType.FLOAT, 5, Networks.FEATURES);
    return List.of(
        new Case(List.of(), "rdd: found no examples in 2 partitions"),
        new Case(List.of(data(1, 5)), "rdd: found 1 examples for 2 workers"),
        new Case(
            List.of(data(4, 5), data(3, 5), data(3, 6)),
            "rdd: found features [5], labels [3] (example 0 of partition 0) and features [6],"
                + " labels [3] (example 3 of partition 1)"),
        new Case(
            List.of(data(4, 5), data(3, 5, 2)),
            "rdd: found features [5], labels [3] (example 0 of partition 0) and features [5, time]"),
        new Case(
            List.of(data(2, 5), new DataSet(five, labels(4))),
            "rdd: element 0 of partition 1: found labels of shape [4, 3], expected 5 examples"),
        new Case(
            List.of(data(2, 5), new DataSet(five, null)),
            "rdd: element 0 of partition 1: found no labels"),
        new Case(
            List.of(data(2, 5), "x", "y"),
            "rdd: element 0 of partition 1: found java.lang.String, expected a DataSet"),
        new Case(
            List.of(
                new MultiDataSet(new INDArray[] {five, five}, new INDArray[] {labels(5)}),
                new MultiDataSet(new INDArray[] {five, five}, new INDArray[] {labels(5)})),
            "rdd: found 2 arrays of features in an example, but the MultiLayerNetwork has 1"
                + " inputs"));
  }

  @ParameterizedTest
  @MethodSource("data")
  void dataIsRefused(Case wrong) {
    String message =
        refused(
            SparkTrainingException.class,
            Networks.DENSE.network(1),
            wrong.elements,
            SparkSettings.builder().workers(2).build());
    assertTrue(message.contains(wrong.message), message);
  }

  @Test
  void networksAreRefused() {
    MultiLayerNetwork raw =
        new MultiLayerNetwork(
            ((MultiLayerNetwork) Networks.DENSE.network(1)).getLayerWiseConfigurations());
    String message = refused(IllegalStateException.class, raw, List.of(data(4, 5)), SETTINGS);
    assertTrue(message.contains("call init()"), message);
    message = refused(IllegalArgumentException.class, null, List.of(data(4, 5)), SETTINGS);
    assertTrue(message.contains("network: found null"), message);
  }

  @Test
  void argumentsAreRefused() {
    Model network = Networks.DENSE.network(1);
    assertTrue(refused(IllegalArgumentException.class, network, null, SETTINGS).startsWith("rdd:"));
    assertTrue(
        refused(IllegalArgumentException.class, network, List.of(data(4, 5)), null)
            .startsWith("settings:"));
    for (SparkSettings.Builder wrong :
        List.of(
            SparkSettings.builder().workers(-1),
            SparkSettings.builder().epochs(0),
            SparkSettings.builder().batchSize(0),
            SparkSettings.builder().localSteps(0),
            SparkSettings.builder().treeDepth(0),
            SparkSettings.builder().progress(null))) {
      String message = assertThrows(IllegalArgumentException.class, wrong::build).getMessage();
      assertTrue(message.contains("found") && message.contains("expected"), message);
    }
  }

  /** As a result, without doing it four times; the network stays as it was. */
  @Test
  void aScoreThatIsNoNumberEndsTheRun() {
    DataSet bad = data(4, 5);
    bad.getFeatures().putScalar(2, 1, Float.NaN);
    Model network = Networks.MAP.network(1);
    INDArray before = network.params().dup();
    String message =
        refused(SparkTrainingException.class, network, List.of(data(4, 5), bad), SETTINGS);
    assertTrue(message.startsWith("round 1, worker "), message);
    assertTrue(message.contains(", step 1: found score NaN, expected finite numbers"), message);
    assertEquals(before, network.params());
  }

  /** Not taken for arrays that Kryo has emptied. */
  @Test
  void whatTheUsersOwnFunctionThrowsIsTold() {
    JavaRDD<DataSet> rdd =
        LocalSpark.context()
            .parallelize(List.of(1, 2), 1)
            .map(
                number -> {
                  throw new NullPointerException("of the user's own");
                });
    String message =
        assertThrows(
                SparkTrainingException.class,
                () -> SparkMaps.fit(Networks.MAP.network(1), rdd, SparkSettings.builder().build()))
            .getMessage();
    assertTrue(message.contains("of the user's own"), message);
    assertFalse(message.contains("Kryo"), message);
  }

  /** What DL4J says of a batch comes through, with the place. */
  @Test
  void whatWorkersThrowIsTold() {
    String message =
        assertThrows(
                SparkTrainingException.class,
                () ->
                    SparkMaps.fit(
                        Networks.DENSE.network(1),
                        LocalSpark.context().parallelize(List.of(data(4, 7), data(4, 7)), 2),
                        SETTINGS))
            .getMessage();
    assertTrue(message.matches("(?s)round 1, worker [01] \\(on executor driver at .*"), message);
    assertTrue(message.contains("layer # inputs = 5"), message);
  }

  @Test
  void otherVersionsOnAnExecutorAreRefused() {
    Environment driver = new Environment("the driver", "4.0.0", "2.13.16", "17", null);
    assertDoesNotThrow(
        () -> driver.check(new Environment("executor 1", "4.0.0", "2.13.16", "17", null)));
    assertRefused(
        driver,
        new Environment("executor 1", "3.5.6", "2.13.16", "17", null),
        "executor 1: found Spark 3.5.6, expected 4.0.0 as on the driver");
    assertRefused(
        driver,
        new Environment("executor 1", "4.0.0", "2.13.8", "17", null),
        "executor 1: found Scala 2.13.8, expected 2.13.16 as on the driver");
    assertRefused(
        driver,
        new Environment("executor 1", "4.0.0", "2.13.16", "21", null),
        "executor 1: found Java 21, expected 17 as on the driver");
    Throwable root = new UnsatisfiedLinkError("no jnind4jcpu in java.library.path");
    assertRefused(
        driver,
        new Environment(
            "executor 1",
            "4.0.0",
            "2.13.16",
            "17",
            Environment.missing(
                new NoClassDefFoundError("Could not initialize class org.nd4j.linalg.factory.Nd4j")
                    .initCause(root))),
        "executor 1: found no working ND4J (java.lang.UnsatisfiedLinkError: no jnind4jcpu");
  }

  private static void assertRefused(Environment driver, Environment worker, String start) {
    String message =
        assertThrows(SparkTrainingException.class, () -> driver.check(worker)).getMessage();
    assertTrue(message.startsWith(start), message);
  }

  @Test
  void thisProcessIsKnown() {
    String here = Environment.here().toString();
    assertEquals(
        "Spark "
            + LocalSpark.context().version()
            + ", Scala "
            + scala.util.Properties.versionNumberString()
            + ", Java "
            + Runtime.version().feature(),
        here);
  }

  @Test
  void classesThatDifferAreSaid() {
    for (SparkException failed :
        List.of(
            new SparkException("Job aborted", new InvalidClassException("x; incompatible")),
            new SparkException(
                "Job aborted: Lost task 0.3 (executor 1): java.io.InvalidClassException: x;"
                    + " incompatible\n\tat y"))) {
      String message = Workers.failure("round 3", failed).getMessage();
      assertTrue(
          message.startsWith("round 3: found java.io.InvalidClassException: x; incompatible on an"),
          message);
      assertTrue(message.contains("the same versions of Spark, Scala and Java"), message);
    }
    assertEquals(
        "round 3: Spark gave up: org.apache.spark.SparkException: Job cancelled",
        Workers.failure("round 3", new SparkException("Job cancelled\nand so on")).getMessage());
  }
}
