package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SpectralRadius;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Layers against the papers' equations, written out. */
class ReservoirTest {
  private static final int N_IN = 2;
  private static final int TIME = 12;

  /** A block as W[to][from]. */
  private static double[][] matrix(RealizedMap map, String from, String to) {
    RealizedBlock block =
        map.blocks().stream()
            .filter(b -> b.block().name().equals(from + "->" + to))
            .findFirst()
            .orElseThrow();
    WeightMask mask = block.mask();
    double[][] matrix = new double[mask.toSize()][mask.fromSize()];
    for (int unit = 0; unit < mask.toSize(); unit++) {
      for (int e = mask.targetStart(unit); e < mask.targetStart(unit + 1); e++) {
        matrix[unit][mask.source(e)] = block.fixedValues()[e];
      }
    }
    return matrix;
  }

  private static double[] times(double[][] matrix, double[] x) {
    double[] y = new double[matrix.length];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < x.length; j++) {
        y[i] += matrix[i][j] * x[j];
      }
    }
    return y;
  }

  private static double[][] tokens() {
    Random random = new Random(3);
    double[][] tokens = new double[TIME][N_IN];
    for (double[] token : tokens) {
      Arrays.setAll(token, i -> random.nextGaussian());
    }
    return tokens;
  }

  /** [time][units] of a map on the tokens. */
  private static double[][] states(BlockMap map) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(
                    new org.iterativemaps.layers.IterativeMapRecurrentLayer.Builder()
                        .map(map)
                        .build())
                .build());
    network.init();
    assertEquals(0, network.numParams(), "nothing is trained");
    INDArray input = Nd4j.createFromArray(tokens()).transpose().dup().reshape(1, N_IN, TIME);
    return network.output(input).slice(0).transpose().toDoubleMatrix();
  }

  private static void assertClose(double[] expected, double[] found, int t) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], found[i], 1e-9, "time step " + t + ", unit " + i);
    }
  }

  @Test
  void leakyUnitsWithBias() {
    Reservoir reservoir =
        Reservoir.of(20).spectralRadius(1.1).leakRate(0.3).inputScaling(0.5, 2).biasScaling(0.4);
    BlockMap map = reservoir.seed(5).map(N_IN);
    RealizedMap realized = map.realize();
    double[][] w = matrix(realized, "h", "h");
    double[][] v = matrix(realized, "x", "h");
    double[][] b = matrix(realized, "half", "h");
    double most = 0;
    for (double[] row : v) {
      assertTrue(Math.abs(row[0]) <= 0.5 && Math.abs(row[1]) <= 2);
      most = Math.max(most, Math.abs(row[1]));
    }
    assertTrue(most > 1);
    double[] h = new double[20];
    double[][] states = states(map);
    for (int t = 0; t < TIME; t++) {
      double[] recurrent = times(w, h);
      double[] input = times(v, tokens()[t]);
      for (int i = 0; i < 20; i++) {
        assertTrue(Math.abs(b[i][0] / 2) <= 0.4);
        h[i] = 0.7 * h[i] + 0.3 * Math.tanh(recurrent[i] + input[i] + b[i][0] / 2);
      }
      assertClose(h, states[t], t);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 1.25})
  void theSpectralRadiusIsExact(double radius) {
    RealizedMap realized = Reservoir.of(50).spectralRadius(radius).seed(2).map(1).realize();
    RealizedBlock block = realized.blocks().get(1);
    assertEquals(radius, SpectralRadius.of(block.mask(), block.fixedValues()), 1e-9);
    assertEquals(50 * Reservoir.DEFAULT_FAN_IN, block.mask().entryCount());
    RealizedMap ring =
        Reservoir.of(50)
            .pattern(Sparsity.ring())
            .weights(WeightValues.constant(0.8))
            .map(1)
            .realize();
    RealizedBlock cycle = ring.blocks().get(1);
    assertEquals(0.8, SpectralRadius.of(cycle.mask(), cycle.fixedValues()), 1e-9);
  }

  /** h' = k O h + a tanh(W h + V x), O orthogonal. */
  @Test
  void residualOnes() {
    for (Reservoir.Branch branch : Reservoir.Branch.values()) {
      BlockMap map = Reservoir.of(12).residual(0.6, 0.4, branch).seed(1).map(N_IN);
      RealizedMap realized = map.realize();
      double[][] w = matrix(realized, "h", "a");
      double[][] v = matrix(realized, "x", "a");
      double[][] o = matrix(realized, "h", "h");
      for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 12; j++) {
          double product = 0;
          for (int k = 0; k < 12; k++) {
            product += o[k][i] * o[k][j];
          }
          assertEquals(i == j ? 0.36 : 0, product, 1e-12, branch.toString());
        }
      }
      assertEquals(branch == Reservoir.Branch.IDENTITY ? 0.6 : o[0][0], o[0][0]);
      assertEquals(branch == Reservoir.Branch.CYCLIC ? 0.6 : o[1][0], o[1][0]);
      double[] h = new double[12];
      double[][] states = states(map);
      for (int t = 0; t < TIME; t++) {
        double[] kept = times(o, h);
        double[] recurrent = times(w, h);
        double[] input = times(v, tokens()[t]);
        for (int i = 0; i < 12; i++) {
          h[i] = kept[i] + 0.4 * Math.tanh(recurrent[i] + input[i]);
        }
        assertClose(h, states[t], t);
      }
    }
  }

  /** The second reads what the first says at the same time step. */
  @Test
  void deepOnes() {
    Reservoir first = Reservoir.of(8).leakRate(0.5);
    Reservoir second = Reservoir.of(6).inputScaling(0.7).biasScaling(0.2).edgeOfStability(0.25);
    BlockMap map = Reservoir.stack(N_IN, List.of(first, second));
    RealizedMap realized = map.realize();
    double[][] w1 = matrix(realized, "h1", "a1");
    double[][] v1 = matrix(realized, "x", "a1");
    double[][] w2 = matrix(realized, "h2", "a2");
    double[][] v2 = matrix(realized, "n1", "a2");
    double[][] b2 = matrix(realized, "half", "a2");
    double[][] o2 = matrix(realized, "h2", "n2");
    double[] h1 = new double[8];
    double[] h2 = new double[6];
    double[][] states = states(map);
    for (int t = 0; t < TIME; t++) {
      double[] recurrent = times(w1, h1);
      double[] input = times(v1, tokens()[t]);
      for (int i = 0; i < 8; i++) {
        h1[i] = 0.5 * h1[i] + 0.5 * Math.tanh(recurrent[i] + input[i]);
      }
      recurrent = times(w2, h2);
      input = times(v2, h1);
      double[] kept = times(o2, h2);
      for (int i = 0; i < 6; i++) {
        h2[i] = kept[i] + 0.25 * Math.tanh(recurrent[i] + input[i] + b2[i][0] / 2);
      }
      double[] all = Arrays.copyOf(h1, 14);
      System.arraycopy(h2, 0, all, 8, 6);
      assertClose(all, states[t], t);
    }
  }

  @Test
  void seedsAndOptionsMatter() {
    Reservoir reservoir = Reservoir.of(10);
    assertEquals(reservoir.map(1), Reservoir.of(10).map(1));
    assertNotEquals(reservoir.map(1), reservoir.seed(1).map(1));
    assertNotEquals(reservoir.map(1), reservoir.activation(Activation.SIGMOID).map(1));
    assertEquals(3, Reservoir.of(3).map(1).realize().blocks().get(1).mask().entryCount() / 3);
    assertEquals(
        5,
        reservoir
            .inputPattern(Sparsity.density(0.5))
            .map(1)
            .realize()
            .blocks()
            .get(0)
            .mask()
            .entryCount());
  }

  @Test
  void whatIsWrongIsNamed() {
    Reservoir reservoir = Reservoir.of(10);
    assertRefused("units: found 0", () -> Reservoir.of(0));
    for (double rate : new double[] {0, -1, 1.5, Double.NaN}) {
      assertRefused("leakRate: found " + rate, () -> reservoir.leakRate(rate));
    }
    assertRefused("spectralRadius: found -1.0", () -> reservoir.spectralRadius(-1));
    assertRefused("inputScaling: found no number", () -> reservoir.inputScaling());
    assertRefused("inputScaling: found [NaN]", () -> reservoir.inputScaling(Double.NaN));
    assertRefused("one for each of the 3", () -> reservoir.inputScaling(1, 2).map(3));
    assertRefused("biasScaling: found -0.5", () -> reservoir.biasScaling(-0.5));
    assertRefused("at most 10", () -> reservoir.pattern(Sparsity.fanIn(11)));
    assertRefused("pattern: found null", () -> reservoir.pattern(null));
    assertRefused("kept: found 1.5", () -> reservoir.residual(1.5, 1, Reservoir.Branch.CYCLIC));
    assertRefused("added: found 0.0", () -> reservoir.residual(1, 0, Reservoir.Branch.CYCLIC));
    assertRefused("branch: found null", () -> reservoir.residual(1, 1, null));
    assertRefused("proximity: found 1.0", () -> reservoir.edgeOfStability(1));
    assertRefused(
        "of a residual reservoir", () -> reservoir.edgeOfStability(0.5).leakRate(0.5).map(1));
    assertRefused("nIn: found 0", () -> reservoir.map(0));
    assertRefused("reservoirs: found none", () -> Reservoir.stack(1, List.of()));
  }

  private static void assertRefused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
