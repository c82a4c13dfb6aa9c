package org.iterativemaps.surgery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.convert.Unrolling;
import org.iterativemaps.convert.numpy.NpyArray;
import org.iterativemaps.convert.numpy.NumpyWeights;
import org.iterativemaps.convert.numpy.Orientation;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What can be done to the map of an LSTM, as to any other map; and what cannot, and why. */
class ConvertedLstmTest {
  private static final int IN = 3;
  private static final int UNITS = 10;
  private static final int OUT = 2;

  private static MultiLayerNetwork converted(boolean isBidirectional) {
    LSTM lstm = new LSTM.Builder().name("memory").nIn(IN).nOut(UNITS).build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Nets.conf(DataType.DOUBLE, new Adam(0.01))
                .list()
                .layer(isBidirectional ? new Bidirectional(lstm) : lstm)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(isBidirectional ? 2 * UNITS : UNITS)
                        .nOut(OUT)
                        .build())
                .setInputType(InputType.recurrent(IN))
                .build());
    network.init();
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    map.fit(data());
    return map;
  }

  private static DataSet data() {
    Nd4j.getRandom().setSeed(12);
    return new DataSet(
        Nd4j.randn(DataType.DOUBLE, 6, IN, 7), Nd4j.rand(DataType.DOUBLE, 6, OUT, 7));
  }

  private static RealizedMap map(MultiLayerNetwork network) {
    return LiveMaps.settings(network, LiveMaps.layers(network).get(0)).realized();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void prunedTrainedOnSavedAndReloaded(boolean isBidirectional, @TempDir Path folder)
      throws Exception {
    MultiLayerNetwork network = converted(isBidirectional);
    Surgery.prune(network, BlockChoice.all(), 0.9, Scope.PER_BLOCK);
    int trained = 0;
    for (RealizedBlock block : map(network).blocks()) {
      if (block.block().isTrainable()) {
        trained++;
        assertEquals(0.1, block.mask().density(), 0.05, block.block().name());
      }
    }
    assertEquals(8, trained);
    double before = network.score(data());
    for (int i = 0; i < 30; i++) {
      network.fit(data());
    }
    double after = network.score(data());
    assertTrue(after < before, before + " to " + after);

    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    MultiLayerNetwork loaded = ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    assertEquals(network.params(), loaded.params());
    INDArray features = data().getFeatures();
    assertEquals(network.output(features), loaded.output(features));
    network.fit(data());
    loaded.fit(data());
    assertEquals(network.params(), loaded.params());
  }

  /** Pruning is the same as zeros in the network that it came from. */
  @Test
  void prunedIsTheOldOneWithZeros() {
    MultiLayerNetwork network = converted(false);
    MultiLayerNetwork pruned = network.clone();
    Surgery.prune(pruned, BlockChoice.all(), 0.7, Scope.GLOBAL);
    MapWeights left = LayerWeights.read(pruned.getLayer(0));
    for (RealizedBlock block : map(network).blocks()) {
      if (block.block().isTrainable()) {
        double[][] matrix = left.matrix(block.block().from(), block.block().to());
        INDArray flat = Nd4j.createFromArray(matrix);
        network.setParam("0_W[" + block.block().name() + "]", flat.reshape(flat.length()));
      }
    }
    INDArray features = data().getFeatures();
    assertTrue(
        Magnitude.largestDifference(network.output(features), pruned.output(features)) < 1e-12);
  }

  @Test
  void rewiredFrozenAndThawed() {
    MultiLayerNetwork network = converted(false);
    Surgery.prune(network, BlockChoice.all(), 0.5, Scope.PER_BLOCK);
    long weights = map(network).trainableWeights();
    Surgery.rewireAtRandom(network, BlockChoice.all(), 0.3, 5);
    network.fit(data());
    Surgery.rewireByGradient(network, BlockChoice.all(), 0.3);
    assertEquals(weights, map(network).trainableWeights());
    INDArray features = data().getFeatures();
    INDArray output = network.output(features);
    long parameters = network.numParams();
    Freezing.freeze(network, "memory", "h", "f");
    assertTrue(network.numParams() < parameters);
    assertTrue(Magnitude.largestDifference(output, network.output(features)) < 1e-12);
    network.fit(data());
    Freezing.thaw(network, "memory", "h", "f");
    assertEquals(parameters, network.numParams());
  }

  @Test
  void moreStepsAfterTraining() {
    MultiLayerNetwork network = converted(false);
    INDArray features = data().getFeatures();
    INDArray once = network.output(features);
    MapKnobs knobs = MapKnobs.of(network);
    knobs.steps(3);
    assertTrue(Magnitude.largestDifference(once, network.output(features)) > 1e-3);
    knobs.steps(1);
    assertEquals(once, network.output(features));
  }

  @Test
  void summarised() {
    String summary = MapSummary.of(converted(false));
    assertTrue(summary.contains("h->f") && summary.contains("fused kernel"), summary);
  }

  @Test
  void toNumpyAndBack(@TempDir Path folder) throws Exception {
    MapWeights weights = LayerWeights.read(converted(false).getLayer(0));
    Path file = folder.resolve("weights.npz");
    NumpyWeights.write(file, weights, Orientation.TO_FROM, NpyArray.Precision.DOUBLE);
    assertTrue(Files.size(file) > 0);
    MapWeights read = NumpyWeights.read(file, weights.map(), Orientation.TO_FROM);
    for (String key : List.of("W[h->f]", "W[x->o]", "b[f]")) {
      double[] expected = weights.values(key);
      double[] found = read.values(key);
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], found[i], 1e-6, key);
      }
    }
  }

  @Test
  void whatCannotBeDoneSaysWhichBlockAndWhy() {
    MultiLayerNetwork network = converted(false);
    String output = "slot 'h' is the map's output";
    refused(() -> Surgery.grow(network, "memory", "c", 2, 1), "slot 'c': " + output, "one size");
    refused(() -> Surgery.shrink(network, "memory", "f", 2), "slot 'f': " + output, "one size");
    refused(
        () -> Surgery.prune(network, BlockChoice.all().named("f,c->m"), 0.5, Scope.GLOBAL),
        "f,c->m",
        "only weights of linear blocks");
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    refused(() -> Unrolling.unroll(weights, 2), "unroll", "f,c->m");
  }

  private static void refused(Executable call, String... parts) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
