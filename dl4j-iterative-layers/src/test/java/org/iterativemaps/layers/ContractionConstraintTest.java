package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.Contraction;
import org.iterativemaps.dynamics.MapStep;
import org.iterativemaps.dynamics.SlotNorm;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.SparseMatrix;
import org.iterativemaps.map.values.SpectralNorm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

class ContractionConstraintTest {
  private static final double LIMIT = 0.95;
  private static final IActivation NONE = null;

  /** Three recurrent networks that hear of each other, and a read-out. */
  private static BlockMap assembly() {
    return BlockMap.builder()
        .input("x", 4)
        .state("a", 7, Activation.TANH)
        .state("b", 6, Activation.RELU)
        .state("c", 5, Activation.SIGMOID)
        .state("y", 3, Activation.IDENTITY)
        .connect("x", "a", Sparsity.dense())
        .connect("a", "a", Sparsity.density(0.6))
        .connect("b", "b", Sparsity.dense())
        .connect("c", "c", Sparsity.density(0.5))
        .connect("a", "b", Sparsity.density(0.5))
        .connect("b", "c", Sparsity.dense())
        .connect("c", "a", Sparsity.dense())
        .connect("c", "y", Sparsity.dense())
        .output("y")
        .build();
  }

  private static IterativeMapRecurrentLayer.Builder layer() {
    return new IterativeMapRecurrentLayer.Builder().map(assembly()).steps(2);
  }

  private static MultiLayerNetwork network(
      DataType type, long seed, IterativeMapRecurrentLayer layer) {
    return Networks.recurrent(Networks.conf(type).seed(seed).updater(new Adam(0.05)), layer, 3);
  }

  private static MapWeights weights(MultiLayerNetwork network) {
    return LayerWeights.read(network.getLayer(0));
  }

