package org.iterativemaps.export;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.iterativemaps.inference.ProgramBuilder;

/** A vertex without parameters. */
final class PlainVertexNode extends Node {
  private final GraphVertex vertex;
  private final RNNFormat format;

  /**
   * Of a vertex.
   *
   * @param format of the network's sequences
   */
  PlainVertexNode(
      String name, String label, List<String> inputs, GraphVertex vertex, RNNFormat format) {
    super(name, label, inputs);
    this.vertex = vertex;
    this.format = format;
  }

  @Override
  Optional<String> obstacle() {
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return obstacle(preprocessor.getPreProcessor());
    }
    boolean isKnown =
        vertex instanceof MergeVertex
            || vertex instanceof ScaleVertex
            || vertex instanceof LastTimeStepVertex
            || (vertex instanceof ElementWiseVertex pointwise
                && pointwise.getOp() != ElementWiseVertex.Op.Max);
    return isKnown
        ? Optional.empty()
        : Optional.of(
            "it is a "
                + (vertex instanceof ElementWiseVertex ? "maximum, a " : "")
                + vertex.getClass().getSimpleName()
                + "; expected layers, maps, merges, sums, differences, products, averages, scales"
                + " and last time steps");
  }

  @Override
  boolean needsSequences() {
    return vertex instanceof LastTimeStepVertex
        || (vertex instanceof PreprocessorVertex preprocessor
            && preprocessor.getPreProcessor() instanceof RnnToFeedForwardPreProcessor);
  }

  @Override
  boolean keepsSize() {
    return !(vertex instanceof MergeVertex);
  }

  @Override
  Form form(List<Form> given) {
    Form form = given.get(0);
    if (vertex instanceof PreprocessorVertex preprocessor) {
      return behind(preprocessor.getPreProcessor(), form);
    }
    if (vertex instanceof LastTimeStepVertex) {
      require(form == Form.SEQUENCES, form, "sequences");
      return Form.TOKENS;
    }
    for (Form other : given) {
      require(other == form, other, form.words() + ", as its first input gives");
    }
    if (vertex instanceof MergeVertex merge) {
      int units = form == Form.SEQUENCES && format == RNNFormat.NWC ? 2 : 1;
      if (merge.getMergeAxis() != units) {
        throw new IllegalArgumentException(
            "found merge axis "
                + merge.getMergeAxis()
                + ", expected that of the units, "
                + units
                + "; set it, or setInputTypes(…)");
      }
    }
    return form;
  }

  @Override
  int lower(ProgramBuilder into, int[] registers, List<Form> given) {
    if (vertex instanceof MergeVertex) {
      return merged(into, registers);
    }
    if (vertex instanceof ScaleVertex scale) {
      return scaled(into, registers[0], scale.getScaleFactor());
    }
    return vertex instanceof ElementWiseVertex pointwise
        ? combined(pointwise.getOp(), into, registers)
        : registers[0];
  }

  private static int merged(ProgramBuilder into, int[] registers) {
    int size = 0;
    for (int register : registers) {
      size = Math.addExact(size, into.size(register));
    }
    int merged = into.register(size);
    into.fill(merged, -1);
    int at = 0;
    for (int register : registers) {
      into.put(merged, at, register);
      at += into.size(register);
    }
    return merged;
  }

  private static int scaled(ProgramBuilder into, int register, double factor) {
    int scaled = into.register(into.size(register));
    into.scale(scaled, (float) factor, register);
    return scaled;
  }

  private static int combined(ElementWiseVertex.Op op, ProgramBuilder into, int[] registers) {
    int result = into.register(into.size(registers[0]));
    into.copy(result, registers[0]);
    for (int i = 1; i < registers.length; i++) {
      switch (op) {
        case Product -> {
          int product = into.register(into.size(result));
          into.fill(product, -1);
          into.addProduct(product, result, registers[i]);
          result = product;
        }
        case Subtract -> into.add(result, scaled(into, registers[i], -1));
        default -> into.add(result, registers[i]);
      }
    }
    return op == ElementWiseVertex.Op.Average
        ? scaled(into, result, 1.0 / registers.length)
        : result;
  }
}
