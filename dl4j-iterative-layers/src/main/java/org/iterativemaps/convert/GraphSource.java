package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A ComputationGraph: a chain goes on where a layer is read by one other layer alone.
 *
 * @param conf the configuration
 * @param network the trained network, or null
 */
record GraphSource(ComputationGraphConfiguration conf, ComputationGraph network)
    implements Source<ComputationGraphConfiguration, ComputationGraph> {

  static GraphSource of(ComputationGraph network) {
    network.init();
    return new GraphSource(network.getConfiguration(), network);
  }

  @Override
  public List<Chain> chains() {
    List<Chain> chains = new ArrayList<>();
    for (Map.Entry<String, GraphVertex> vertex : conf.getVertices().entrySet()) {
      if (isLayer(vertex.getKey()) && !continues(vertex.getKey())) {
        chains.add(new Chain(from(vertex.getKey()), entry(vertex.getKey())));
      }
    }
    return chains;
  }

  private List<Node> from(String first) {
    List<Node> nodes = new ArrayList<>();
    for (String name = first; name != null; name = next(name)) {
      LayerVertex vertex = (LayerVertex) conf.getVertices().get(name);
      nodes.add(
          new Node(
              name,
              vertex.getLayerConf(),
              vertex.getPreProcessor(),
              network == null ? null : network.getLayer(name)));
    }
    return nodes;
  }

  private String next(String name) {
    return readersOf(name).stream().filter(this::continues).findFirst().orElse(null);
  }

  private boolean isLayer(String name) {
    return conf.getVertices().get(name) instanceof LayerVertex;
  }

  /** Whether a layer reads a layer that nothing else reads. */
  private boolean continues(String name) {
    String input = conf.getVertexInputs().get(name).get(0);
    return isLayer(name)
        && isLayer(input)
        && readersOf(input).size() == 1
        && !conf.getNetworkOutputs().contains(input);
  }

  private String entry(String name) {
    String input = conf.getVertexInputs().get(name).get(0);
    if (conf.getNetworkInputs().contains(input)) {
      return null;
    }
    if (!isLayer(input)) {
      return "'" + input + "' (" + conf.getVertices().get(input).getClass().getSimpleName() + ")";
    }
    return conf.getNetworkOutputs().contains(input)
        ? "'" + input + "', whose values are an output of the network"
        : "'" + input + "', which " + readersOf(input) + " share";
  }

  private List<String> readersOf(String name) {
    return conf.getVertexInputs().entrySet().stream()
        .filter(reader -> reader.getValue().contains(name))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public ComputationGraphConfiguration configuration(List<Piece> pieces) {
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    conf.getVertices()
        .forEach(
            (name, vertex) -> {
              if (!(vertex instanceof LayerVertex)) {
                vertices.put(name, vertex.clone());
                inputs.put(name, conf.getVertexInputs().get(name));
              }
            });
    for (Piece piece : pieces) {
      Node first = piece.old().get(0);
      List<String> from = conf.getVertexInputs().get(first.id());
      InputPreProcessor before = first.preProcessor();
      for (String name : names(piece)) {
        NeuralNetConfiguration layer =
            piece.isKept()
                ? first.conf().clone()
                : Source.around(first.conf(), fresh(piece, name).layer());
        vertices.put(name, new LayerVertex(layer, before == null ? null : before.clone()));
        inputs.put(name, from);
        from = List.of(name);
        before = null;
      }
    }
    ComputationGraphConfiguration copy = conf.clone();
    copy.setVertices(vertices);
    copy.setVertexInputs(inputs);
    copy.setTopologicalOrder(null); // worked out anew
    copy.setTopologicalOrderStr(null);
    return copy;
  }

  /** The last vertex keeps its name, so that what reads it need not change. */
  private List<String> names(Piece piece) {
    String last = piece.old().get(piece.old().size() - 1).id();
    if (piece.isKept()) {
      return List.of(last);
    }
    List<String> names = new ArrayList<>();
    for (NewLayer fresh : piece.fresh()) {
      names.add(fresh.layer().getLayerName());
    }
    Layer end = piece.fresh().get(names.size() - 1).layer();
    end.setLayerName(last);
    names.set(names.size() - 1, last);
    return names;
  }

  private static NewLayer fresh(Piece piece, String name) {
    return piece.fresh().stream()
        .filter(fresh -> fresh.layer().getLayerName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public ComputationGraph network(List<Piece> pieces) {
    ComputationGraph copy = new ComputationGraph(configuration(pieces));
    copy.init();
    for (Piece piece : pieces) {
      for (String name : names(piece)) {
        if (piece.isKept()) {
          Source.copyParameters(piece.old().get(0).trained(), copy.getLayer(name));
        } else {
          fresh(piece, name).fill().accept(copy.getLayer(name));
        }
      }
    }
    // Vertices with parameters of their own (attention) are not layers.
    network
        .paramTable()
        .forEach(
            (key, value) -> {
              String vertex = key.substring(0, key.lastIndexOf('_'));
              if (!isLayer(vertex)) {
                copy.getParam(key).assign(value);
              }
            });
    return copy;
  }
}
