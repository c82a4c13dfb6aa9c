package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.EchoStateByDuals.Way;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.surgery.LiveMaps;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;

class EchoStateByDualsTest {
  private static final int UNITS = 7;
  private static final int INPUTS = 3;
  private static final int CLASSES = 2;
  private static final int SAMPLES = 6;
  private static final int TIME = 5;
  private static final double LIMIT = 0.8;
  private static final String KEY = "0_W[h->h]";

  @TempDir private Path folder;

  @Test
  void rowsComeDown() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<List<Way>> outcome =
        Notebook.run(
            new EchoStateByDuals(),
            new PrintWriter(printed),
            "--quick",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    List<Way> ways = outcome.result();
    assertEquals(4, ways.size());
    double free = ways.get(0).lastSums()[0];
    double duals = ways.get(1).lastSums()[0];
    assertTrue(free > 2 && duals < 0.8 * free, printed.toString());
    assertTrue(ways.get(1).multipliers()[0] > 0, printed.toString());
    assertEquals(0, ways.get(0).multipliers()[0]);
    assertTrue(ways.get(2).lastSums()[0] <= 0.97 + 1e-6, printed.toString());
    assertTrue(ways.get(3).rates()[0] <= 0.97 + 1e-6, printed.toString());
    for (Way way : ways) {
      assertTrue(way.accuracy()[0] > 0.3, printed.toString()); // chance is 0.1
    }
    Browser.checkPage(outcome.page(), 1);
  }

