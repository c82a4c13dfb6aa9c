package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

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

  private static GraphVertex copyOf(GraphVertex vertex) {
    GraphVertex copy = vertex.clone();
    if (vertex instanceof MergeVertex merge) { // whose clone forgets it
      ((MergeVertex) copy).setMergeAxis(merge.getMergeAxis());
    }
    return copy;
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
                vertices.put(name, copyOf(vertex));
                inputs.put(name, conf.getVertexInputs().get(name));
              }
            });
    Map<Piece, List<String>> names = names(pieces);
    for (Piece piece : pieces) {
      Node first = piece.old().get(0);
      List<String> from = conf.getVertexInputs().get(first.id());
      InputPreProcessor before = first.preProcessor();
      for (int i = 0; i < names.get(piece).size(); i++) {
        NeuralNetConfiguration layer =
            piece.isKept()
                ? first.conf().clone()
                : Source.around(first.conf(), piece.fresh().get(i).layer());
        String name = names.get(piece).get(i);
        vertices.put(name, new LayerVertex(layer, before == null ? null : before.clone()));
        inputs.put(name, from);
        from = List.of(name);
        before = null;
      }
    }
    ComputationGraphConfiguration copy = conf.clone();
    copy.setVertices(vertices);
    copy.setVertexInputs(inputs);
    copy.setIterationCount(conf.getIterationCount()); // which DL4J's clone leaves out
    copy.setEpochCount(conf.getEpochCount());
    copy.setTopologicalOrder(null); // worked out anew
    copy.setTopologicalOrderStr(null);
    return copy;
  }

  /**
   * Names of the vertices in place of each piece. The last one keeps its name, so that what reads
   * it need not change; others get one that no vertex has.
   */
  private Map<Piece, List<String>> names(List<Piece> pieces) {
    Set<String> taken = new HashSet<>(conf.getVertices().keySet());
    taken.addAll(conf.getNetworkInputs());
    pieces.forEach(piece -> piece.old().forEach(node -> taken.remove(node.id())));
    pieces.forEach(piece -> taken.add(lastOf(piece)));
    Map<Piece, List<String>> all = new IdentityHashMap<>();
    for (Piece piece : pieces) {
      String last = lastOf(piece);
      List<String> names = new ArrayList<>();
      int count = piece.isKept() ? 1 : piece.fresh().size();
      for (int i = 0; i < count - 1; i++) {
        names.add(free(piece.fresh().get(i).layer().getLayerName(), last, taken));
      }
      names.add(last);
      for (int i = 0; i < count && !piece.isKept(); i++) {
        piece.fresh().get(i).layer().setLayerName(names.get(i));
      }
      all.put(piece, names);
    }
    return all;
  }

  private static String lastOf(Piece piece) {
    return piece.old().get(piece.old().size() - 1).id();
  }

  private static String free(String wish, String last, Set<String> taken) {
    String name = wish == null || wish.equals(last) ? last + "-map" : wish;
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "-" + i;
    }
    return free;
  }

  @Override
  public ComputationGraph network(List<Piece> pieces) {
    ComputationGraph copy = new ComputationGraph(configuration(pieces));
    copy.init();
    Map<Piece, List<String>> names = names(pieces);
    for (Piece piece : pieces) {
      for (int i = 0; i < names.get(piece).size(); i++) {
        var layer = copy.getLayer(names.get(piece).get(i));
        if (piece.isKept()) {
          Source.copyParameters(piece.old().get(0).trained(), layer);
        } else {
          piece.fresh().get(i).fill().accept(layer);
        }
      }
    }
    // Vertices with parameters of their own (attention, maps) are not layers.
    for (var vertex : network.getVertices()) {
      // Not hasLayer(): a map's vertex says yes while it has its input.
      if (!isLayer(vertex.getVertexName()) && vertex.numParams() > 0) {
        Map<String, INDArray> table = copy.getVertex(vertex.getVertexName()).paramTable(false);
        vertex.paramTable(false).forEach((key, value) -> table.get(key).assign(value));
      }
    }
    return copy;
  }
}
