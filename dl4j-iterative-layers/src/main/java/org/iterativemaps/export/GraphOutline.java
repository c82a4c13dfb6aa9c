package org.iterativemaps.export;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.iterativemaps.export.NetworkLowering.Node;
import org.iterativemaps.export.NetworkLowering.Outline;
import org.iterativemaps.export.NetworkLowering.Step;
import org.iterativemaps.inference.ProgramBuilder;
import org.iterativemaps.layers.IterativeMapVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a graph of one input and one output consists of, in the order in which it computes. */
final class GraphOutline {
  private final ComputationGraph graph;
  private final ComputationGraphConfiguration conf;
  private final Outline outline;

  private GraphOutline(ComputationGraph graph) {
    graph.init(); // does nothing if it was called before
    this.graph = graph;
    this.conf = graph.getConfiguration();
    this.outline = new Outline(conf.getNetworkInputs().get(0), conf.getNetworkOutputs().get(0));
  }

  static Outline of(ComputationGraph graph) {
    GraphOutline made = new GraphOutline(graph);
    made.requireOne("inputs", made.conf.getNetworkInputs());
    made.requireOne("outputs", made.conf.getNetworkOutputs());
    for (int index : graph.topologicalSortOrder()) {
      made.add(graph.getVertices()[index].getVertexName());
    }
    return made.outline;
  }

  private void requireOne(String what, List<String> names) {
    if (names.size() != 1) {
      outline.obstacles.add("it has the " + what + " " + names + ", expected one");
    }
  }

  private void add(String name) {
    GraphVertex vertex = conf.getVertices().get(name);
    if (vertex == null) {
      return; // an input of the network
    }
    while (vertex instanceof FrozenVertex frozen) {
      vertex = frozen.getUnderlying();
    }
    String label = "vertex '" + name + "'";
    List<String> inputs = conf.getVertexInputs().get(name);
    if (vertex instanceof LayerVertex layer) {
      LayerLowering.obstacle(label, layer.getPreProcessor()).ifPresent(outline.obstacles::add);
      outline.add(name, inputs, label, layer.getLayerConf(), graph.getLayer(name));
    } else if (vertex instanceof IterativeMapVertex map) {
      add(name, inputs, label, map);
    } else {
      obstacle(label, vertex).ifPresent(outline.obstacles::add);
      GraphVertex plain = vertex;
      outline.nodes.add(new Node(name, inputs, step(plain)));
    }
  }

  private void add(String name, List<String> inputs, String label, IterativeMapVertex map) {
    if (!map.getStarts().isEmpty()) {
      outline.obstacles.add(
          label
              + ": its slots "
              + map.getStarts()
              + " start from other vertices, which is not written");
    }
    MapLowering.obstacle(map.program()).ifPresent(r -> outline.obstacles.add(label + ": " + r));
    if (inputs.contains(outline.input)) {
      outline.inputSize = map.getSettings().map().input().size();
    }
    outline.isSequence |= !map.program().schedule().carried().isEmpty();
    Map<String, INDArray> parameters = graph.getVertex(name).paramTable(false);
    outline.nodes.add(
        new Node(
            name,
            inputs,
            (into, registers) ->
                new MapLowering(
                        map.program(), p -> Floats.of(p.key(), parameters.get(p.key())), into, name)
                    .lower(registers[0])));
  }

  private static Optional<String> obstacle(String label, GraphVertex vertex) {
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return LayerLowering.obstacle(label, preprocessor.getPreProcessor());
    }
    boolean isKnown =
        vertex instanceof MergeVertex
            || vertex instanceof ScaleVertex
            || vertex instanceof LastTimeStepVertex
            || vertex instanceof ElementWiseVertex pointwise && isKnown(pointwise);
    return isKnown
        ? Optional.empty()
        : Optional.of(
            label
                + ": it is a "
                + vertex.getClass().getSimpleName()
                + "; expected layers, maps, merges, sums, products, scales and last time steps");
  }

  private static boolean isKnown(ElementWiseVertex vertex) {
    return vertex.getOp() == ElementWiseVertex.Op.Add
        || vertex.getOp() == ElementWiseVertex.Op.Product
        || vertex.getOp() == ElementWiseVertex.Op.Average
        || vertex.getOp() == ElementWiseVertex.Op.Subtract;
  }

  private static Step step(GraphVertex vertex) {
    if (vertex instanceof MergeVertex) {
      return GraphOutline::merge;
    }
    if (vertex instanceof ScaleVertex scale) {
      return (into, inputs) -> scaled(into, inputs[0], scale.getScaleFactor());
    }
    if (vertex instanceof LastTimeStepVertex) {
      return (into, inputs) -> {
        into.lastOnly();
        return inputs[0];
      };
    }
    if (vertex instanceof ElementWiseVertex pointwise) {
      return (into, inputs) -> combine(pointwise.getOp(), into, inputs);
    }
    return (into, inputs) -> inputs[0];
  }

  private static int merge(ProgramBuilder into, int[] inputs) {
    int size = 0;
    for (int input : inputs) {
      size = Math.addExact(size, into.size(input));
    }
    int merged = into.register(size);
    into.fill(merged, -1);
    int at = 0;
    for (int input : inputs) {
      into.put(merged, at, input);
      at += into.size(input);
    }
    return merged;
  }

  private static int scaled(ProgramBuilder into, int input, double factor) {
    int register = into.register(into.size(input));
    into.scale(register, (float) factor, input);
    return register;
  }

  private static int combine(ElementWiseVertex.Op op, ProgramBuilder into, int[] inputs) {
    int result = into.register(into.size(inputs[0]));
    into.copy(result, inputs[0]);
    for (int i = 1; i < inputs.length; i++) {
      switch (op) {
        case Product -> {
          int product = into.register(into.size(result));
          into.fill(product, -1);
          into.addProduct(product, result, inputs[i]);
          result = product;
        }
        case Subtract -> into.add(result, scaled(into, inputs[i], -1));
        default -> into.add(result, inputs[i]);
      }
    }
    return op == ElementWiseVertex.Op.Average ? scaled(into, result, 1.0 / inputs.length) : result;
  }
}
