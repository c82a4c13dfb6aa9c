package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.FreshJvm;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.samediff.Graphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** JSON, YAML, model files and clones: the same network comes back. */
class SavingTest {
  private static final String PINNED = "iterative-map-v3.json";
  private static final String PINNED_GATED = "gated-map-v3.json";

  /**
   * What the first version of the format knew; {@link WeightValuesJsonTest} has every pattern and
   * rule.
   */
  static BlockMap everything() {
    return BlockMap.builder()
        .input("x", 4)
        .state("h", 5, new ActivationLReLU(0.3))
        .stateWithoutBias("g", 4, Activation.SIGMOID.getActivationFunction())
        .state("y", 3)
        .connect("x", "h", Sparsity.density(0.6))
        .connect("h", "h", Sparsity.fanIn(2))
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(0.3))
        .connect("y", "h", Sparsity.bernoulli(0.7))
        .connect("h", "g", Sparsity.entries(7))
        .connectFixed("x", "g", Sparsity.density(0.5), WeightValues.gaussian(0.1, 0.2))
        .connectFixed("g", "g", Sparsity.entries(3), WeightValues.uniform(-1, 1))
        .connect("g", "y", Sparsity.dense())
        .connect(
            "x",
            "y",
            Sparsity.explicit(
                WeightMask.ofMatrix(
                    new boolean[][] {
                      {true, false, false, true},
                      {false, false, true, false},
                      {true, true, true, true}
                    })))
        .connectFixed(
            "y",
            "y",
            Sparsity.explicit(WeightMask.ofCells(3, 3, new long[] {1, 8})),
            WeightValues.explicit(0.1, -1.0 / 3))
        .output("y")
        .injection(Injection.IMPULSE)
        .seed(-42)
        .build();
  }

  static List<MultiLayerConfiguration> configurations() {
    IterativeMapLayer single =
        new IterativeMapLayer.Builder()
            .name("map")
            .map(everything())
            .steps(3)
            .activation(Activation.TANH)
            .weightInit("x", "h", WeightInit.RELU)
            .weightInit("g", "y", new WeightInitDistribution(new NormalDistribution(0, 0.05)))
            .biasInit(0.25)
            .build();
    IterativeMapRecurrentLayer recurrent =
        new IterativeMapRecurrentLayer.Builder()
            .map(everything())
            .steps(2)
            .weightInitRecurrent(WeightInit.UNIFORM)
            .weightInit("y", "h", WeightInit.ZERO)
            .build();
    return List.of(
        Networks.feedForward(Networks.conf(DataType.DOUBLE), single, 3)
            .getLayerWiseConfigurations(),
        Networks.recurrent(Networks.conf(DataType.DOUBLE), recurrent, 3)
            .getLayerWiseConfigurations());
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void jsonAndYamlComeBackEqual(MultiLayerConfiguration conf) {
    for (MultiLayerConfiguration back :
        List.of(
            MultiLayerConfiguration.fromJson(conf.toJson()),
            MultiLayerConfiguration.fromYaml(conf.toYaml()))) {
      assertEquals(conf, back);
      assertEquals(conf.toJson(), back.toJson());
      assertEquals(conf.getConf(0).getLayer().hashCode(), back.getConf(0).getLayer().hashCode());
      assertSameMasks(settings(conf), settings(back));
      assertNotSame(settings(conf), settings(back));
    }
  }

  /** Every part of the settings takes part in equality, so that the test above means something. */
  @Test
  void differentSettingsAreNotEqual() {
    BlockMap map = everything();
    IterativeMapLayer layer = new IterativeMapLayer.Builder().map(map).steps(3).build();
    assertEquals(layer, new IterativeMapLayer.Builder().map(everything()).steps(3).build());
    assertNotEquals(layer, new IterativeMapLayer.Builder().map(map).steps(4).build());
    assertNotEquals(layer, new IterativeMapLayer.Builder().map(map.withSeed(1)).steps(3).build());
    assertNotEquals(
        layer,
        new IterativeMapLayer.Builder().map(map.withInjection(Injection.HOLD)).steps(3).build());
    assertNotEquals(
        layer,
        new IterativeMapLayer.Builder()
            .map(map)
            .steps(3)
            .weightInit("x", "h", WeightInit.RELU)
            .build());
  }

  @Test
  void anOpenInputStaysOpen() {
    MultiLayerConfiguration conf =
        Networks.conf(DataType.FLOAT)
            .list()
            .layer(new IterativeMapLayer.Builder().nOut(6).density(0.5).build())
            .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(6).nOut(3).build())
            .build();
    MultiLayerConfiguration back = MultiLayerConfiguration.fromJson(conf.toJson());
    assertEquals(conf, back);
    assertTrue(settings(back).map().isOpen());
  }

  /** From the first release on, never change the file: later versions still read it. */
  @Test
  void aPinnedFileIsStillRead() throws IOException {
    MultiLayerConfiguration back = MultiLayerConfiguration.fromJson(resource(PINNED));
    MultiLayerConfiguration expected = configurations().get(0);
    assertEquals(expected.getConf(0).getLayer(), back.getConf(0).getLayer());
    assertSameMasks(settings(expected), settings(back));
    MultiLayerNetwork network = new MultiLayerNetwork(back);
    network.init();
    assertEquals(66, network.getLayer(0).numParams());
  }

  @Test
  void whatIsWrittenIsPinned() throws IOException {
    assertEquals(resource(PINNED).strip(), configurations().get(0).toJson());
  }

  /** A map of every function, wires, gates and normalisations, in a layer and in a vertex. */
  static ComputationGraphConfiguration gated() {
    return Networks.conf(DataType.FLOAT)
        .graphBuilder()
        .addInputs("tokens")
        .addLayer(
            "layer",
            new IterativeMapRecurrentLayer.Builder()
                .map(Graphs.everything(4))
                .steps(2)
                .biasInit("r", 1)
                .build(),
            "tokens")
        .addVertex(
            "vertex", new IterativeMapVertex(Graphs.everything(4), 2, "h"), "tokens", "tokens")
        .setOutputs("layer", "vertex")
        .build();
  }

  @Test
  void aPinnedGatedMapIsReadAndWrittenAgain() throws IOException {
    String pinned = resource(PINNED_GATED).strip();
    ComputationGraphConfiguration back = ComputationGraphConfiguration.fromJson(pinned);
    assertEquals(gated(), back);
    assertEquals(pinned, back.toJson());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\" : 3|\"version\" : 4|version 4",
        "\"steps\" : 3,||no field 'steps'",
        "\"steps\" : 3|\"steps\" : 0|.steps: found 0",
        "\"steps\" : 3|\"steps\" : \"three\"|.steps: found",
        "\"injection\" : \"IMPULSE\"|\"injection\" : \"DRIP\"|DRIP",
        "\"pattern\" : \"fanIn\"|\"pattern\" : \"fanOut\"|.blocks[1].sparsity.pattern: found \"fanOut\"",
        "\"values\" : \"uniform\"|\"values\" : \"lognormal\"|.fixed.values: found \"lognormal\"",
        "\"toSize\" : 3|\"toSize\" : -3|.toSize: found -3",
        "\"cells\" : \"|\"cells\" : \"!|Illegal base64",
        "\"cells\" : \"|\"cells\" : \"AAAA|packed numbers",
        "\"packed\" : \"|\"packed\" : \"AAAA|packed numbers",
        "\"output\" : \"y\"|\"output\" : \"z\"|unknown slot 'z'",
      })
  void aDamagedFileIsRefused(String found, String replacement, String message) throws IOException {
    String json = resource(PINNED);
    String damaged = json.replace(found, Objects.requireNonNullElse(replacement, ""));
    assertNotEquals(json, damaged);
    Throwable error =
        assertThrows(RuntimeException.class, () -> MultiLayerConfiguration.fromJson(damaged));
    String all =
        String.join(
            "\n",
            Stream.iterate(error, Objects::nonNull, Throwable::getCause)
                .map(Throwable::getMessage)
                .toList());
    assertTrue(all.contains(message), all);
  }

  @Test
  void damagedPackedNumbersAreRefused() throws IOException {
    int side = 90_000_000; // the gap to the last cell takes eight bytes
    WeightMask mask = WeightMask.ofCells(side, 3, new long[] {1, 5, 3L * side - 1});
    String good = PackedNumbers.packCells(mask);
    assertEquals(mask, PackedNumbers.unpackCells(good, side, 3));
    String one = PackedNumbers.pack(new double[] {1});
    assertArrayEquals(new double[] {1}, PackedNumbers.unpack(one, 1));
    for (String bad :
        List.of(
            "", // nothing
            good.substring(0, good.length() / 2 / 4 * 4), // cut off
            one.substring(0, 8),
            one.replace('A', 'B'))) {
      assertThrows(IOException.class, () -> PackedNumbers.unpackCells(bad, side, 3), bad);
      assertThrows(IOException.class, () -> PackedNumbers.unpack(bad, 9), bad);
    }
    assertThrows(IOException.class, () -> PackedNumbers.unpackCells(good, side, 2));
    assertThrows(IOException.class, () -> PackedNumbers.unpack(one, 0));
    assertThrows(IOException.class, () -> PackedNumbers.unpackCells(one, side, 3)); // left over
    assertThrows(IOException.class, () -> PackedNumbers.unpack(good, 9)); // too short
  }

  /** Any mask, with gaps of any length. */
  @Test
  void everyMaskIsUnpackedAsItWasPacked() throws IOException {
    for (long seed = 0; seed < 100; seed++) {
      RandomSource random = RandomSource.of(seed, "sizes");
      int from = 1 + (int) (300 * random.nextDouble());
      int to = 1 + (int) (300 * random.nextDouble());
      double density = seed % 10 == 0 ? 1 : Math.pow(random.nextDouble(), 3);
      WeightMask mask = Sparsity.bernoulli(density).draw(from, to, random);
      assertEquals(mask, PackedNumbers.unpackCells(PackedNumbers.packCells(mask), from, to));
    }
  }

  /** Output bit for bit and one more training step in another process. */
  @Test
  void aModelFileWorksInAFreshProcess(@TempDir Path folder) throws Exception {
    for (boolean recurrent : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          Networks.network(
              Networks.conf(DataType.FLOAT).updater(new Adam(0.01)).l2(1e-3), recurrent);
      DataSet data = Networks.data(recurrent);
      network.fit(data);
      network.fit(data);
      network.save(folder.resolve("model" + recurrent + ".zip").toFile(), true);
      network.output(data.getFeatures());
      write(network.output(data.getFeatures()), folder.resolve("output" + recurrent));
      network.fit(data);
      write(network.params(), folder.resolve("params" + recurrent));
      write(network.getUpdater().getStateViewArray(), folder.resolve("updater" + recurrent));
    }
    FreshJvm.run(FreshProcess.class, folder);
    for (boolean recurrent : new boolean[] {false, true}) {
      for (String what : List.of("output", "params", "updater")) {
        byte[] expected = Files.readAllBytes(folder.resolve(what + recurrent));
        byte[] actual = Files.readAllBytes(folder.resolve("fresh-" + what + recurrent));
        assertTrue(expected.length > 10);
        assertArrayEquals(expected, actual, what + recurrent);
      }
    }
  }

  /** The other process. */
  static final class FreshProcess {
    private FreshProcess() {}

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      for (boolean recurrent : new boolean[] {false, true}) {
        File model = folder.resolve("model" + recurrent + ".zip").toFile();
        MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(model, true);
        DataSet data = Networks.data(recurrent);
        write(network.output(data.getFeatures()), folder.resolve("fresh-output" + recurrent));
        network.fit(data);
        write(network.params(), folder.resolve("fresh-params" + recurrent));
        write(
            network.getUpdater().getStateViewArray(), folder.resolve("fresh-updater" + recurrent));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCloneIsEqualAndItsOwn(boolean recurrent) {
    MultiLayerNetwork network =
        Networks.network(Networks.conf(DataType.DOUBLE).updater(new Adam(0.01)), recurrent);
    DataSet data = Networks.data(recurrent);
    network.fit(data);
    MultiLayerNetwork clone = network.clone();
    assertEquals(network.getLayerWiseConfigurations(), clone.getLayerWiseConfigurations());
    assertEquals(network.params(), clone.params());
    assertEquals(network.output(data.getFeatures()), clone.output(data.getFeatures()));
    INDArray before = network.params().dup();
    clone.fit(data);
    assertEquals(before, network.params());
    network.fit(data);
    assertEquals(network.params(), clone.params());
  }

  private static void assertSameMasks(MapSettings expected, MapSettings actual) {
    List<RealizedBlock> blocks = expected.realized().blocks();
    assertEquals(blocks.size(), actual.realized().blocks().size());
    for (int b = 0; b < blocks.size(); b++) {
      RealizedBlock block = actual.realized().blocks().get(b);
      assertEquals(blocks.get(b).mask(), block.mask());
      assertArrayEquals(blocks.get(b).fixedValues(), block.fixedValues());
    }
  }

  private static MapSettings settings(MultiLayerConfiguration conf) {
    return ((IterativeMapConf) conf.getConf(0).getLayer()).getSettings();
  }

  private static void write(INDArray array, Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    for (float value : array.dup('c').data().asFloat()) {
      text.append(Float.toHexString(value)).append('\n');
    }
    Files.writeString(file, text);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = SavingTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
