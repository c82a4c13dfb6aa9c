package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.layers.MapWeightInit;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

class FreezingTest {

  private static double[] weights(Model network, String block) {
    MapWeights weights = LiveMaps.weights(network, "map");
    return weights.realized().blocks().stream()
        .filter(b -> b.block().name().equals(block))
        .map(weights::values)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aFrozenBlockKeepsItsValuesWhileTheRestTrains(boolean recurrent) {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), recurrent);
    Nets.fit(network, 0, 5, recurrent);
    DataSet data = Nets.data(99, recurrent);
    INDArray before = network.output(data.getFeatures()).dup();
    double[] recurrentWeights = weights(network, "h->h");
    long parameters = network.numParams();
    Freezing.freeze(network, "map", "h", "h");
    assertClose(before, network.output(data.getFeatures()));
    assertEquals(parameters - recurrentWeights.length, network.numParams());
    double[] inputWeights = weights(network, "x->h");
    Nets.fit(network, 5, 10, recurrent);
    assertArrayEquals(recurrentWeights, weights(network, "h->h"));
    assertNotEquals(inputWeights[0], weights(network, "x->h")[0]);
    // Thawed it is a parameter again and trains on from the same values.
    INDArray frozen = network.output(data.getFeatures()).dup();
    Freezing.thaw(network, "map", "h", "h");
    assertClose(frozen, network.output(data.getFeatures()));
    assertEquals(parameters, network.numParams());
    assertArrayEquals(recurrentWeights, weights(network, "h->h"));
    Nets.fit(network, 10, 15, recurrent);
    assertNotEquals(recurrentWeights[0], weights(network, "h->h")[0]);
  }

  /**
   * The other weights train as if nothing had happened: like in a twin whose block is not frozen
   * but put back after every step.
   */
  @Test
  void theUpdaterStateOfTheOthersFollows() {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    MultiLayerNetwork twin = Nets.stack(new Adam(0.01), false);
    Nets.fit(network, 0, 5, false);
    Nets.fit(twin, 0, 5, false);
    INDArray kept = twin.getParam("1_W[h->h]").dup();
    Freezing.freeze(network, "map", "h", "h");
    for (int i = 5; i < 10; i++) {
      Nets.fit(network, Nets.data(i, false));
      Nets.fit(twin, Nets.data(i, false));
      twin.getParam("1_W[h->h]").assign(kept);
    }
    for (String key : new String[] {"0_W", "1_W[x->h]", "1_W[h->y]", "1_b[h]", "2_W", "2_b"}) {
      assertClose(twin.getParam(key), network.getParam(key));
    }
  }

  @Test
  void worksInAGraphAndIsSaved(@TempDir Path folder) throws Exception {
    ComputationGraph graph = Nets.graph(Nets.adam());
    Nets.fit(graph, 0, 3, false);
    Freezing.freeze(graph, "map", "x", "h");
    Nets.fit(graph, 3, 6, false);
    File file = folder.resolve("model.zip").toFile();
    graph.save(file, true);
    ComputationGraph back = ComputationGraph.load(file, true);
    DataSet data = Nets.data(99, false);
    assertEquals(graph.outputSingle(data.getFeatures()), back.outputSingle(data.getFeatures()));
    Nets.fit(graph, 6, 8, false);
    Nets.fit(back, 6, 8, false);
    assertEquals(graph.params(), back.params());
    Freezing.thaw(back, "map", "x", "h");
    assertTrue(back.getLayer("map").paramTable().containsKey("W[x->h]"));
  }

  @Test
  void aFixedBlockBetweenTheSameSlotsIsTakenInBothWays() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 5)
            .state("h", 5)
            .connect("x", "h", Sparsity.dense())
            .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(0.5))
            .connect("h", "h", Sparsity.fanIn(2))
            .output("h")
            .build();
    MultiLayerNetwork network =
        Nets.stack(
            Nets.adam(),
            new IterativeMapLayer.Builder()
                .name("map")
                .map(map)
                .steps(3)
                .weightInit("h", "h", MapWeightInit.FAN_IN)
                .build(),
            false);
    DataSet data = Nets.data(1, false);
    INDArray before = network.output(data.getFeatures()).dup();
    boolean overlaps =
        assertDoesNotLoseOutput(network, () -> Freezing.thaw(network, "map", "h", "h"));
    assertEquals(overlaps, LiveMaps.settings(network, "map").map().blocks().size() == 3);
    if (overlaps) {
      Freezing.freeze(network, "map", "h", "h"); // adds the two
      assertEquals(2, LiveMaps.settings(network, "map").map().blocks().size());
      assertClose(before, network.output(data.getFeatures()));
      Freezing.thaw(network, "map", "h", "h");
    }
    assertClose(before, network.output(data.getFeatures()));
  }

  /** Whether it was refused for sharing cells. */
  private static boolean assertDoesNotLoseOutput(MultiLayerNetwork network, Runnable change) {
    try {
      change.run();
      return false;
    } catch (IllegalArgumentException e) {
      assertTrue(e.getMessage().contains("share cells"), e.getMessage());
      return true;
    }
  }

  /** No parameter at all is left in the layer, and the read-out still trains. */
  @Test
  void aReservoirIsAllFixed() {
    BlockMap map =
        BlockMap.builder()
            .input("x")
            .stateWithoutBias("h", 20, (IActivation) null)
            .connectFixed("x", "h", Sparsity.dense(), WeightValues.uniform(-0.5, 0.5))
            .connectFixed("h", "h", Sparsity.density(0.3), WeightValues.spectralRadius(0.9))
            .output("h")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Nets.conf(DataType.DOUBLE, new Adam(0.05))
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().name("map").map(map).build())
                .layer(
                    new org.deeplearning4j.nn.conf.layers.RnnOutputLayer.Builder(
                            org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction.MCXENT)
                        .activation(org.nd4j.linalg.activations.Activation.SOFTMAX)
                        .nIn(20)
                        .nOut(Nets.CLASSES)
                        .build())
                .setInputType(org.deeplearning4j.nn.conf.inputs.InputType.recurrent(Nets.IN))
                .build());
    network.init();
    assertEquals(0, network.getLayer(0).numParams());
    DataSet data = Nets.data(1, true);
    double first = network.score(data);
    for (int i = 0; i < 50; i++) {
      network.fit(data);
    }
    assertTrue(network.score(data) < 0.9 * first);
    assertEquals(network.params(), network.clone().params());
    assertTrue(MapSummary.of(network).contains("map: every weight is fixed"));
    // Thawed, it gets its first parameters.
    Freezing.thaw(network, "map", "h", "h");
    assertEquals(120, network.getLayer(0).numParams());
    network.fit(data);
  }

  @Test
  void whatIsNotThereIsRefused() {
    MultiLayerNetwork network = Nets.stack(new Adam(0.01), false);
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Freezing.freeze(network, "map", "y", "y"))
            .getMessage();
    assertTrue(message.contains("no trained block y->y"), message);
    message =
        assertThrows(IllegalArgumentException.class, () -> Freezing.thaw(network, "map", "h", "h"))
            .getMessage();
    assertTrue(message.contains("no fixed block h->h"), message);
    assertThrows(IllegalArgumentException.class, () -> Freezing.freeze(network, "other", "h", "h"));
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    assertArrayEquals(expected.shape(), actual.shape());
    double largest = Magnitude.largestDifference(expected, actual);
    assertTrue(largest <= 1e-12, () -> "largest difference " + largest);
  }
}
