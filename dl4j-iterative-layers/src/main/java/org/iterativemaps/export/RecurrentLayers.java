package org.iterativemaps.export;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.impl.RunningMap;

/** DL4J's own recurrent layers as the maps that compute the same. */
final class RecurrentLayers {
  private RecurrentLayers() {}

  /**
   * A network with maps in place of them, or the network itself if there are none. What cannot be a
   * map stays.
   */
  static Model asMaps(Model network) {
    try {
      if (network instanceof MultiLayerNetwork layers && hasSome(layers.getLayers())) {
        MultiLayerNetwork maps = IterativeMaps.fromRnn(layers).network();
        for (int i = 0; i < layers.getnLayers(); i++) {
          runAs(layers.getLayer(i), maps.getLayer(i));
        }
        return maps;
      }
      if (network instanceof ComputationGraph graph && hasSome(graph.getLayers())) {
        ComputationGraph maps = IterativeMaps.fromRnn(graph).network();
        for (GraphVertex vertex : graph.getVertices()) {
          if (vertex.getLayer() != null) {
            runAs(vertex.getLayer(), maps.getVertex(vertex.getVertexName()).getLayer());
          }
        }
        return maps;
      }
    } catch (IllegalArgumentException noneCanBe) {
      return network; // they are named with all else that cannot be written
    }
    return network;
  }

  private static boolean hasSome(Layer[] layers) {
    return Arrays.stream(layers)
        .map(layer -> MapPlace.innermost(layer.conf().getLayer()))
        .anyMatch(conf -> conf instanceof AbstractLSTM || conf instanceof SimpleRnn);
  }

  /** The copy of a map runs as the map does at present. */
  private static void runAs(Layer layer, Layer copy) {
    if (RunningMap.innermost(layer) instanceof RunningMap map
        && RunningMap.innermost(copy) instanceof RunningMap same) {
      same.run(map.running());
    }
  }
}
