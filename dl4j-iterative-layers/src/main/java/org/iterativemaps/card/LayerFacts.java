package org.iterativemaps.card;

import java.util.List;

/**
 * A layer, or a vertex of a graph.
 *
 * @param name the layer's, or its index in a MultiLayerNetwork if it has none; the vertex's in a
 *     graph
 * @param kind its class
 * @param parameters how many numbers it trains, or would if it were not frozen
 * @param inputs of a vertex, what it reads; empty in a MultiLayerNetwork
 */
public record LayerFacts(String name, String kind, long parameters, List<String> inputs) {

  /** Copies the list. */
  public LayerFacts {
    inputs = List.copyOf(inputs);
  }
}
