package org.iterativemaps.card;

import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.MapPlace;
import org.nd4j.linalg.api.buffer.DataType;

/** What a card says of either kind of network without asking anybody. */
record Described(
    NetworkFacts network,
    List<MapPlace> places,
    List<MapFacts> maps,
    TrainingFacts training,
    DataType type) {

  private Described(
      NetworkFacts network, List<MapPlace> places, TrainingFacts training, DataType type) {
    this(network, places, places.stream().map(MapFacts::of).toList(), training, type);
  }

  /**
   * As it is now.
   *
   * @throws IllegalArgumentException if it is neither kind
   * @throws IllegalStateException if it has not been initialised
   */
  static Described of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      checkInitialised(network.isInitCalled());
      return new Described(
          NetworkFacts.of(network),
          MapPlace.of(network.getLayerWiseConfigurations()),
          TrainingFacts.of(network),
          network.getLayerWiseConfigurations().getDataType());
    }
    if (model instanceof ComputationGraph graph) {
      checkInitialised(graph.getLayers() != null);
      return new Described(
          NetworkFacts.of(graph),
          MapPlace.of(graph.getConfiguration()),
          TrainingFacts.of(graph),
          graph.getConfiguration().getDataType());
    }
    throw new IllegalArgumentException(
        "network: found "
            + (model == null ? "null" : model.getClass().getName())
            + ", expected a MultiLayerNetwork or a ComputationGraph");
  }

  private static void checkInitialised(boolean isInitialised) {
    if (!isInitialised) {
      throw new IllegalStateException("network: is not initialised; call init() first");
    }
  }
}
