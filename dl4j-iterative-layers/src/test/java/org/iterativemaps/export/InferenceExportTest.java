package org.iterativemaps.export;

import static org.iterativemaps.export.ExportedNetworks.assertClose;
import static org.iterativemaps.export.ExportedNetworks.layers;
import static org.iterativemaps.export.ExportedNetworks.network;
import static org.iterativemaps.export.ExportedNetworks.output;
import static org.iterativemaps.export.ExportedNetworks.rows;
import static org.iterativemaps.export.ExportedNetworks.tokens;
import static org.iterativemaps.export.ExportedNetworks.written;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.TokenStream;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.VGG16ImagePreProcessor;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What is written computes what DL4J does. */
class InferenceExportTest {
  private static final int SEEDS = 60;
  private static final Activation[] ACTIVATIONS = {
    Activation.TANH, Activation.SIGMOID, Activation.IDENTITY, Activation.SOFTMAX, Activation.RELU
  };

  private static final Activation[] BOUNDED = {
    Activation.TANH, Activation.SIGMOID, Activation.SOFTMAX, Activation.HARDTANH
  };

  @TempDir private Path folder;

  private static void assertSequences(
      MultiLayerNetwork network, InferenceModel model, INDArray input, String where) {
    INDArray expected = network.output(input);
    for (int sample = 0; sample < input.size(0); sample++) {
      float[][] answers = model.sequence(tokens(input, sample));
      float[][] wanted = tokens(expected, sample);
      for (int t = 0; t < wanted.length; t++) {
        assertClose(wanted[t], answers[t], where + ", sample " + sample + ", time step " + t);
      }
    }
  }

  private static BlockMap map(RandomPrograms random, long seed) {
    // Products of what knows no bounds soon grow past all that a float holds.
    return seed % 2 == 0 ? random.map(ACTIVATIONS) : random.gatedMap(true, BOUNDED);
  }

