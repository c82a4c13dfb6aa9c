package org.iterativemaps.watch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.MapPlace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What watching needs of DL4J's two kinds of networks.
 *
 * @param model the network, initialised
 * @param places its maps
 */
record WatchedNetwork(Model model, List<MapPlace> places) {

  /**
   * A network.
   *
   * @throws IllegalArgumentException if it is neither kind
   */
  static WatchedNetwork of(Model model) {
    if (model instanceof MultiLayerNetwork network) {
      return new WatchedNetwork(model, MapPlace.of(network.getLayerWiseConfigurations()));
    }
    if (model instanceof ComputationGraph graph) {
      return new WatchedNetwork(model, MapPlace.of(graph.getConfiguration()));
    }
    throw new IllegalArgumentException(
        "network: found "
            + (model == null ? "null" : model.getClass().getName())
            + ", expected a MultiLayerNetwork or a ComputationGraph");
  }

  /** The parameters of a layer or vertex, as {@link MapPlace#layer()} calls it. */
  Map<String, INDArray> parameters(String layer) {
    return model instanceof MultiLayerNetwork network
        ? network.getLayer(Integer.parseInt(layer)).paramTable(false)
        : ((ComputationGraph) model).getVertex(layer).paramTable(false);
  }

  /** How many iterations it has trained. */
  int iteration() {
    return model instanceof MultiLayerNetwork network
        ? network.getIterationCount()
        : ((ComputationGraph) model).getIterationCount();
  }

  /** How many epochs it has trained. */
  int epoch() {
    return model instanceof MultiLayerNetwork network
        ? network.getEpochCount()
        : ((ComputationGraph) model).getEpochCount();
  }

  /**
   * The maps of some layers.
   *
   * @param layers as {@link MapPlace#called}; empty means all maps
   * @throws IllegalArgumentException if a layer is none or has no map, or the network has no map
   */
  List<WatchedMap> maps(Set<String> layers) {
    Set<MapPlace> found = new LinkedHashSet<>(layers.isEmpty() ? places : List.of());
    for (String layer : layers) {
      List<MapPlace> called = MapPlace.called(layer, places);
      if (called.isEmpty()) {
        throw new IllegalArgumentException(
            "layers: found '"
                + layer
                + "', which is no layer with a map; expected "
                + (places.isEmpty()
                    ? "one, but the network has none"
                    : "some of " + places.stream().map(MapPlace::address).toList()));
      }
      found.addAll(called);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "network: found no layer with a map to watch, expected an IterativeMapLayer,"
              + " IterativeMapRecurrentLayer or IterativeMapVertex");
    }
    List<WatchedMap> maps = new ArrayList<>();
    found.forEach(place -> maps.add(new WatchedMap(this, place)));
    return maps;
  }
}
