package org.iterativemaps.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.layers.MapPlace;

/**
 * What a network consists of, in the order in which it computes.
 *
 * @param input what nodes call the network's input
 * @param output name of the node that gives its output
 * @param nodes every one behind those that it reads
 * @param obstacles why there are not all nodes, if there are not
 */
record NetworkNodes(String input, String output, List<Node> nodes, List<String> obstacles) {

  /** Copies the lists. */
  NetworkNodes {
    nodes = List.copyOf(nodes);
    obstacles = List.copyOf(obstacles);
  }

  /** Of a chain of layers. */
  static NetworkNodes of(MultiLayerNetwork network) {
    MultiLayerConfiguration conf = network.getLayerWiseConfigurations();
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      NeuralNetConfiguration around = conf.getConf(i);
      String name = MapPlace.nameOf(around.getLayer());
      nodes.add(
          new LayerNode(
              Integer.toString(i),
              name == null ? "layer " + i : "layer " + i + " '" + name + "'",
              List.of(i == 0 ? "input" : Integer.toString(i - 1)),
              around,
              conf.getInputPreProcess(i),
              network.getLayer(i)));
    }
    return new NetworkNodes("input", Integer.toString(network.getnLayers() - 1), nodes, List.of());
  }

  /** Of a graph. */
  static NetworkNodes of(ComputationGraph graph) {
    ComputationGraphConfiguration conf = graph.getConfiguration();
    List<String> obstacles = new ArrayList<>();
    requireOne("inputs", conf.getNetworkInputs(), obstacles);
    requireOne("outputs", conf.getNetworkOutputs(), obstacles);
    RNNFormat format = format(graph);
    List<Node> nodes = new ArrayList<>();
    for (int index : graph.topologicalSortOrder()) {
      String name = graph.getVertices()[index].getVertexName();
      if (conf.getVertices().containsKey(name)) {
        nodes.add(node(name, graph, format));
      }
    }
    return new NetworkNodes(
        conf.getNetworkInputs().get(0), conf.getNetworkOutputs().get(0), nodes, obstacles);
  }

  private static void requireOne(String what, List<String> names, List<String> obstacles) {
    if (names.size() != 1) {
      obstacles.add("it has the " + what + " " + names + ", expected one");
    }
  }

  private static Node node(String name, ComputationGraph graph, RNNFormat format) {
    ComputationGraphConfiguration conf = graph.getConfiguration();
    GraphVertex vertex = conf.getVertices().get(name);
    while (vertex instanceof FrozenVertex frozen) {
      vertex = frozen.getUnderlying();
    }
    String label = "vertex '" + name + "'";
    List<String> inputs = conf.getVertexInputs().get(name);
    if (vertex instanceof LayerVertex layer) {
      return new LayerNode(
          name, label, inputs, layer.getLayerConf(), layer.getPreProcessor(), graph.getLayer(name));
    }
    return vertex instanceof IterativeMapVertex map
        ? new MapVertexNode(name, label, inputs, map, graph.getVertex(name))
        : new PlainVertexNode(name, label, inputs, vertex, format);
  }

  /** That of its recurrent layers. */
  private static RNNFormat format(ComputationGraph graph) {
    return Arrays.stream(graph.getLayers())
        .map(Layer::conf)
        .map(conf -> MapPlace.innermost(conf.getLayer()))
        .filter(BaseRecurrentLayer.class::isInstance)
        .map(layer -> ((BaseRecurrentLayer) layer).getRnnDataFormat())
        .filter(format -> format != null)
        .findFirst()
        .orElse(RNNFormat.NCW);
  }
}
