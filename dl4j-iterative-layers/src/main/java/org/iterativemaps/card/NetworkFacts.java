package org.iterativemaps.card;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.MapPlace;

/**
 * The network around the maps.
 *
 * @param kind "MultiLayerNetwork" or "ComputationGraph"
 * @param type the floating type
 * @param parameters of all layers
 * @param layers in the network's order
 */
public record NetworkFacts(String kind, String type, long parameters, List<LayerFacts> layers) {

  /** Copies the list. */
  public NetworkFacts {
    layers = List.copyOf(layers);
  }

  static NetworkFacts of(MultiLayerNetwork network) {
    List<LayerFacts> layers = new ArrayList<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayerWiseConfigurations().getConf(i).getLayer();
      String name = MapPlace.nameOf(layer);
      layers.add(
          new LayerFacts(
              name == null ? Integer.toString(i) : name,
              kind(layer),
              count(network.getLayer(i)),
              List.of()));
    }
    return new NetworkFacts(
        "MultiLayerNetwork",
        network.getLayerWiseConfigurations().getDataType().name(),
        network.numParams(),
        layers);
  }

  static NetworkFacts of(ComputationGraph network) {
    ComputationGraphConfiguration configuration = network.getConfiguration();
    List<LayerFacts> layers = new ArrayList<>();
    for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
      layers.add(
          new LayerFacts(
              vertex.getKey(),
              vertex.getValue() instanceof LayerVertex layer
                  ? kind(layer.getLayerConf().getLayer())
                  : vertex.getValue().getClass().getSimpleName(),
              count(network.getVertex(vertex.getKey())),
              configuration.getVertexInputs().getOrDefault(vertex.getKey(), List.of())));
    }
    return new NetworkFacts(
        "ComputationGraph", configuration.getDataType().name(), network.numParams(), layers);
  }

  /** With what it wraps. */
  private static String kind(Layer layer) {
    Layer inner = MapPlace.unwrapped(layer);
    String name = layer.getClass().getSimpleName();
    return inner == layer ? name : name + " of " + kind(inner);
  }

  private static long count(Trainable layer) {
    return layer.numParams();
  }
}
