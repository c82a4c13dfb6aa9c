package org.iterativemaps.export.onnx;

import java.util.List;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.NodeProto;

/** Operators of a graph, in the order in which they run. */
final class Nodes {
  final GraphProto.Builder graph;
  private final Names names;

  Nodes(GraphProto.Builder graph, Names names) {
    this.graph = graph;
    this.names = names;
  }

  /** Adds an operator of one output and returns the output's name. */
  String add(String operator, String... inputs) {
    return add(operator, List.of(), inputs);
  }

  /** The same with attributes. */
  String add(String operator, List<AttributeProto> attributes, String... inputs) {
    String output = names.after(operator);
    add(operator, attributes, List.of(inputs), List.of(output));
    return output;
  }

  /** The same with outputs that have names. */
  void add(
      String operator, List<AttributeProto> attributes, List<String> inputs, List<String> outputs) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(outputs.get(0))
            .addAllAttribute(attributes)
            .addAllInput(inputs)
            .addAllOutput(outputs));
  }
}
