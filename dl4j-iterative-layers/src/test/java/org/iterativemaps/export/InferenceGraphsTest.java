package org.iterativemaps.export;

import static org.iterativemaps.export.ExportedNetworks.assertClose;
import static org.iterativemaps.export.ExportedNetworks.graph;
import static org.iterativemaps.export.ExportedNetworks.output;
import static org.iterativemaps.export.ExportedNetworks.rows;
import static org.iterativemaps.export.ExportedNetworks.tokens;
import static org.iterativemaps.export.ExportedNetworks.written;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.TokenStream;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Graphs that are written compute what DL4J does. */
class InferenceGraphsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(
      value = ElementWiseVertex.Op.class,
      names = {"Add", "Subtract", "Product", "Average"})
  void graphs(ElementWiseVertex.Op op) throws IOException {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(new NormalDistribution(0, 0.5))
                .graphBuilder()
                .addInputs("x")
                .addLayer("a", new DenseLayer.Builder().nIn(4).nOut(3).build(), "x")
                .addVertex(
                    "b",
                    new IterativeMapVertex(
                        BlockMap.builder()
                            .input("in", 4)
                            .state("h", 3, Activation.TANH)
                            .connect("in", "h", Sparsity.dense())
                            .connect("h", "h", Sparsity.density(0.5))
                            .output("h")
                            .build(),
                        3),
                    "x")
                .addVertex("c", new ElementWiseVertex(op), "a", "b")
                .addVertex("d", new MergeVertex(), "c", "a", "b")
                .addLayer(
                    "e",
                    new OutputLayer.Builder().nIn(9).nOut(2).activation(Activation.SOFTMAX).build(),
                    "d")
                .setOutputs("e")
                .build());
    graph.init();
    INDArray input = Networks.normal(2, 5, 4).castTo(DataType.FLOAT);
    float[][] expected = rows(graph.outputSingle(input));
    float[][] answers = written(folder, graph).answers(rows(input));
    for (int row = 0; row < 5; row++) {
      assertClose(expected[row], answers[row], op + ", row " + row);
    }
  }

  @Test
  void aGraphOfTokensHasNoMemory() throws IOException {
    ComputationGraph graph =
        graph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(new NormalDistribution(0, 0.5))
                .graphBuilder()
                .addInputs("x")
                .addVertex("m", new IterativeMapVertex(Networks.richMap(4, Injection.HOLD), 2), "x")
                .addLayer("norm", new BatchNormalization.Builder().nIn(3).nOut(3).build(), "m")
                .addLayer("y", output(3), "norm")
                .setOutputs("y"));
    MapKnobs.of(graph).steps(5);
    INDArray input = Networks.normal(2, 5, 4).castTo(DataType.FLOAT);
    InferenceModel model = written(folder, graph);
    assertFalse(model.isRecurrent());
    float[][] expected = rows(graph.outputSingle(input));
    TokenStream stream = model.stream();
    for (int row = 0; row < 5; row++) {
      assertClose(expected[row], stream.next(rows(input)[row]), "row " + row);
    }
  }

  @Test
  void aGraphOfSequences() throws IOException {
    ComputationGraph graph =
        graph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(new NormalDistribution(0, 0.5))
                .graphBuilder()
                .addInputs("x")
                .addVertex("a", new IterativeMapVertex(Networks.richMap(4, Injection.HOLD), 2), "x")
                .addLayer("b", new LSTM.Builder().nIn(4).nOut(3).build(), "x")
                .addVertex("c", new MergeVertex(), "a", "b", "x")
                .addVertex("last", new LastTimeStepVertex("x"), "c")
                .addLayer("norm", new BatchNormalization.Builder().nIn(10).nOut(10).build(), "last")
                .addLayer("y", output(10), "norm")
                .setOutputs("y"));
    MapKnobs.of(graph).steps(4); // which a copy with maps for the LSTM has to keep
    INDArray input = Networks.normal(2, 3, 4, 6).castTo(DataType.FLOAT);
    InferenceModel model = written(folder, graph);
    assertTrue(model.program().isLastOnly() && model.isRecurrent());
    float[][] expected = rows(graph.outputSingle(input));
    for (int sample = 0; sample < 3; sample++) {
      assertClose(expected[sample], model.lastAnswer(tokens(input, sample)), "sample " + sample);
    }
  }
}
