package org.iterativemaps.examples;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.Conversion;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The networks of {@link RetrofittedRecurrence}: a loop, a stack, and from the stack to the loop.
 */
final class RecurrentStack {
  static final int DEPTH = 8;
  static final int EMBEDDED = 4;
  static final int UNITS = 8;
  private static final int PLACES = ThinkLonger.PLACES;

  private RecurrentStack() {}

  // region network
  /** Prelude e, loop h, coda y: each place reads itself and, in the loop, the place before it. */
  static MultiLayerNetwork looped(DataType type, long seed) {
    BlockMap prelude =
        BlockMap.builder()
            .input("x", 2 * PLACES)
            .state("e", EMBEDDED * PLACES, Activation.TANH)
            .connect("x", "e", ThinkLonger.places(2, EMBEDDED, 0, 0))
            .output("e")
            .build();
    BlockMap loop =
        BlockMap.builder()
            .input("e", EMBEDDED * PLACES)
            .state("h", UNITS * PLACES, Activation.TANH)
            .connect("e", "h", ThinkLonger.places(EMBEDDED, UNITS, 0, 0))
            .connect("h", "h", ThinkLonger.places(UNITS, UNITS, 1, 0))
            .output("h")
            .build();
    BlockMap coda =
        BlockMap.builder()
            .input("h", UNITS * PLACES)
            .state("y", PLACES, Activation.IDENTITY)
            .connect("h", "y", ThinkLonger.places(UNITS, 1, 0, 0))
            .output("y")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(type)
                .updater(new Adam(0.004))
                .list()
                .layer(new IterativeMapLayer.Builder().map(prelude).build())
                .layer(new IterativeMapLayer.Builder().map(loop).steps(DEPTH).build())
                .layer(new IterativeMapLayer.Builder().map(coda).build())
                .layer(
                    new LossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build())
                .setInputType(InputType.feedForward(2 * PLACES))
                .build());
    network.init();
    return network;
  }

  // endregion

  // region retrofit
  /** A stack of eight layers, each with weights of its own; they begin alike. */
  static MultiLayerNetwork stack(DataType type, long seed) {
    return IterativeMaps.unroll(looped(type, seed)).network();
  }

  /** The loop has the average of the layers, the prelude and the coda stay. */
  static Conversion<MultiLayerNetwork> tied(MultiLayerNetwork stack) {
    return IterativeMaps.tie(stack);
  }

  /** The loop is one of the layers. */
  static void keep(int layer, MultiLayerNetwork stack, MultiLayerNetwork tied) {
    MapWeights layers = LayerWeights.read(stack.getLayer(1));
    String before = "h." + (layer - 1);
    String own = "h." + layer;
    Map<String, double[]> kept =
        Map.of(
            Parameter.weightKey("e", "h"), layers.weights("e", own),
            Parameter.weightKey("h", "h"), layers.weights(before, own),
            Parameter.biasKey("h"), layers.bias(own));
    MapWeights loop = LayerWeights.read(tied.getLayer(1));
    LayerWeights.write(new MapWeights(loop.realized(), kept), tied.getLayer(1));
  }

  // endregion
}
