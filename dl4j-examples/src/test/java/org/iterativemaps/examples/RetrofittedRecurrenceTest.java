package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.Conversion;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.RetrofittedRecurrence.Result;
import org.iterativemaps.examples.RetrofittedRecurrence.Way;
import org.iterativemaps.examples.data.PrefixParity;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class RetrofittedRecurrenceTest {
  private static final int DEPTH = RecurrentStack.DEPTH;

  @TempDir private Path folder;

  @Test
  void aTrainedStackBecomesALoopThatGoesFurther() throws Exception {
    StringWriter printed = new StringWriter();
    Outcome<Result> outcome =
        Notebook.run(
            new RetrofittedRecurrence(),
            new PrintWriter(printed),
            "--quick",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode(), printed.toString());
    List<Way> ways = outcome.result().ways();
    assertEquals(7, ways.size());
    Way stack = ways.get(0);
    Way tied = ways.get(2);
    assertTrue(stack.near()[0][0] > 0.7, printed.toString()); // it has learnt something
    assertTrue(6 * tied.parameters() < stack.parameters(), printed.toString());
    assertTrue(tied.near()[0][4] > ways.get(1).near()[0][4], printed.toString());
    for (Way way : ways) { // with K = 4 nothing has come from a distance of 6 or more
      if (way != stack) {
        assertTrue(Math.abs(way.far()[0][0] - 0.5) < 0.1, way.name() + way.far()[0][0]);
      }
    }
    double loss = outcome.result().tyingLoss()[0];
    assertTrue(loss > 0 && loss < 1, () -> "" + loss);
    Browser.checkPage(outcome.page(), 1);
  }

  /** Layers that are equal make the loop exactly; the loop goes on where the stack ends. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void equalLayersAreTheLoop(long seed) {
    MultiLayerNetwork stack = RecurrentStack.stack(DataType.DOUBLE, seed);
    Conversion<MultiLayerNetwork> tied = RecurrentStack.tied(stack);
    assertEquals(0, tied.report().tyingLoss().orElseThrow());
    INDArray features = features(seed);
    assertNear(byLoops(stack, features, DEPTH), stack.output(features));
    assertNear(byLoops(tied.network(), features, DEPTH), tied.network().output(features));
    assertNear(byLoops(stack, features, DEPTH), tied.network().output(features));
    for (int k : new int[] {1, 5, 20}) {
      assertNear(
          byLoops(tied.network(), features, k), MapKnobs.of(tied.network()).output(features, k));
    }
  }

  /** Layers that differ: the stack is still theirs, and the loop has their average, or one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void differentLayersBecomeTheirAverageOrOneOfThem(long seed) {
    MultiLayerNetwork stack = RecurrentStack.stack(DataType.DOUBLE, seed);
    RandomSource random = RandomSource.of(seed, "shake");
    INDArray params = stack.params();
    for (long i = 0; i < params.length(); i++) {
      params.putScalar(i, params.getDouble(i) + 0.3 * (random.nextDouble() - 0.5));
    }
    stack.setParams(params);
    INDArray features = features(seed);
    assertNear(byLoops(stack, features, DEPTH), stack.output(features));

    Conversion<MultiLayerNetwork> conversion = RecurrentStack.tied(stack);
    MultiLayerNetwork tied = conversion.network();
    MapWeights layers = LayerWeights.read(stack.getLayer(1));
    MapWeights loop = LayerWeights.read(tied.getLayer(1));
    double[] apart = new double[2]; // squares of differences, of weights
    assertArrayEquals(
        average(apart, all(1, k -> layers.weights("e", "h." + k))), loop.weights("e", "h"), 1e-14);
    assertArrayEquals(
        average(apart, all(2, k -> layers.weights("h." + (k - 1), "h." + k))),
        loop.weights("h", "h"),
        1e-14);
    assertArrayEquals(average(apart, all(1, k -> layers.bias("h." + k))), loop.bias("h"), 1e-14);
    assertEquals(apart[0] / apart[1], conversion.report().tyingLoss().orElseThrow(), 1e-12);
    assertNear(byLoops(tied, features, DEPTH), tied.output(features));

    RecurrentStack.keep(5, stack, tied);
    MapWeights kept = LayerWeights.read(tied.getLayer(1));
    assertArrayEquals(layers.weights("h.4", "h.5"), kept.weights("h", "h"));
    assertArrayEquals(layers.weights("e", "h.5"), kept.weights("e", "h"));
    assertArrayEquals(layers.bias("h.5"), kept.bias("h"));
  }

  private static INDArray features(long seed) {
    return PrefixParity.make(7, ThinkLonger.PLACES, 9, RandomSource.of(seed, "strings"))
        .features()
        .castTo(DataType.DOUBLE);
  }

  private interface Layer {
    double[] numbers(int k);
  }

  private static double[][] all(int first, Layer layer) {
    return IntStream.rangeClosed(first, DEPTH).mapToObj(layer::numbers).toArray(double[][]::new);
  }

  private static double[] average(double[] apart, double[][] vectors) {
    double[] mean = new double[vectors[0].length];
    for (int i = 0; i < mean.length; i++) {
      for (double[] vector : vectors) {
        mean[i] += vector[i] / vectors.length;
      }
      for (double[] vector : vectors) {
        apart[0] += (vector[i] - mean[i]) * (vector[i] - mean[i]);
        apart[1] += vector[i] * vector[i];
      }
    }
    return mean;
  }

  /** e = tanh(A x + a); h = 0; h &lt;- tanh(B e + U h + b) k times; sigmoid(C h + c). */
  private static double[][] byLoops(MultiLayerNetwork network, INDArray features, int steps) {
    MapWeights prelude = LayerWeights.read(network.getLayer(0));
    MapWeights middle = LayerWeights.read(network.getLayer(1));
    MapWeights coda = LayerWeights.read(network.getLayer(2));
    boolean isLoop = middle.map().slots().stream().anyMatch(slot -> slot.name().equals("h"));
    double[][] answers = features.toDoubleMatrix();
    for (int row = 0; row < answers.length; row++) {
      double[] e = layer(prelude.bias("e"), prelude.matrix("x", "e"), answers[row], null, null);
      tanh(e);
      double[] h = new double[RecurrentStack.UNITS * ThinkLonger.PLACES];
      for (int k = 1; k <= steps; k++) {
        String own = isLoop ? "h" : "h." + k;
        String before = isLoop ? "h" : "h." + (k - 1);
        double[][] loop = k == 1 ? null : middle.matrix(before, own); // h is 0 at first
        h = layer(middle.bias(own), middle.matrix("e", own), e, loop, h);
        tanh(h);
      }
      double[] y = layer(coda.bias("y"), coda.matrix("h", "y"), h, null, null);
      for (int i = 0; i < y.length; i++) {
        y[i] = 1 / (1 + Math.exp(-y[i]));
      }
      answers[row] = y;
    }
    return answers;
  }

  private static double[] layer(
      double[] bias, double[][] input, double[] x, double[][] loop, double[] h) {
    double[] sum = bias.clone();
    for (int i = 0; i < sum.length; i++) {
      for (int j = 0; j < x.length; j++) {
        sum[i] += input[i][j] * x[j];
      }
      for (int j = 0; loop != null && j < h.length; j++) {
        sum[i] += loop[i][j] * h[j];
      }
    }
    return sum;
  }

  private static void tanh(double[] units) {
    for (int i = 0; i < units.length; i++) {
      units[i] = Math.tanh(units[i]);
    }
  }

  private static void assertNear(double[][] expected, INDArray found) {
    double[][] rows = found.toDoubleMatrix();
    assertEquals(expected.length, rows.length);
    for (int row = 0; row < rows.length; row++) {
      assertArrayEquals(expected[row], rows[row], 1e-12);
    }
  }
}
