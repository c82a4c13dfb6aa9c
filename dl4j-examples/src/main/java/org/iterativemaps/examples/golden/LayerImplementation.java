package org.iterativemaps.examples.golden;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Schedule;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The DL4J layers in a {@link MultiLayerNetwork}.
 *
 * @param name of this way
 * @param dataType FLOAT or DOUBLE
 * @param tolerance relative to 1 + |value|
 * @param doesNotApplyTo kinds to skip, with the reason
 * @param kernel that every map has to run on; empty for the best
 */
record LayerImplementation(
    String name,
    DataType dataType,
    double tolerance,
    Map<String, String> doesNotApplyTo,
    Optional<RequiredKernel> kernel)
    implements Implementation {

  /**
   * {@link IterativeMapLayer}; where that refuses because the input does not reach the output in K
   * steps, {@link IterativeMapRecurrentLayer} on one token, which may start from any state and so
   * does not refuse.
   */
  @Override
  public MapNetwork oneInput(GoldenModel model, String output, int steps) {
    BlockMap map = GoldenMaps.blockMap(model, output);
    if (!reaches(map, steps)) {
      return new OneToken(sequences(model, output, steps));
    }
    return LayerNetwork.filled(
        new LayerNetwork(network(feedForward(map, steps)), map, dataType, model));
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, String output, int steps) {
    return sequences(model, GoldenMaps.blockMap(model, output), steps);
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, BlockMap map, int steps) {
    Layer layer = new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build();
    return LayerNetwork.filled(new LayerSequenceNetwork(network(layer), map, dataType, model));
  }

  @Override
  public TrainableNetwork trainable(
      GoldenModel model, String output, int steps, IUpdater updater, IUpdater biasUpdater) {
    BlockMap map = GoldenMaps.blockMap(model, output);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(dataType)
                .updater(updater)
                .biasUpdater(biasUpdater)
                .list()
                .layer(feedForward(map, steps))
                .layer(
                    new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build())
                .build());
    network.init();
    kernel.ifPresent(required -> required.check(network, dataType));
    return LayerNetwork.filled(new LayerTrainableNetwork(network, map, dataType, model));
  }

  private static Layer feedForward(BlockMap map, int steps) {
    return new IterativeMapLayer.Builder().map(map).steps(steps).build();
  }

  /** A network of one layer, which nothing trains. */
  MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(dataType)
                .updater(new NoOp())
                .list()
                .layer(layer)
                .build());
    network.init();
    kernel.ifPresent(required -> required.check(network, dataType));
    return network;
  }

  private static boolean reaches(BlockMap map, int steps) {
    try {
      Schedule.singleToken(map, steps);
      return true;
    } catch (IllegalArgumentException refused) {
      return false;
    }
  }
}
