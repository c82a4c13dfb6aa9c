package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Attention wants whole examples, wherever in a map it is, and whatever runs the map. */
class AttentionRowsTest {
  private static final int TIME = 3;
  private static final String BLOCK = "q,k,v->h";

  /** A map with attention at a depth: 0 of its own, 1 in a map nested in it, and so on. */
  private static BlockMap attention(int depth) {
    if (depth > 0) {
      return BlockMap.builder()
          .input("x", 4)
          .state("y", 4, Activation.TANH)
          .connect(List.of("x"), "y", BlockFunctions.nested(attention(depth - 1), 2))
          .output("y")
          .build();
    }
    BlockMapBuilder map = BlockMap.builder().input("x", 4);
    for (String wire : List.of("q", "k", "v")) {
      map.wire(wire, 4, Activation.IDENTITY).connect("x", wire, Sparsity.dense());
    }
    return map.state("h", 4, Activation.TANH)
        .connect(List.of("q", "k", "v"), "h", BlockFunctions.attention(2, TIME))
        .output("h")
        .build();
  }

  private static String block(int depth) {
    return "x->y / ".repeat(depth) + BLOCK;
  }

  /** DL4J would order the tokens of a sequence by time first: attention would mix examples. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void behindASequenceItIsRefused(int depth) {
    IterativeMapLayer layer =
        new IterativeMapLayer.Builder().map(attention(depth)).steps(2).name("loop").build();
    assertNull(layer.getPreProcessorForInputType(InputType.feedForward(4)));
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> layer.getPreProcessorForInputType(InputType.recurrent(4, TIME)))
            .getMessage();
    assertTrue(message.contains("'loop'") && message.contains("block " + block(depth)), message);
    BlockMap withoutAttention =
        BlockMap.builder()
            .input("x", 4)
            .state("y", 4, Activation.TANH)
            .connect(List.of("x"), "y", BlockFunctions.identity())
            .output("y")
            .build();
    IterativeMapLayer other = new IterativeMapLayer.Builder().map(withoutAttention).build();
    assertNotNull(other.getPreProcessorForInputType(InputType.recurrent(4, TIME)));
  }

  private static void assertNamed(RuntimeException thrown, int depth, String where) {
    String message = thrown.getMessage();
    assertTrue(message.contains("block " + block(depth)), message);
    assertTrue(message.contains("found 4 rows") && message.contains("multiple of 3"), message);
    assertTrue(message.contains(where), message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void layersRefuseABatchOfBrokenExamples(int depth) {
    BlockMap map = attention(depth);
    NeuralNetConfiguration.Builder conf = Networks.conf(DataType.FLOAT);
    MultiLayerNetwork single =
        Networks.feedForward(
            conf, new IterativeMapLayer.Builder().map(map).steps(2).name("loop").build(), 4);
    MultiLayerNetwork sequence =
        Networks.recurrent(
            conf, new IterativeMapRecurrentLayer.Builder().map(map).name("loop").build(), 4);
    ComputationGraph graph =
        new ComputationGraph(
            Networks.conf(DataType.FLOAT)
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.feedForward(4))
                .addVertex("loop", new IterativeMapVertex(map, 2), "x")
                .addLayer("y", new OutputLayer.Builder().nOut(2).build(), "loop")
                .setOutputs("y")
                .build());
    graph.init();
    for (int rows : new int[] {TIME, 4 * TIME}) {
      assertArrayEquals(new long[] {rows, 3}, single.output(Nd4j.ones(rows, 4)).shape());
      assertArrayEquals(new long[] {rows, 3, 5}, sequence.output(Nd4j.ones(rows, 4, 5)).shape());
      assertArrayEquals(new long[] {rows, 2}, graph.output(Nd4j.ones(rows, 4))[0].shape());
    }
    assertNamed(
        assertThrows(DL4JInvalidInputException.class, () -> single.output(Nd4j.ones(4, 4))),
        depth,
        "loop");
    assertNamed(
        assertThrows(DL4JInvalidInputException.class, () -> sequence.output(Nd4j.ones(4, 4, 5))),
        depth,
        "loop");
    assertNamed(
        assertThrows(DL4JInvalidInputException.class, () -> graph.output(Nd4j.ones(4, 4))),
        depth,
        "vertex \"loop\"");
  }

  @Test
  void theKernelItselfDoesToo() {
    for (int depth = 0; depth < 3; depth++) {
      MapProgram program = MapProgram.singleToken(attention(depth).realize(), 2, null);
      MapKernel kernel = KernelSelection.of(program, DataType.FLOAT);
      INDArray[] parameters =
          program.realized().parameters().stream()
              .map(parameter -> Nd4j.ones(DataType.FLOAT, parameter.length()))
              .toArray(INDArray[]::new);
      INDArray input = Nd4j.ones(DataType.FLOAT, 4, 4, 1);
      INDArray output = Nd4j.create(DataType.FLOAT, 4, 4, 1);
      assertNamed(
          assertThrows(
              IllegalArgumentException.class,
              () -> kernel.forward(parameters, input, null, null, output, false)),
          depth,
          "input: ");
    }
  }
}