  /** One step of gradient descent goes down the Lagrangian of plain loops. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void weightsGoDownTheLagrangian(long seed) {
    MultiLayerNetwork network = network(new Sgd(1), seed);
    RowSumDuals duals = new RowSumDuals(network, 0, "h", LIMIT, 0.01);
    for (int i = 0; i < 3; i++) {
      duals.iterationDone(network, i, 0);
    }
    double[] multipliers = duals.multipliers();
    assertTrue(Arrays.stream(multipliers).max().orElseThrow() > 0.01);
    MapWeights weights = LiveMaps.weights(network, "#0");
    double[][] matrix = weights.matrix("h", "h");
    DataSet data = data(seed);
    double[][] slopes = new double[UNITS][UNITS];
    for (int i = 0; i < UNITS; i++) {
      for (int j = 0; j < UNITS; j++) {
        double before = matrix[i][j];
        if (before != 0) { // the mask
          matrix[i][j] = before + 1e-5;
          double above = lagrangian(network, weights, matrix, multipliers, data);
          matrix[i][j] = before - 1e-5;
          double below = lagrangian(network, weights, matrix, multipliers, data);
          slopes[i][j] = (above - below) / 2e-5;
          matrix[i][j] = before;
        }
      }
    }
    network.addListeners(duals);
    network.fit(data);
    double[][] after = LiveMaps.weights(network, "#0").matrix("h", "h");
    for (int i = 0; i < UNITS; i++) {
      for (int j = 0; j < UNITS; j++) {
        assertEquals(matrix[i][j] - slopes[i][j], after[i][j], 1e-8);
      }
    }
  }

  /** max(0, lambda + rate (sum - limit)), also where rows are below the limit. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void multipliersGoUpAndNeverBelowZero(long seed) {
    MultiLayerNetwork network = network(new Sgd(0.3), seed);
    RowSumDuals duals = new RowSumDuals(network, 0, "h", LIMIT, 0.5);
    network.addListeners(duals);
    double[] expected = new double[UNITS];
    int zeros = 0;
    for (int update = 0; update < 30; update++) {
      network.fit(data(seed));
      double[][] matrix = LiveMaps.weights(network, "#0").matrix("h", "h");
      for (int i = 0; i < UNITS; i++) {
        double sum = 0;
        for (double weight : matrix[i]) {
          sum += weight < 0 ? -weight : weight;
        }
        double next = expected[i] + 0.5 * (sum - LIMIT);
        expected[i] = next > 0 ? next : 0;
        zeros += expected[i] == 0 ? 1 : 0;
      }
      assertArrayEquals(expected, duals.multipliers(), 1e-12);
    }
    assertTrue(zeros > 0 && zeros < 30 * UNITS, () -> "both kinds have to be seen");
  }

  /** In the end rows keep to the limit, and multipliers stay where rows are at it. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void theConstraintHoldsInTheEnd(long seed) {
    MultiLayerNetwork network = network(new Sgd(0.1), seed);
    RowSumDuals duals = new RowSumDuals(network, 0, "h", LIMIT, 0.2);
    network.addListeners(duals);
    DataSet data = data(seed);
    for (int update = 0; update < 500; update++) {
      network.fit(data);
    }
    MapWeights weights = LiveMaps.weights(network, "#0");
    double[] sums = RowSumDuals.rowSums(weights.mask("h", "h"), weights.weights("h", "h"));
    double[] multipliers = duals.multipliers();
    for (int i = 0; i < UNITS; i++) {
      assertTrue(sums[i] <= LIMIT + 0.02, Arrays.toString(sums));
      assertTrue(multipliers[i] >= 0, Arrays.toString(multipliers));
      assertEquals(0, multipliers[i] * (sums[i] - LIMIT), 0.002);
    }
  }

  @Test
  void scalingMakesOnlyRowsAboveTheLimitSmaller() {
    MultiLayerNetwork network = network(new Sgd(0.1), 1);
    double[][] before = LiveMaps.weights(network, "#0").matrix("h", "h");
    double[] sums = new double[UNITS];
    Arrays.setAll(sums, i -> Arrays.stream(before[i]).map(Math::abs).sum());
    double limit = Arrays.stream(sums).sorted().skip(UNITS / 2).findFirst().orElseThrow() - 1e-3;
    new RowSumDuals(network, 0, "h", limit, 1).scaling().iterationDone(network, 0, 0);
    double[][] after = LiveMaps.weights(network, "#0").matrix("h", "h");
    for (int i = 0; i < UNITS; i++) {
      for (int j = 0; j < UNITS; j++) {
        double expected = sums[i] > limit ? before[i][j] * limit / sums[i] : before[i][j];
        assertEquals(expected, after[i][j], 1e-12);
      }
    }
  }

  @Test
  void whatIsNoLimitOrRateIsRefused() {
    MultiLayerNetwork network = network(new Sgd(0.1), 1);
    double[][] wrong = {{0, 1}, {1, 0}, {Double.NaN, 1}, {1, Double.POSITIVE_INFINITY}, {-1, 1}};
    for (double[] pair : wrong) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> new RowSumDuals(network, 0, "h", pair[0], pair[1]));
      assertTrue(refused.getMessage().contains("found " + pair[0] + " and " + pair[1]));
    }
  }

  private static MultiLayerNetwork network(IUpdater updater, long seed) {
    IterativeMapRecurrentLayer map =
        new IterativeMapRecurrentLayer.Builder()
            .nOut(UNITS)
            .hiddenSparsity(Sparsity.fanIn(4))
            .activation(Activation.TANH)
            .build();
    return EchoStateByDuals.network(map, INPUTS, CLASSES, updater, DataType.DOUBLE, seed);
  }

  private static DataSet data(long seed) {
    RandomSource random = RandomSource.of(seed, "sequences");
    double[][][] features = new double[SAMPLES][INPUTS][TIME];
    double[][] labels = new double[SAMPLES][CLASSES];
    for (int n = 0; n < SAMPLES; n++) {
      for (double[] row : features[n]) {
        Arrays.setAll(row, t -> 2 * random.nextDouble() - 1);
      }
      labels[n][n % CLASSES] = 1;
    }
    return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
  }

  private static double lagrangian(
      MultiLayerNetwork network,
      MapWeights weights,
      double[][] matrix,
      double[] multipliers,
      DataSet data) {
    double value = loss(network, weights, matrix, data);
    for (int i = 0; i < UNITS; i++) {
      double sum = 0;
      for (double weight : matrix[i]) {
        sum += Math.abs(weight);
      }
      value += multipliers[i] * (sum - LIMIT);
    }
    return value;
  }

  /** h = tanh(A x_t + W h + b) along time, then softmax(h V + c): the mean of -log p. */
  private static double loss(
      MultiLayerNetwork network, MapWeights weights, double[][] matrix, DataSet data) {
    double[][] input = weights.matrix("x", "h");
    double[] bias = weights.bias("h");
    double[][] readOut = network.getParam("1_W").toDoubleMatrix();
    double[] offset = LayerWeights.numbers(network.getParam("1_b"));
    double loss = 0;
    for (int n = 0; n < SAMPLES; n++) {
      double[] h = new double[UNITS];
      for (int t = 0; t < TIME; t++) {
        double[] next = bias.clone();
        for (int i = 0; i < UNITS; i++) {
          for (int j = 0; j < INPUTS; j++) {
            next[i] += input[i][j] * data.getFeatures().getDouble(n, j, t);
          }
          for (int j = 0; j < UNITS; j++) {
            next[i] += matrix[i][j] * h[j];
          }
          next[i] = Math.tanh(next[i]);
        }
        h = next;
      }
      double all = 0;
      double own = 0;
      for (int c = 0; c < CLASSES; c++) {
        double sum = offset[c];
        for (int i = 0; i < UNITS; i++) {
          sum += h[i] * readOut[i][c];
        }
        all += Math.exp(sum);
        own += data.getLabels().getDouble(n, c) * sum;
      }
      loss += (Math.log(all) - own) / SAMPLES;
    }
    return loss;
  }
}