  @Test
  void randomMapsOnOneToken() throws IOException {
    int compared = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      BlockMap map = map(random, seed);
      IterativeMapLayer layer;
      try {
        layer = new IterativeMapLayer.Builder().map(map).steps(1 + random.below(6)).build();
      } catch (IllegalArgumentException outOfReach) {
        continue;
      }
      MultiLayerNetwork network =
          network(
              new DenseLayer.Builder().nIn(5).nOut(map.input().size()).build(),
              new BatchNormalization.Builder()
                  .nIn(map.input().size())
                  .nOut(map.input().size())
                  .build(),
              layer,
              new DropoutLayer.Builder(0.5).build(),
              new OutputLayer.Builder(LossFunction.MCXENT)
                  .nIn(map.output().size())
                  .nOut(3)
                  .activation(Activation.SOFTMAX)
                  .build());
      INDArray input = Networks.normal(seed, 1 + random.below(40), 5).castTo(DataType.FLOAT);
      InferenceModel model = written(folder, network);
      float[][] expected = rows(network.output(input));
      float[][] answers = model.answers(rows(input));
      for (int row = 0; row < expected.length; row++) {
        assertClose(expected[row], answers[row], "seed " + seed + ", row " + row);
        assertClose(expected[row], model.answer(rows(input)[row]), "alone, seed " + seed);
      }
      assertFalse(model.isRecurrent());
      compared++;
    }
    assertTrue(compared > SEEDS / 2, "only " + compared);
  }

  @Test
  void randomMapsOnSequences() throws IOException {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      BlockMap map = map(random, seed);
      MultiLayerNetwork network =
          network(
              new IterativeMapRecurrentLayer.Builder().map(map).steps(1 + random.below(3)).build(),
              new RnnOutputLayer.Builder(LossFunction.MSE)
                  .nIn(map.output().size())
                  .nOut(2)
                  .activation(Activation.TANH)
                  .build());
      INDArray input = Networks.normal(seed, 3, map.input().size(), 7).castTo(DataType.FLOAT);
      assertSequences(network, written(folder, network), input, "seed " + seed);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gravesLstm", "coupled", "gru", "minGru", "minLstm"})
  void gatedMaps(String kind) throws IOException {
    MultiLayerNetwork network =
        network(
            new IterativeMapRecurrentLayer.Builder().map(gated(kind)).build(),
            new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nIn(6)
                .nOut(3)
                .activation(Activation.SOFTMAX)
                .build());
    INDArray input = Networks.normal(5, 4, 3, 20).castTo(DataType.FLOAT);
    assertSequences(network, written(folder, network), input, kind);
  }

  private static BlockMap gated(String kind) {
    return (switch (kind) {
          case "lstm" -> GatedMaps.lstm(6);
          case "gravesLstm" -> GatedMaps.gravesLstm(6);
          case "coupled" -> GatedMaps.coupled(6);
          case "gru" -> GatedMaps.gru(6);
          case "minLstm" -> GatedMaps.minLstm(6);
          default -> GatedMaps.minGru(6);
        })
        .build()
        .withInputSize(3);
  }

  @Test
  void streamsGoOnAsRnnTimeStepDoes() throws IOException {
    MultiLayerNetwork network =
        network(
            new IterativeMapRecurrentLayer.Builder()
                .map(Networks.richMap(4, Injection.HOLD))
                .steps(2)
                .build(),
            new IterativeMapRecurrentLayer.Builder()
                .map(GatedMaps.lstm(5).build().withInputSize(3))
                .build(),
            new RnnOutputLayer.Builder(LossFunction.MSE).nIn(5).nOut(2).build());
    InferenceModel model = written(folder, network);
    for (int samples : new int[] {1, 3, 16, 70}) {
      INDArray input = Networks.normal(samples, samples, 4, 12).castTo(DataType.FLOAT);
      network.rnnClearPreviousState();
      TokenStream stream = model.streams(samples);
      for (int t = 0; t < 12; t++) {
        INDArray token = input.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t));
        float[] expected = network.rnnTimeStep(token).dup('c').reshape(-1).toFloatVector();
        float[] all = token.dup('c').reshape(-1).toFloatVector();
        if (t == 5) { // elsewhere
          float[] state = stream.state();
          stream = model.streams(samples);
          stream.setState(state);
        }
        assertClose(expected, stream.next(all), samples + " streams, time step " + t);
      }
      stream.reset();
      assertArrayEquals(model.streams(samples).state(), stream.state());
    }
    assertEquals(5 + 4 + 3 + 2 * 5, model.stream().stateSize());
  }

  @Test
  void wrappedAndFrozenLayers() throws IOException {
    Layer recurrent =
        new IterativeMapRecurrentLayer.Builder()
            .map(Networks.richMap(4, Injection.IMPULSE))
            .steps(3)
            .build();
    MultiLayerNetwork network =
        network(
            new LastTimeStep(new FrozenLayer(recurrent)),
            new FrozenLayer(
                new DenseLayer.Builder().nIn(3).nOut(3).activation(Activation.CUBE).build()),
            new ActivationLayer(Activation.SOFTSIGN),
            new OutputLayer.Builder(LossFunction.MSE).nIn(3).nOut(2).hasBias(false).build());
    InferenceModel model = written(folder, network);
    assertTrue(model.program().isLastOnly());
    INDArray input = Networks.normal(1, 3, 4, 6).castTo(DataType.FLOAT);
    float[][] expected = rows(network.output(input));
    for (int sample = 0; sample < 3; sample++) {
      float[][] answers = model.sequence(tokens(input, sample));
      assertClose(expected[sample], answers[5], "sample " + sample);
    }
  }

  @Test
  @SuppressWarnings("deprecation") // old model files have GravesLSTM
  void recurrentLayersOfDl4j() throws IOException {
    for (Layer layer :
        List.of(
            new LSTM.Builder().nIn(3).nOut(5).build(),
            new org.deeplearning4j.nn.conf.layers.GravesLSTM.Builder().nIn(3).nOut(5).build(),
            new SimpleRnn.Builder().nIn(3).nOut(5).build())) {
      MultiLayerNetwork network =
          network(layer, new RnnOutputLayer.Builder(LossFunction.MSE).nIn(5).nOut(2).build());
      INDArray input = Networks.normal(5, 2, 3, 9).castTo(DataType.FLOAT);
      assertSequences(network, written(folder, network), input, layer.getClass().getSimpleName());
    }
  }

  @Test
  void normalizers() throws IOException {
    MultiLayerNetwork network =
        network(
            new OutputLayer.Builder(LossFunction.MSE)
                .nIn(3)
                .nOut(2)
                .activation(Activation.TANH)
                .build());
    INDArray data = Networks.normal(1, 50, 3).castTo(DataType.FLOAT).muli(7).addi(100);
    for (DataNormalization normalizer :
        List.of(
            new NormalizerStandardize(),
            new NormalizerMinMaxScaler(),
            new NormalizerMinMaxScaler(-1, 3))) {
      normalizer.fit(new DataSet(data, data));
      INDArray normalised = data.dup();
      normalizer.transform(normalised);
      float[][] expected = rows(network.output(normalised));
      Path file = folder.resolve("normalised.maps");
      InferenceExport.write(network, normalizer, file);
      float[][] answers = InferenceModel.read(file).answers(rows(data));
      for (int row = 0; row < expected.length; row++) {
        for (int unit = 0; unit < 2; unit++) { // of tokens near 100, 7 digits leave 5
          assertEquals(expected[row][unit], answers[row][unit], 1e-5);
        }
      }
    }
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> InferenceExport.program(network, new VGG16ImagePreProcessor(), null));
    assertTrue(e.getMessage().contains("VGG16ImagePreProcessor"), e.getMessage());
  }

  @Test
  void doubleNetworksAreRounded() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            layers(
                    DataType.DOUBLE,
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(3)
                        .nOut(2)
                        .activation(Activation.TANH)
                        .build())
                .build());
    network.init();
    INDArray input = Networks.normal(1, 1, 3);
    float[] answer =
        InferenceModel.of(InferenceExport.program(network))
            .answer(input.castTo(DataType.FLOAT).reshape(3).toFloatVector());
    assertClose(rows(network.output(input))[0], answer, "DOUBLE");
  }

  @Test
  void batchNormalisationFarFromZero() throws IOException {
    MultiLayerNetwork network =
        network(new BatchNormalization.Builder().nIn(4).nOut(4).build(), output(4));
    network.getLayer(0).getParam("mean").assign(1000);
    INDArray input = Networks.normal(2, 5, 4).castTo(DataType.FLOAT).addi(1000);
    float[][] expected = rows(network.output(input));
    float[][] answers = written(folder, network).answers(rows(input));
    for (int row = 0; row < 5; row++) {
      assertClose(expected[row], answers[row], "row " + row);
    }
  }

  @Test
  void layersOfEveryTimeStep() throws IOException {
    Layer[] withPreprocessors = {
      new DenseLayer.Builder().nOut(5).build(), new ActivationLayer(Activation.SOFTMAX)
    };
    Layer[] distributed = {
      new TimeDistributed(withPreprocessors[0]), new TimeDistributed(withPreprocessors[1])
    };
    for (Layer[] between : List.of(withPreprocessors, distributed)) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              layers(
                      DataType.FLOAT,
                      new IterativeMapRecurrentLayer.Builder().nOut(6).build(),
                      between[0],
                      between[1],
                      new RnnOutputLayer.Builder(LossFunction.MSE)
                          .nOut(2)
                          .activation(Activation.TANH)
                          .build())
                  .setInputType(InputType.recurrent(4))
                  .build());
      network.init();
      INDArray input = Networks.normal(2, 3, 4, 6).castTo(DataType.FLOAT);
      assertSequences(network, written(folder, network), input, between[0].toString());
    }
  }

  @Test
  void theFileIsTheSameEveryTime() throws IOException {
    MultiLayerNetwork network =
        network(
            new IterativeMapLayer.Builder()
                .map(Networks.richMap(4, Injection.HOLD))
                .steps(4)
                .build(),
            new OutputLayer.Builder().nIn(3).nOut(2).activation(Activation.SOFTMAX).build());
    Path one = folder.resolve("one.maps");
    Path two = folder.resolve("two.maps");
    InferenceExport.write(network, one);
    InferenceExport.write(network, two);
    assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
    assertEquals(
        InferenceExport.program(network).instructions(),
        InferenceModel.read(one).program().instructions());
  }
}
