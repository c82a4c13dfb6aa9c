package org.iterativemaps.convert;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.reshape.Blocks;
import org.iterativemaps.reshape.MapSurgery;
import org.iterativemaps.reshape.Reshape;
import org.iterativemaps.samediff.SDBlockMap;
import org.iterativemaps.samediff.SameDiffIterativeMapVertex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A network without a map that can be changed: the error says what is there, and why not. */
class NothingToReshapeTest {

  private static MultiLayerNetwork lstm(org.deeplearning4j.nn.conf.layers.Layer layer, int nOut) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(layer)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .name("out")
                        .nIn(nOut)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static LSTM lstm() {
    return new LSTM.Builder().nIn(3).nOut(4).build();
  }

  @Test
  void aConvertedLstmIsNamedWithItsKindAndTheReason() {
    MultiLayerNetwork alone = IterativeMaps.fromRnn(lstm(lstm(), 4)).network();
    MultiLayerNetwork both = IterativeMaps.fromRnn(lstm(new Bidirectional(lstm()), 8)).network();
    for (MultiLayerNetwork network : new MultiLayerNetwork[] {alone, both}) {
      String name = network.getLayerWiseConfigurations().getConf(0).getLayer().getLayerName();
      for (Executable call :
          new Executable[] {
            () -> Reshape.prune(network, Blocks.all(), 0.5, Scope.GLOBAL),
            () -> Reshape.prune(network, Blocks.all().inLayers(name), 0.5, Scope.GLOBAL),
            () -> Reshape.grow(network, "#0", "h", 1, 1),
            () -> MapSurgery.settings(network, name),
            () -> MapKnobs.of(network)
          }) {
        assertSays(
            call, "#0 '" + name + "'", "SameDiffIterativeMapRecurrentLayer", "SameDiff graph");
      }
    }
    assertSays(() -> MapKnobs.of(both), "Bidirectional of a SameDiff");
  }

  @Test
  void aVertexIsNamed() {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addVertex(
                    "graph map",
                    new SameDiffIterativeMapVertex(
                        SDBlockMap.builder()
                            .input("x", 3)
                            .state("h", 4, Activation.TANH)
                            .connect("x", "h", Sparsity.dense())
                            .output("h")
                            .build(),
                        1),
                    "in")
                .addLayer(
                    "last",
                    new LastTimeStep(new LSTM.Builder().nIn(4).nOut(2).build()),
                    "graph map")
                .setOutputs("last")
                .build());
    graph.init();
    assertSays(
        () -> Reshape.prune(graph, Blocks.all(), 0.5, Scope.GLOBAL),
        "'graph map' is a SameDiffIterativeMapVertex, whose blocks are functions",
        "'last' is a LastTimeStep of a LSTM");
  }

  @Test
  void knobsOfANetworkWithoutMapsSayWhatIsThere() {
    MultiLayerNetwork network = FromMlpTest.mlp(2, 3, 2);
    assertSays(
        () -> MapKnobs.of(network),
        "no map layer whose K could be changed",
        "#0 'layer0' is a " + DenseLayer.class.getSimpleName(),
        "IterativeMaps.fromMlp");
  }

  private static void assertSays(Executable call, String... expected) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(Stream.of(expected).allMatch(message::contains), message);
  }
}
