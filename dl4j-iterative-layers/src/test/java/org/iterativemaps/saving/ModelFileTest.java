package org.iterativemaps.saving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.VGG16ImagePreProcessor;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What is saved comes back; what else is in a file is refused. */
class ModelFileTest {
  @TempDir private Path folder;

  private static NeuralNetConfiguration.Builder conf(DataType type) {
    return new NeuralNetConfiguration.Builder().seed(5).dataType(type).updater(new Adam(0.01));
  }

  private static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .nIn(4)
        .nOut(2)
        .build();
  }

  private static IterativeMapLayer map() {
    return new IterativeMapLayer.Builder()
        .name("größe")
        .nIn(3)
        .nOut(4)
        .steps(2)
        .density(0.5)
        .build();
  }

  private static DataSet data(DataType type) {
    Random random = new Random(1);
    INDArray features = Nd4j.create(DataType.DOUBLE, 6, 3);
    INDArray labels = Nd4j.create(DataType.DOUBLE, 6, 2);
    for (INDArray array : List.of(features, labels)) {
      for (long i = 0; i < array.length(); i++) {
        array.putScalar(i, random.nextGaussian());
      }
    }
    return new DataSet(features.castTo(type), labels.castTo(type));
  }

  private static MultiLayerNetwork layers(DataType type) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(conf(type).list().layer(map()).layer(output()).build());
    network.init();
    network.fit(data(type));
    return network;
  }

  private static ComputationGraph graph() {
    ComputationGraph graph =
        new ComputationGraph(
            conf(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .addLayer("map", map(), "in")
                .addLayer("out", output(), "map")
                .setOutputs("out")
                .build());
    graph.init();
    graph.fit(data(DataType.FLOAT));
    return graph;
  }

  private static Normalizer<?> standardize() {
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fitLabel(true);
    normalizer.fit(data(DataType.FLOAT));
    return normalizer;
  }

  private static INDArray state(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getUpdater().getStateViewArray()
        : ((ComputationGraph) network).getUpdater().getStateViewArray();
  }

  private static void assertSame(Model expected, Model found) {
    assertEquals(expected.params(), found.params());
    assertEquals(state(expected), state(found));
    assertEquals(configuration(expected), configuration(found));
  }

  private static String configuration(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) network).getConfiguration().toJson();
  }

  @Test
  void layersComeBackAndTrainOn() throws IOException {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      MultiLayerNetwork network = layers(type);
      Path file = folder.resolve("layers.zip");
      ModelFile.save(network, file);
      ModelFile loaded = ModelFile.load(file);
      MultiLayerNetwork back = loaded.multiLayerNetwork();
      assertTrue(loaded.hasChecksums());
      assertTrue(loaded.normalizer().isEmpty());
      assertSame(network, back);
      assertEquals(network.getIterationCount(), back.getIterationCount());
      assertThrows(IllegalStateException.class, loaded::computationGraph);
      assertSame(network, ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true));
      network.fit(data(type));
      back.fit(data(type));
      assertSame(network, back);
    }
  }

  @Test
  void graphsAndNormalizersComeBack() throws Exception {
    ComputationGraph graph = graph();
    NormalizerMinMaxScaler minMax = new NormalizerMinMaxScaler(-1, 2);
    minMax.fit(data(DataType.FLOAT));
    List<Normalizer<?>> normalizers =
        List.of(standardize(), minMax, new ImagePreProcessingScaler(0, 1, 8));
    for (Normalizer<?> normalizer : normalizers) {
      Path file = folder.resolve("graph.zip");
      ModelFile.save(graph, file, true, normalizer);
      ModelFile loaded = ModelFile.load(file);
      assertSame(graph, loaded.computationGraph());
      assertEquals(normalizer, loaded.normalizer().orElseThrow());
      assertThrows(IllegalStateException.class, loaded::multiLayerNetwork);
      assertSame(graph, ModelSerializer.restoreComputationGraph(file.toFile(), true));
      assertEquals(normalizer, ModelSerializer.restoreNormalizerFromFile(file.toFile()));
    }
  }

  @Test
  void withoutUpdaterAndWithoutParameters() throws IOException {
    MultiLayerNetwork network = layers(DataType.FLOAT);
    Path file = folder.resolve("model.zip");
    ModelFile.save(network, file, false, null);
    MultiLayerNetwork back = ModelFile.load(file).multiLayerNetwork();
    assertEquals(network.params(), back.params());
    assertEquals(0, state(back).sumNumber().doubleValue());
    MultiLayerNetwork empty =
        new MultiLayerNetwork(
            conf(DataType.FLOAT)
                .updater(new Sgd(0.1))
                .list()
                .layer(new ActivationLayer(Activation.TANH))
                .build());
    empty.init();
    ModelFile.save(empty, file);
    MultiLayerNetwork emptyBack = ModelFile.load(file).multiLayerNetwork();
    INDArray input = data(DataType.FLOAT).getFeatures();
    assertEquals(empty.output(input), emptyBack.output(input));
  }

  @Test
  void filesOfModelSerializerAreLoaded() throws IOException {
    Path file = folder.resolve("plain.zip");
    MultiLayerNetwork network = layers(DataType.FLOAT);
    ModelSerializer.writeModel(network, file.toFile(), true);
    ModelSerializer.addNormalizerToModel(file.toFile(), standardize());
    ModelSerializer.addObjectToFile(file.toFile(), "anything", new int[] {1, 2});
    ModelFile loaded = ModelFile.load(file);
    assertFalse(loaded.hasChecksums());
    assertSame(network, loaded.multiLayerNetwork());
    assertEquals(standardize(), loaded.normalizer().orElseThrow());
    ModelSerializer.writeModel(graph(), file.toFile(), true);
    assertSame(graph(), ModelFile.load(file).computationGraph());
  }

  /** Arrays before 0.9.2: lengths and shapes in ints, and other names of the memory. */
  @Test
  void oldArraysAreLoaded() throws IOException {
    MultiLayerNetwork network = layers(DataType.FLOAT);
    for (String memory : List.of("HEAP", "DIRECT", "JAVACPP")) {
      byte[] array = oldArray(memory, network.params());
      Map<String, byte[]> entries = Zips.entries(saved(network));
      entries.remove(CheckedZip.CHECKSUMS);
      entries.remove("updaterState.bin");
      entries.put("coefficients.bin", array);
      assertEquals(network.params(), load(Zips.of(entries)).multiLayerNetwork().params());
    }
  }

  private static byte[] oldArray(String memory, INDArray array) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    int length = (int) array.length();
    out.writeUTF(memory);
    out.writeInt(8);
    out.writeUTF("INT");
    for (int number : new int[] {2, 1, length, 1, 1, 0, 1, 'f'}) {
      out.writeInt(number);
    }
    out.writeUTF(memory);
    out.writeInt(length);
    out.writeUTF("FLOAT");
    for (int i = 0; i < length; i++) {
      out.writeFloat(array.getFloat(i));
    }
    return bytes.toByteArray();
  }

  @Test
  void checksumsAreThoseOfSha256sum() throws IOException {
    Map<String, byte[]> entries = Zips.entries(saved(layers(DataType.FLOAT)));
    byte[] sums = entries.get(CheckedZip.CHECKSUMS);
    assertArrayEquals(sums, Zips.entries(Zips.signed(entries)).get(CheckedZip.CHECKSUMS));
    assertEquals(4, new String(sums, StandardCharsets.UTF_8).lines().count());
    String json = new String(entries.get("configuration.json"), StandardCharsets.UTF_8);
    assertTrue(json.chars().allMatch(c -> c < 0x80) && json.contains("gr\\u00f6\\u00dfe"), json);
  }

  @Test
  void whateverFailsAnOlderFileStays() throws IOException {
    Path file = folder.resolve("model.zip");
    MultiLayerNetwork network = layers(DataType.FLOAT);
    ModelFile.save(network, file);
    byte[] before = Files.readAllBytes(file);
    MultiLayerNetwork other =
        new MultiLayerNetwork(conf(DataType.FLOAT).list().layer(map()).layer(output()).build());
    assertThrows(IllegalStateException.class, () -> ModelFile.save(other, file));
    assertThrows(
        IllegalStateException.class,
        () -> ModelFile.save(new ComputationGraph(graph().getConfiguration()), file));
    assertThrows(
        IllegalArgumentException.class,
        () -> ModelFile.save(network, file, true, new VGG16ImagePreProcessor()));
    assertThrows(IllegalArgumentException.class, () -> ModelFile.save(null, file));
    assertThrows( // in the middle of the entries
        IOException.class,
        () ->
            AtomicFile.write(
                file,
                out -> {
                  out.write(1);
                  throw new IOException("the disk is full");
                }));
    assertArrayEquals(before, Files.readAllBytes(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
    Path taken = Files.createDirectory(folder.resolve("taken"));
    Files.createFile(taken.resolve("something"));
    assertThrows(IOException.class, () -> ModelFile.save(network, taken));
    assertThrows(
        IOException.class, () -> ModelFile.save(network, folder.resolve("none/model.zip")));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(2, files.count());
    }
    assertThrows(NoSuchFileException.class, () -> ModelFile.load(folder.resolve("none.zip")));
    assertThrows(ModelFileException.class, () -> ModelFile.load(folder));
  }

  /** Also where the name of the file is a link to it. */
  @Test
  void anOlderFileIsReplaced() throws IOException {
    Path file = folder.resolve("model.zip");
    ModelFile.save(graph(), file);
    ModelFile.save(layers(DataType.FLOAT), file);
    assertSame(layers(DataType.FLOAT), ModelFile.load(file).multiLayerNetwork());
    Path link = Files.createSymbolicLink(folder.resolve("link.zip"), file);
    ModelFile.save(graph(), link);
    assertTrue(Files.isSymbolicLink(link));
    assertSame(graph(), ModelFile.load(file).computationGraph());
  }

  private byte[] saved(Model network) throws IOException {
    Path file = folder.resolve("saved.zip");
    ModelFile.save(network, file, true, standardize());
    byte[] bytes = Files.readAllBytes(file);
    Map<String, byte[]> entries = Zips.entries(bytes);
    entries.remove("normalizer.bin");
    return Zips.signed(entries);
  }

  private ModelFile load(byte[] bytes) throws IOException {
    Path file = folder.resolve("changed.zip");
    Files.write(file, bytes);
    return ModelFile.load(file);
  }

  @Test
  void dl4jsOwnLayersAreSavedAsWell() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(DataType.FLOAT)
                .list()
                .layer(new DenseLayer.Builder().nIn(3).nOut(4).build())
                .layer(output())
                .build());
    network.init();
    network.fit(data(DataType.FLOAT));
    assertSame(network, load(saved(network)).multiLayerNetwork());
  }
}