  private static double[] normal(int size, long seed) {
    RandomSource random = RandomSource.of(seed, "normal");
    double[] values = new double[size];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  /** Trained to be wild, it stays a contraction, in every step from every pair of states. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void trainingNeverLeavesTheContractions(long seed) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      MultiLayerNetwork free = network(type, seed, layer().build());
      MultiLayerNetwork bound =
          network(type, seed, layer().constrainWeights(new ContractionConstraint(LIMIT)).build());
      bound.applyConstraints(0, 0);
      DataSet data = Networks.data(true);
      DataSet typed = new DataSet(data.getFeatures().castTo(type), data.getLabels().castTo(type));
      double first = bound.score(typed);
      for (int i = 0; i < 12; i++) {
        double rate = Contraction.of(weights(bound), NONE).rate();
        assertTrue(rate <= LIMIT && rate > 0, "rate " + rate + " before update " + i);
        bound.fit(typed);
        free.fit(typed);
      }
      assertTrue(bound.score(typed) < first, "it learns");
      assertTrue(Contraction.of(weights(free), NONE).rate() > 1, "without, the bound is broken");
      Contraction contraction = Contraction.of(weights(bound), NONE);
      assertEquals(LIMIT, contraction.rate(), 1e-4); // it is what holds it back
      perturb(MapStep.of(weights(bound), NONE, new double[4]), contraction.norm(LIMIT), seed);
    }
  }

  private static void perturb(MapStep step, SlotNorm norm, long seed) {
    for (double spread : new double[] {1e-4, 1, 50}) {
      double[] one = normal(step.size(), seed);
      double[] other = normal(step.size(), seed + 100);
      Arrays.setAll(other, i -> one[i] + spread * other[i]);
      double[][] states = {one, other};
      double distance = norm.distance(one, other);
      for (int t = 0; t < 30; t++) {
        states = step.withToken(normal(4, 10 * seed + t)).apply(states);
        double next = norm.distance(states[0], states[1]);
        assertTrue(next <= LIMIT * distance + 1e-13, next + " after " + distance);
        distance = next;
      }
    }
  }

  /** The network itself forgets where it started. */
  @Test
  void aNetworkForgets() {
    MultiLayerNetwork network =
        network(
            DataType.DOUBLE, 3, layer().constrainRecurrent(new ContractionConstraint(0.6)).build());
    for (int i = 0; i < 5; i++) {
      network.fit(Networks.data(true));
    }
    INDArray tokens = Networks.normal(5, 2, 4, 40); // two examples, alike but for the first token
    tokens.slice(1).assign(tokens.slice(0));
    tokens.putScalar(new int[] {1, 0, 0}, 100);
    INDArray out = network.output(tokens);
    double[] last = new double[2];
    for (int row = 0; row < 2; row++) {
      last[row] = out.getDouble(row, 0, 39);
    }
    assertNotEquals(out.getDouble(0, 0, 2), out.getDouble(1, 0, 2), 1e-9);
    assertEquals(last[0], last[1], 1e-10);
  }

  @Test
  void normsOfSingleBlocks() {
    SpectralNormConstraint all = new SpectralNormConstraint(0.7);
    SpectralNormConstraint some = new SpectralNormConstraint(0.4, "a->a", "c->a");
    MultiLayerNetwork network =
        network(DataType.FLOAT, 1, layer().constrainWeights(all, some).build());
    MultiLayerNetwork before = network.clone();
    network.fit(Networks.data(true));
    before.fit(Networks.data(true));
    MapWeights weights = weights(network);
    weights
        .realized()
        .blocks()
        .forEach(
            block -> {
              String name = block.block().name();
              double limit = name.equals("a->a") || name.equals("c->a") ? 0.4 : 0.7;
              double norm = SpectralNorm.of(SparseMatrix.of(block.mask(), weights.values(block)));
              assertTrue(norm <= limit, name + " " + norm);
              assertTrue(norm > limit - 1e-5 || name.equals("x->a"), name + " " + norm);
            });
    assertArrayEquals(weights.bias("a"), weights(before).bias("a"));
  }

  @Test
  void gatedMapsHaveNorms() {
    BlockMap lstm = GatedMaps.lstm(3).nIn(4).build();
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .map(lstm)
            .constrainWeights(new SpectralNormConstraint(0.2))
            .build();
    MultiLayerNetwork network = network(DataType.DOUBLE, 1, layer);
    network.applyConstraints(0, 0);
    MapWeights weights = weights(network);
    weights.realized().parameters().stream()
        .filter(p -> p.mask() != null)
        .forEach(
            p ->
                assertTrue(
                    SpectralNorm.of(SparseMatrix.of(p.mask(), weights.values(p.key()))) <= 0.2));
  }

  /** Wrapped, and come back from a file, it is still there. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void inWrappersAndFiles(boolean isBidirectional, @TempDir Path folder) throws IOException {
    IterativeMapRecurrentLayer map =
        layer().constrainWeights(new ContractionConstraint(0.5)).build();
    Layer wrapped =
        isBidirectional
            ? new Bidirectional(Bidirectional.Mode.ADD, map)
            : new MaskZeroLayer(map, 0);
    MultiLayerNetwork network =
        Networks.recurrent(Networks.conf(DataType.FLOAT).updater(new Adam(0.05)), wrapped, 3);
    Path file = folder.resolve("network.zip");
    network.save(file.toFile());
    MultiLayerNetwork read = MultiLayerNetwork.load(file.toFile(), true);
    for (MultiLayerNetwork each : List.of(network, read)) {
      each.fit(Networks.data(true));
      List<String> prefixes = isBidirectional ? List.of("f", "b") : List.of("");
      for (String prefix : prefixes) {
        RealizedMap realized = map.getSettings().realized();
        MapWeights weights = LayerWeights.read(realized, each.getLayer(0).paramTable(), prefix);
        assertEquals(0.5, Contraction.of(weights, NONE).rate(), 1e-5);
      }
    }
  }

  @Test
  void bothWaysThroughJson() {
    MultiLayerNetwork network =
        network(
            DataType.FLOAT,
            1,
            layer()
                .constrainWeights(
                    new ContractionConstraint(0.9), new SpectralNormConstraint(2, "a->a"))
                .build());
    MultiLayerConfiguration conf = network.getLayerWiseConfigurations();
    for (MultiLayerConfiguration read :
        List.of(
            MultiLayerConfiguration.fromJson(conf.toJson()),
            MultiLayerConfiguration.fromYaml(conf.toYaml()),
            conf.clone())) {
      assertEquals(conf, read);
      List<LayerConstraint> constraints = read.getConf(0).getLayer().getConstraints();
      assertEquals(0.9, ((ContractionConstraint) constraints.get(0)).getLimit());
      assertEquals(List.of("a->a"), ((SpectralNormConstraint) constraints.get(1)).getBlocks());
      assertTrue(constraints.get(0).getParams().contains("W[a->b]"));
    }
    assertNotEquals(new SpectralNormConstraint(2, "a"), new SpectralNormConstraint(2, "b"));
    assertNotEquals(new ContractionConstraint(0.2), new ContractionConstraint(0.3));
  }

  @Test
  void whatDoesNotFitIsRefused() {
    for (double limit : new double[] {0, 1, -1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new ContractionConstraint(limit));
    }
    for (double limit : new double[] {0, -1, Double.NaN, 1.0 / 0}) {
      assertThrows(IllegalArgumentException.class, () -> new SpectralNormConstraint(limit));
    }
    LayerConstraint contraction = new ContractionConstraint(0.9);
    refused("all weights between state slots", () -> layer().constrainBias(contraction).build());
    refused(
        "all weights between state slots",
        () -> layer().constrainInputWeights(contraction).build());
    refused(
        "slope depends on the state",
        () ->
            new IterativeMapRecurrentLayer.Builder()
                .map(GatedMaps.gru(3).nIn(4).build())
                .constrainWeights(contraction)
                .build());
    refused(
        "no largest slope",
        () ->
            network(
                DataType.FLOAT,
                1,
                new IterativeMapRecurrentLayer.Builder()
                    .nIn(4)
                    .nOut(3)
                    .activation(Activation.CUBE)
                    .constrainWeights(contraction)
                    .build()));
    LayerConstraint norm = new SpectralNormConstraint(1, "a->z");
    refused("'a->z', expected one of", () -> layer().constrainWeights(norm).build());
    refused("bias is a vector", () -> layer().constrainBias(new SpectralNormConstraint(1)).build());
    MultiLayerNetwork dense =
        Networks.feedForward(
            Networks.sgd(1),
            new DenseLayer.Builder().nIn(4).nOut(3).constrainWeights(contraction).build(),
            3);
    refused(
        "layers that run a map",
        () -> {
          dense.fit(Networks.data(false));
          return null;
        });
    MultiLayerNetwork broken =
        network(
            DataType.FLOAT, 1, layer().constrainWeights(new ContractionConstraint(0.9)).build());
    broken.getLayer(0).getParam("W[a->a]").putScalar(0, Float.NaN);
    String message =
        assertThrows(IllegalArgumentException.class, () -> broken.applyConstraints(0, 0))
            .getMessage();
    assertTrue(message.contains("not finite"), message);
  }

  private static void refused(String part, Supplier<Object> call) {
    String message = assertThrows(DL4JInvalidConfigException.class, call::get).getMessage();
    assertTrue(message.contains(part), message);
  }
}
