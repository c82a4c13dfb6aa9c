package org.iterativemaps.export;

import static org.iterativemaps.export.ExportedNetworks.graph;
import static org.iterativemaps.export.ExportedNetworks.layers;
import static org.iterativemaps.export.ExportedNetworks.network;
import static org.iterativemaps.export.ExportedNetworks.output;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What cannot be written is named, and no file begun. */
class InferenceRefusalsTest {
  @TempDir private Path folder;

  private String refusal(org.deeplearning4j.nn.api.Model network) {
    Path file = folder.resolve("refused.maps");
    String message =
        assertThrows(IllegalArgumentException.class, () -> InferenceExport.write(network, file))
            .getMessage();
    assertFalse(Files.exists(file), message);
    return message;
  }

  @Test
  void everythingThatCannotBeWrittenIsNamed() {
    BlockMap attention =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4, Activation.TANH)
            .connect(List.of("x", "x", "x"), "h", BlockFunctions.attention(2, 1))
            .output("h")
            .build();
    MultiLayerNetwork network =
        network(
            new IterativeMapLayer.Builder().map(attention).steps(1).name("attending").build(),
            new IterativeMapLayer.Builder()
                .map(Networks.richMap(4, Injection.HOLD))
                .steps(Iteration.untilSettled(1e-4).atMost(20))
                .name("settling")
                .build(),
            new DenseLayer.Builder()
                .nIn(3)
                .nOut(2)
                .activation(Activation.RRELU)
                .name("random")
                .build(),
            new OutputLayer.Builder().nIn(2).nOut(2).activation(Activation.SOFTMAX).build());
    String message = refusal(network);
    for (String part :
        List.of(
            "layer 0 'attending'",
            "Attention",
            "layer 1 'settling'",
            "fixed steps",
            "'random'",
            "RReLU")) {
      assertTrue(message.contains(part), part + " in: " + message);
    }
  }

  @Test
  void bothDirectionsAreRefused() {
    MultiLayerNetwork network =
        network(
            new Bidirectional(
                Bidirectional.Mode.ADD,
                new IterativeMapRecurrentLayer.Builder()
                    .map(Networks.richMap(4, Injection.HOLD))
                    .build()),
            new RnnOutputLayer.Builder(LossFunction.MSE).nIn(3).nOut(2).build());
    assertTrue(refusal(network).contains("Bidirectional"));
  }

  @Test
  void notANumberIsRefused() {
    MultiLayerNetwork network =
        network(
            new IterativeMapLayer.Builder()
                .map(Networks.richMap(4, Injection.HOLD))
                .steps(4)
                .name("m")
                .build(),
            new OutputLayer.Builder().nIn(3).nOut(2).activation(Activation.SOFTMAX).build());
    network.getLayer(0).getParam("W[h->h]").putScalar(1, Float.NaN);
    String message = refusal(network);
    assertTrue(
        message.contains("'m'") && message.contains("W[h->h]") && message.contains("NaN"), message);
  }

  @Test
  void anotherModelIsRefused() {
    assertTrue(refusal(null).contains("expected a MultiLayerNetwork"));
  }

  /** Of the same network DL4J makes something else of sequences than of the tokens in them. */
  @Test
  void formsThatDl4jComputesOtherwiseAreRefused() {
    Layer map =
        new IterativeMapRecurrentLayer.Builder().map(Networks.richMap(4, Injection.HOLD)).build();
    RnnOutputLayer read = new RnnOutputLayer.Builder(LossFunction.MSE).nIn(3).nOut(2).build();
    String message = refusal(network(map, new ActivationLayer(Activation.SOFTMAX), read));
    assertTrue(message.contains("layer 1") && message.contains("over time"), message);
    message = refusal(network(map, new BatchNormalization.Builder().nIn(3).nOut(3).build(), read));
    assertTrue(message.contains("layer 1") && message.contains("found sequences"), message);

    MultiLayerConfiguration conf =
        layers(
                DataType.FLOAT,
                new LastTimeStep(map),
                new IterativeMapRecurrentLayer.Builder().nOut(4).build(),
                new RnnOutputLayer.Builder(LossFunction.MSE).nOut(2).build())
            .setInputType(InputType.recurrent(4))
            .build();
    MultiLayerNetwork again = new MultiLayerNetwork(conf);
    again.init();
    message = refusal(again);
    assertTrue(message.contains("layer 1") && message.contains("single tokens"), message);

    MergeVertex merge = new MergeVertex();
    merge.setMergeAxis(2);
    ComputationGraph graph =
        graph(
            new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("x")
                .addLayer("a", new LSTM.Builder().nIn(4).nOut(3).build(), "x")
                .addVertex("b", merge, "a", "a")
                .addLayer("y", read, "b")
                .setOutputs("y"));
    message = refusal(graph);
    assertTrue(message.contains("vertex 'b'") && message.contains("merge axis 2"), message);
  }

  @Test
  void whatIsNotReadyIsRefused() throws IOException {
    MultiLayerNetwork network = new MultiLayerNetwork(layers(DataType.FLOAT, output(3)).build());
    assertThrows(IllegalStateException.class, () -> InferenceExport.program(network));
    network.init();
    for (DataNormalization normalizer :
        List.of(new NormalizerStandardize(), new NormalizerMinMaxScaler())) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> InferenceExport.program(network, normalizer, null))
              .getMessage();
      assertTrue(message.contains("fit it"), message);
    }
    Path missing = folder.resolve("missing/model.maps");
    String message =
        assertThrows(NoSuchFileException.class, () -> InferenceExport.write(network, missing))
            .getMessage();
    assertTrue(message.contains("no such folder"), message);
  }

  @Test
  void recurrentLayersThatNoMapCanBe() {
    String message =
        refusal(
            network(
                new MaskZeroLayer(new LSTM.Builder().nIn(3).nOut(5).build(), 0),
                new RnnOutputLayer.Builder(LossFunction.MSE).nIn(5).nOut(2).build()));
    assertTrue(message.contains("layer 0") && message.contains("MaskZeroLayer"), message);
    message =
        refusal(
            network(
                new LSTM.Builder().nIn(3).nOut(5).weightNoise(new DropConnect(0.5)).build(),
                new RnnOutputLayer.Builder(LossFunction.MSE).nIn(5).nOut(2).build()));
    assertTrue(message.contains("layer 0") && message.contains("DL4J's LSTM"), message);
  }
}
