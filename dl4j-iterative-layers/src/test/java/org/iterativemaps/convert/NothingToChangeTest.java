package org.iterativemaps.convert;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.Surgery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A network without a weight that can be chosen, or without a map: the error says what is there.
 */
class NothingToChangeTest {

  @Test
  void aVertexIsNamed() {
    ComputationGraph graph =
        new ComputationGraph(
            FromMlpTest.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addVertex(
                    "graph map",
                    new IterativeMapVertex(
                        BlockMap.builder()
                            .input("x", 3)
                            .state("h", 4, Activation.TANH)
                            .connectFixed("x", "h", Sparsity.dense(), WeightValues.constant(0.5))
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
        () -> Surgery.prune(graph, BlockChoice.all(), 0.5, Scope.GLOBAL),
        "found none in the map layers [graph map]",
        "'graph map' is a IterativeMapVertex",
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
