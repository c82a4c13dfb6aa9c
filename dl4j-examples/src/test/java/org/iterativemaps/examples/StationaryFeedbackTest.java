package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.StationaryFeedback.Result;
import org.iterativemaps.examples.StationaryFeedback.Trained;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class StationaryFeedbackTest {
  private static final int PIXELS = 5;
  private static final int UNITS = 6;
  private static final int CLASSES = 3;
  private static final int SAMPLES = 4;

  @TempDir private Path folder;

  @Test
  void feedbackLearnsToReadDigits() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<Result> outcome =
        Notebook.run(
            new StationaryFeedback(),
            new PrintWriter(printed),
            "--quick",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    List<Trained> ways = outcome.result().ways();
    assertEquals(4, ways.size());
    for (Trained way : ways) {
      double[] accuracy = way.accuracy()[0];
      assertTrue(accuracy[accuracy.length - 1] > 0.2, printed.toString()); // chance is 0.1
      int least = way.before()[0].length - 1;
      boolean isSymmetric = way.name().contains("symmetric");
      for (double cosine : new double[] {way.before()[0][least], way.after()[0][least]}) {
        assertTrue(cosine > 0.2, printed.toString());
        assertEquals(isSymmetric, cosine > 0.999, printed.toString());
      }
    }
    Browser.checkPage(outcome.page(), 1);
  }

  /** The loss of plain loops that settle, differentiated by differences. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void symmetricWeightsGiveTheGradient(long seed) {
    MultiLayerNetwork network = network(seed);
    FeedbackMap.makeSymmetric(network);
    DataSet data = data(seed);
    double[] expected = byDifferences(network, data);
    double size = new ArrayRealVector(expected, false).getNorm();
    assertTrue(size > 0.01, () -> "" + size);
    assertArrayEquals(expected, all(NudgedGradient.exact(network, data)), 1e-7);
    double first = apart(expected, NudgedGradient.of(network, data, 1e-2)) / size;
    double second = apart(expected, NudgedGradient.of(network, data, 1e-3)) / size;
    assertTrue(first < 0.02, () -> "" + first);
    assertEquals(0.1, second / first, 0.02); // the error is of the order of beta
  }

  /** (D^-1 - W)^-1 g in place of the transposed: for weights of any kind. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void anyWeightsFeedBackAlongThemselves(long seed) {
    MultiLayerNetwork network = network(seed);
    DataSet data = data(seed);
    double[] exact = all(NudgedGradient.exact(network, data));
    assertArrayEquals(byDifferences(network, data), exact, 1e-7);
    assertArrayEquals(solved(network, data, true), exact, 1e-8);
    double[] expected = solved(network, data, false);
    double[] found = all(NudgedGradient.of(network, data, 1e-4));
    assertArrayEquals(expected, found, 1e-4);
    assertTrue(new ArrayRealVector(exact).cosine(new ArrayRealVector(found)) < 0.999);
  }

  @Test
  void whatIsNoStrengthIsRefused() {
    MultiLayerNetwork network = network(1);
    DataSet data = data(1);
    for (double beta : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> NudgedGradient.of(network, data, beta));
      assertTrue(refused.getMessage().contains("beta: found " + beta), refused::getMessage);
    }
  }

  private static MultiLayerNetwork network(long seed) {
    return FeedbackMap.network(PIXELS, UNITS, CLASSES, 1e-13, seed);
  }

  private static DataSet data(long seed) {
    RandomSource random = RandomSource.of(seed, "data");
    double[][] pixels = new double[SAMPLES][PIXELS];
    double[][] labels = new double[SAMPLES][CLASSES];
    for (int i = 0; i < SAMPLES; i++) {
      Arrays.setAll(pixels[i], j -> 2 * random.nextDouble() - 1);
      labels[i][i % CLASSES] = 1;
    }
    return new DataSet(Nd4j.createFromArray(pixels), Nd4j.createFromArray(labels));
  }

  private static double[] all(NudgedGradient gradient) {
    return all(gradient.parameters());
  }

  private static double[] all(Map<String, double[]> numbers) {
    return new TreeMap<>(numbers)
        .values().stream().flatMapToDouble(Arrays::stream).toArray(); // by key
  }

  private static double apart(double[] expected, NudgedGradient found) {
    return new ArrayRealVector(expected, false).getDistance(new ArrayRealVector(all(found), false));
  }

  private static double[] byDifferences(MultiLayerNetwork network, DataSet data) {
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    Map<String, double[]> gradient = new HashMap<>();
    Map<String, double[]> values = FeedbackMap.values(weights);
    values.forEach(
        (key, numbers) -> {
          double[] slopes = new double[numbers.length];
          for (int i = 0; i < numbers.length; i++) {
            double before = numbers[i];
            numbers[i] = before + 1e-5;
            double above = loss(new MapWeights(weights.realized(), values), data);
            numbers[i] = before - 1e-5;
            double below = loss(new MapWeights(weights.realized(), values), data);
            numbers[i] = before;
            slopes[i] = (above - below) / 2e-5;
          }
          gradient.put(key, slopes);
        });
    return all(gradient);
  }

  /** Mean over the samples of |y - t|² where the map has settled. */
  private static double loss(MapWeights weights, DataSet data) {
    double[][] labels = data.getLabels().toDoubleMatrix();
    double loss = 0;
    for (int sample = 0; sample < SAMPLES; sample++) {
      double[] state = settled(weights, data.getFeatures().toDoubleMatrix()[sample]);
      for (int i = 0; i < CLASSES; i++) {
        double error = state[UNITS + i] - labels[sample][i];
        loss += error * error / SAMPLES;
      }
    }
    return loss;
  }

  /** h, then y: h = tanh(A x + U h + B y + b), y = C h + c, two hundred times. */
  private static double[] settled(MapWeights weights, double[] pixels) {
    double[][] input = weights.matrix("x", "h");
    double[][] loop = weights.matrix("h", "h");
    double[][] back = weights.matrix("y", "h");
    double[][] there = weights.matrix("h", "y");
    double[] b = weights.bias("h");
    double[] c = weights.bias("y");
    double[] state = new double[UNITS + CLASSES];
    for (int step = 0; step < 200; step++) {
      double[] next = new double[state.length];
      for (int i = 0; i < UNITS; i++) {
        double sum = b[i];
        for (int j = 0; j < PIXELS; j++) {
          sum += input[i][j] * pixels[j];
        }
        for (int j = 0; j < UNITS; j++) {
          sum += loop[i][j] * state[j];
        }
        for (int j = 0; j < CLASSES; j++) {
          sum += back[i][j] * state[UNITS + j];
        }
        next[i] = Math.tanh(sum);
      }
      for (int i = 0; i < CLASSES; i++) {
        next[UNITS + i] = c[i];
        for (int j = 0; j < UNITS; j++) {
          next[UNITS + i] += there[i][j] * state[j];
        }
      }
      state = next;
    }
    return state;
  }

  /** The outer product of (D^-1 - W)^-1 g, W transposed or not, and of the state. */
  private static double[] solved(MultiLayerNetwork network, DataSet data, boolean isTransposed) {
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    RealMatrix all = new Array2DRowRealMatrix(UNITS + CLASSES, UNITS + CLASSES);
    all.setSubMatrix(weights.matrix("h", "h"), 0, 0);
    all.setSubMatrix(weights.matrix("y", "h"), 0, UNITS);
    all.setSubMatrix(weights.matrix("h", "y"), UNITS, 0);
    Map<String, double[]> gradient = FeedbackMap.values(weights);
    gradient.values().forEach(numbers -> Arrays.fill(numbers, 0));
    for (int sample = 0; sample < SAMPLES; sample++) {
      double[] pixels = data.getFeatures().toDoubleMatrix()[sample];
      double[] s = settled(weights, pixels);
      RealMatrix matrix = (isTransposed ? all.transpose() : all).scalarMultiply(-1);
      double[] g = new double[s.length];
      for (int i = 0; i < s.length; i++) {
        matrix.addToEntry(i, i, i < UNITS ? 1 / (1 - s[i] * s[i]) : 1);
        g[i] = i < UNITS ? 0 : 2 * (s[i] - data.getLabels().getDouble(sample, i - UNITS)) / SAMPLES;
      }
      double[] e = new LUDecomposition(matrix).getSolver().solve(new ArrayRealVector(g)).toArray();
      double[] h = Arrays.copyOf(s, UNITS);
      double[] y = Arrays.copyOfRange(s, UNITS, s.length);
      double[] ofH = Arrays.copyOf(e, UNITS);
      double[] ofY = Arrays.copyOfRange(e, UNITS, e.length);
      add(gradient.get("W[x->h]"), ofH, pixels);
      add(gradient.get("W[h->h]"), ofH, h);
      add(gradient.get("W[y->h]"), ofH, y);
      add(gradient.get("W[h->y]"), ofY, h);
      add(gradient.get("b[h]"), ofH, 1);
      add(gradient.get("b[y]"), ofY, 1);
    }
    return all(gradient);
  }

  private static void add(double[] matrix, double[] to, double... from) {
    for (int i = 0; i < to.length; i++) {
      for (int j = 0; j < from.length; j++) {
        matrix[i * from.length + j] += to[i] * from[j];
      }
    }
  }
}
