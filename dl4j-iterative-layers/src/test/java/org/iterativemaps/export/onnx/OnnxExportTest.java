package org.iterativemaps.export.onnx;

import static org.iterativemaps.export.ExportedNetworks.network;
import static org.iterativemaps.export.ExportedNetworks.randomise;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import onnx.Onnx.ModelProto;
import onnx.Onnx.StringStringEntryProto;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.kernel.Magnitude;
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
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What is written gives DL4J's answers in ONNX Runtime. */
class OnnxExportTest {
  private static final int SEEDS = 40;
  private static final double TOLERANCE = 1e-5;
  // Unbounded ones would make products of gates grow past all that a float holds.
  private static final Activation[] BOUNDED = {
    Activation.TANH, Activation.SIGMOID, Activation.SOFTMAX, Activation.HARDTANH
  };

  @TempDir private Path folder;

  private static Layer tokens(int size) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(size)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static Layer sequences(int size) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .nIn(size)
        .nOut(2)
        .activation(Activation.TANH)
        .build();
  }

  private static Layer recurrent(BlockMap map, int steps) {
    return new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build();
  }

  private static INDArray normal(long seed, long... shape) {
    return Networks.normal(seed, shape).castTo(DataType.FLOAT);
  }

  private RunningModel written(Model network) throws IOException, OrtException {
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(network, file);
    return new RunningModel(file);
  }

  private static void assertClose(INDArray expected, INDArray found, String where) {
    assertArrayEquals(expected.shape(), found.shape(), where);
    double largest = Magnitude.largestDifference(expected, found);
    double allowed = TOLERANCE * Math.max(1, Magnitude.largest(expected));
    assertTrue(largest <= allowed, where + ": up to " + largest);
  }

  private static BlockMap map(RandomPrograms random, long seed) {
    return seed % 2 == 0
        ? random.map(Activation.TANH, Activation.RELU, Activation.IDENTITY, Activation.ELU)
        : random.gatedMap(true, BOUNDED);
  }

  @Test
  void randomMapsOnOneToken() throws IOException, OrtException {
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
      int size = map.input().size();
      MultiLayerNetwork network =
          network(
              new DenseLayer.Builder().nIn(5).nOut(size).build(),
              new BatchNormalization.Builder().nIn(size).nOut(size).build(),
              layer,
              tokens(map.output().size()));
      try (RunningModel model = written(network)) {
        for (int batch : new int[] {1, 2 + random.below(30)}) {
          INDArray input = normal(seed, batch, 5);
          assertClose(network.output(input), model.output(input), "seed " + seed);
        }
      }
      compared++;
    }
    assertTrue(compared > SEEDS / 2, "only " + compared);
  }

  @Test
  void randomMapsOnSequences() throws IOException, OrtException {
    for (long seed = 0; seed < SEEDS; seed++) {
      RandomPrograms random = new RandomPrograms(seed);
      BlockMap map = map(random, seed);
      MultiLayerNetwork network =
          network(recurrent(map, 1 + random.below(3)), sequences(map.output().size()));
      try (RunningModel model = written(network)) {
        for (int time : new int[] {1, 2 + random.below(9)}) {
          INDArray input = normal(seed, 1 + random.below(4), map.input().size(), time);
          assertClose(network.output(input), model.output(input), "seed " + seed);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gravesLstm", "coupled", "gru", "minGru", "minLstm"})
  void gatedMaps(String kind) throws IOException, OrtException {
    BlockMap map =
        (switch (kind) {
              case "lstm" -> GatedMaps.lstm(6);
              case "gravesLstm" -> GatedMaps.gravesLstm(6);
              case "coupled" -> GatedMaps.coupled(6);
              case "gru" -> GatedMaps.gru(6);
              case "minLstm" -> GatedMaps.minLstm(6);
              default -> GatedMaps.minGru(6);
            })
            .build()
            .withInputSize(3);
    MultiLayerNetwork network = network(recurrent(map, 1), sequences(6));
    INDArray input = normal(5, 4, 3, 20);
    try (RunningModel model = written(network)) {
      assertClose(network.output(input), model.output(input), kind);
    }
  }

  @Test
  void dl4jsRecurrentLayersAsMaps() throws IOException, OrtException {
    for (Layer layer :
        List.of(
            new LSTM.Builder().nIn(3).nOut(5).build(),
            new SimpleRnn.Builder().nIn(3).nOut(5).build())) {
      MultiLayerNetwork network = network(layer, sequences(5));
      INDArray input = normal(5, 2, 3, 9);
      for (Model same : List.of(network, IterativeMaps.fromRnn(network).network())) {
        try (RunningModel model = written(same)) {
          assertClose(network.output(input), model.output(input), layer.toString());
        }
      }
    }
  }

  @Test
  void layersAroundMaps() throws IOException, OrtException {
    MultiLayerNetwork network =
        network(
            new LastTimeStep(new FrozenLayer(recurrent(Networks.richMap(4, Injection.IMPULSE), 3))),
            new FrozenLayer(
                new DenseLayer.Builder().nIn(3).nOut(3).activation(Activation.CUBE).build()),
            new ActivationLayer(Activation.SOFTSIGN),
            tokens(3));
    INDArray input = normal(1, 3, 4, 6);
    try (RunningModel model = written(network)) {
      assertClose(network.output(input), model.output(input), "last time step");
    }
    MultiLayerNetwork withoutMemory = network(sequences(4));
    try (RunningModel model = written(withoutMemory)) {
      assertClose(withoutMemory.output(input), model.output(input), "without memory");
      assertEquals(1, model.session().getNumInputs());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementWiseVertex.Op.class,
      names = {"Add", "Subtract", "Product", "Average"})
  void graphs(ElementWiseVertex.Op op) throws IOException, OrtException {
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(new NormalDistribution(0, 0.5))
                .graphBuilder()
                .addInputs("x")
                .addLayer("a", recurrent(Networks.richMap(4, Injection.HOLD), 2), "x")
                .addLayer("b", recurrent(GatedMaps.gru(3).build().withInputSize(4), 1), "x")
                .addVertex("c", new ElementWiseVertex(op), "a", "b")
                .addVertex("d", new MergeVertex(), "c", "a", "b")
                .addVertex("e", new ScaleVertex(0.5), "d")
                .addLayer("f", sequences(9), "e")
                .setOutputs("f")
                .build());
    graph.init();
    randomise(graph.params());
    INDArray input = normal(2, 5, 4, 7);
    try (RunningModel model = written(graph)) {
      assertClose(graph.outputSingle(input), model.output(input), op.toString());
    }
  }

  /** Two halves with the state handed on are the whole; so are single time steps. */
  @Test
  void streamsGoOn() throws IOException, OrtException {
    MultiLayerNetwork network =
        network(
            recurrent(Networks.richMap(4, Injection.HOLD), 2),
            recurrent(GatedMaps.lstm(5).build().withInputSize(3), 1),
            sequences(5));
    INDArray input = normal(4, 3, 4, 12);
    INDArray expected = network.output(input);
    Path file = folder.resolve("stream.onnx");
    OnnxExport.write(network, null, null, OnnxOptions.standard().withStates(), file);
    try (RunningModel model = new RunningModel(file)) {
      for (int step : new int[] {6, 5, 1}) {
        Map<String, INDArray> states = new HashMap<>();
        for (Map.Entry<String, NodeInfo> given : model.session().getInputInfo().entrySet()) {
          if (given.getKey().startsWith(OnnxExport.STATE)) {
            TensorInfo info = (TensorInfo) given.getValue().getInfo();
            states.put(given.getKey(), Nd4j.zeros(step == 5 ? 1 : 3, info.getShape()[1]));
          }
        }
        assertEquals(5, states.size()); // h, g, y; c, h
        for (int begin = 0; begin < 12; begin += step) {
          var interval = NDArrayIndex.interval(begin, Math.min(12, begin + step));
          Map<String, INDArray> inputs = new HashMap<>(states);
          inputs.put(
              OnnxExport.INPUT, input.get(NDArrayIndex.all(), NDArrayIndex.all(), interval).dup());
          Map<String, INDArray> outputs = model.run(inputs);
          INDArray wanted = expected.get(NDArrayIndex.all(), NDArrayIndex.all(), interval).dup();
          assertClose(
              wanted.reshape(3, 2, -1),
              outputs.get(OnnxExport.OUTPUT),
              "time steps " + begin + " to " + (begin + step));
          outputs.forEach(
              (name, state) -> {
                if (name.startsWith(OnnxExport.NEXT_STATE)) {
                  states.put(
                      OnnxExport.STATE + name.substring(OnnxExport.NEXT_STATE.length()), state);
                }
              });
        }
      }
    }
  }

  @Test
  void normalizersAreInTheModel() throws IOException, OrtException {
    MultiLayerNetwork network = network(tokens(3));
    INDArray data = normal(1, 50, 3).muli(7).addi(10);
    NormalizerMinMaxScaler normalizer = new NormalizerMinMaxScaler(-1, 3);
    normalizer.fit(new DataSet(data, data));
    INDArray normalised = data.dup();
    normalizer.transform(normalised);
    Path file = folder.resolve("model.onnx");
    OnnxExport.write(network, normalizer, null, OnnxOptions.standard(), file);
    try (RunningModel model = new RunningModel(file)) {
      assertClose(network.output(normalised), model.output(data), "normalised");
    }
  }

  @Test
  void sparseWeightsGiveTheSame() throws IOException, OrtException {
    Layer map =
        new IterativeMapRecurrentLayer.Builder().nIn(20).nOut(60).density(0.05).steps(2).build();
    MultiLayerNetwork network = network(map, sequences(60));
    Path dense = folder.resolve("dense.onnx");
    Path sparse = folder.resolve("sparse.onnx");
    OnnxExport.write(network, dense);
    OnnxExport.write(network, null, null, OnnxOptions.standard().withSparseWeights(), sparse);
    assertTrue(2 * Files.size(sparse) < Files.size(dense), "size " + Files.size(sparse));
    INDArray input = normal(1, 3, 20, 8);
    try (RunningModel model = new RunningModel(sparse)) {
      assertClose(network.output(input), model.output(input), "sparse");
    }
  }

  @Test
  void theModelSaysWhatItIs() throws IOException, OrtException {
    MultiLayerNetwork network =
        network(recurrent(GatedMaps.gru(6).build().withInputSize(3), 1), sequences(6));
    ModelCard card = ModelCard.of(network).withSection(ModelCard.LIMITATIONS, "Größe");
    Path file = folder.resolve("model.onnx");
    OnnxOptions options = OnnxOptions.standard().withStates();
    OnnxExport.write(network, null, card, options, file);
    ModelProto proto;
    try (var in = Files.newInputStream(file)) {
      proto = ModelProto.parseFrom(in);
    }
    assertEquals(7, proto.getIrVersion());
    assertEquals(13, proto.getOpsetImport(0).getVersion());
    StringStringEntryProto entry = proto.getMetadataProps(0);
    assertEquals(OnnxExport.CARD, entry.getKey());
    assertEquals(card, ModelCard.fromJson(entry.getValue()));
    try (RunningModel model = new RunningModel(file)) {
      assertEquals(
          card.toJson(),
          model.session().getMetadata().getCustomMetadataValue(OnnxExport.CARD).orElseThrow());
      TensorInfo input =
          (TensorInfo) model.session().getInputInfo().get(OnnxExport.INPUT).getInfo();
      assertArrayEquals(new long[] {-1, 3, -1}, input.getShape());
      assertArrayEquals(new String[] {"batch", "", "time"}, input.getDimensionNames());
      assertEquals(
          List.of("output", "nextState/0/h"),
          List.copyOf(model.session().getOutputInfo().keySet()));
    }
    OnnxExport.write(network, null, card, options, folder.resolve("again.onnx"));
    assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(folder.resolve("again.onnx")));
  }

  private String refusal(Model network) throws IOException {
    Path file = folder.resolve("refused.onnx");
    byte[] before = {1, 2, 3};
    Files.write(file, before);
    String message =
        assertThrows(IllegalArgumentException.class, () -> OnnxExport.write(network, file))
            .getMessage();
    assertArrayEquals(before, Files.readAllBytes(file));
    return message;
  }

  @Test
  void whatCannotBeWrittenIsNamed() throws IOException {
    String message =
        refusal(
            network(
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
                tokens(2)));
    for (String part : List.of("'settling'", "fixed steps", "'random'", "RReLU")) {
      assertTrue(message.contains(part), message);
    }
    MultiLayerNetwork both =
        network(
            new Bidirectional(
                Bidirectional.Mode.ADD, recurrent(Networks.richMap(4, Injection.HOLD), 1)),
            sequences(3));
    assertTrue(refusal(both).contains("Bidirectional"));
    assertTrue(refusal(null).contains("expected a MultiLayerNetwork"));
    MultiLayerNetwork network = network(tokens(4));
    assertThrows(
        IOException.class, () -> OnnxExport.write(network, folder.resolve("none/model.onnx")));
    assertFalse(Files.exists(folder.resolve("none")));
    ModelCard other = ModelCard.of(both);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            OnnxExport.write(
                network, null, other, OnnxOptions.standard(), folder.resolve("model.onnx")));
  }
}
