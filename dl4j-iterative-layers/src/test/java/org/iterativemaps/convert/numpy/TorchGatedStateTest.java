package org.iterativemaps.convert.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.util.List;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** LSTM and GRU against PyTorch's formulas, in plain loops over the rows of the file. */
class TorchGatedStateTest extends TorchStateFiles {
  private static final int LSTM = 4; // blocks of rows: i, f, g, o
  private static final int GRU = 3; // r, z, n

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void lstmOfEverySize(long seed) throws IOException {
    random.setSeed(seed);
    int units = 1 + random.nextInt(6);
    int inputs = 1 + random.nextInt(5);
    module("a.lstm.", "l0", LSTM, units, inputs, true);
    MapWeights weights = saved().lstm("a.lstm.", "l0");
    assertEquals(GatedMaps.lstm(units).nIn(inputs).build(), weights.map());
    double[][] tokens = tokens(5, inputs);
    assertClose(lstm("a.lstm.", "l0", tokens), runSequence(weights, tokens));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void gruOfEverySize(long seed) throws IOException {
    random.setSeed(seed);
    int units = 1 + random.nextInt(6);
    int inputs = 1 + random.nextInt(5);
    module("a.gru.", "l0", GRU, units, inputs, true);
    MapWeights weights = saved().gru("a.gru.", "l0");
    assertEquals(GatedMaps.gru(units).nIn(inputs).build(), weights.map());
    double[][] tokens = tokens(5, inputs);
    assertClose(gru("a.gru.", "l0", tokens), runSequence(weights, tokens));
  }

  /** Two layers, two directions: the second layer reads both outputs of the first. */
  @Test
  void stackedAndBidirectional() throws IOException {
    List<String> layers = List.of("l0", "l0_reverse", "l1", "l1_reverse");
    for (String layer : layers) {
      int inputs = layer.startsWith("l0") ? 3 : 8;
      module("lstm.", layer, LSTM, 4, inputs, true);
      module("gru.", layer, GRU, 4, inputs, true);
    }
    TorchState file = saved().allowUnused();
    for (String layer : layers) {
      double[][] tokens = tokens(4, layer.startsWith("l0") ? 3 : 8);
      assertClose(lstm("lstm.", layer, tokens), runSequence(file.lstm("lstm.", layer), tokens));
      assertClose(gru("gru.", layer, tokens), runSequence(file.gru("gru.", layer), tokens));
    }
    assertEquals(List.of(), file.unused());
    assertNotEquals(file.lstm("lstm.", "l0"), file.lstm("lstm.", "l0_reverse"));
    assertRefused("no array 'gru.weight_hh_l2'", () -> file.gru("gru.", "l2"));
    assertRefused(
        "lstm(\"lstm.\", \"l1\") does not use the arrays [lstm.weight_ih_l0,",
        () -> saved().lstm("lstm.", "l1"));
    assertRefused(
        "gru(\"gru.\", \"l1\") does not use the arrays [lstm.weight_ih_l0,",
        () -> saved().gru("gru.", "l1"));
  }

  @Test
  void withoutBiasesTheyAreZeros() throws IOException {
    module("", "l0", LSTM, 3, 2, false);
    double[][] tokens = tokens(4, 2);
    MapWeights lstm = saved().lstm("", "l0");
    assertClose(lstm("", "l0", tokens), runSequence(lstm, tokens));
    for (String slot : List.of("i", "f", "g", "o")) {
      assertArrayEquals(new double[3], lstm.bias(slot));
    }
    state.clear();
    module("", "l0", GRU, 3, 2, false);
    MapWeights gru = saved().gru("", "l0");
    assertClose(gru("", "l0", tokens), runSequence(gru, tokens));
    for (String slot : List.of("r", "z", "q", "h")) {
      assertArrayEquals(new double[3], gru.bias(slot));
    }
  }

  /** Half a bias would be another module, also for those who take a part of a file. */
  @ParameterizedTest
  @ValueSource(strings = {"bias_ih_l0", "bias_hh_l0"})
  void oneBiasOfTwoIsRefused(String key) throws IOException {
    module("", "l0", GRU, 3, 2, true);
    state.remove(key);
    assertRefused("no array '" + key + "'", () -> saved().allowUnused().gru("", "l0"));
    state.clear();
    module("", "l0", LSTM, 3, 2, true);
    state.remove(key);
    assertRefused("no array '" + key + "'", () -> saved().allowUnused().lstm("", "l0"));
  }

  @Test
  void sizesThatDoNotFitAreNamed() throws IOException {
    module("", "l0", GRU, 3, 2, true);
    assertRefused(
        "array 'weight_hh_l0': found shape [9, 3], expected [12, 3]", () -> saved().lstm("", "l0"));
    state.put("weight_hh_l0", NpyArray.matrix(new double[3][9]));
    assertRefused(
        "array 'weight_hh_l0': found shape [3, 9], expected [27, 9]", () -> saved().gru("", "l0"));
    module("", "l0", LSTM, 3, 2, true);
    assertRefused(
        "array 'weight_hh_l0': found shape [12, 3], expected [9, 3]", () -> saved().gru("", "l0"));
    put("weight_ih_l0", 11, 2);
    assertRefused(
        "array 'weight_ih_l0': found shape [11, 2], expected [12, 2]",
        () -> saved().lstm("", "l0"));
    vector("weight_ih_l0", 12);
    assertRefused(
        "array 'weight_ih_l0': found shape [12], expected a matrix", () -> saved().lstm("", "l0"));
    put("weight_ih_l0", 12, 2);
    vector("bias_hh_l0", 3);
    assertRefused(
        "array 'bias_hh_l0': found shape [3], expected [12]", () -> saved().lstm("", "l0"));
  }

  /** {@code proj_size}: weight_hh reads the projected output, [4 units, projection]. */
  @Test
  void projectionsAreRefused() throws IOException {
    module("lstm.", "l0", LSTM, 3, 2, true);
    put("lstm.weight_hh_l0", 12, 2);
    put("lstm.weight_hr_l0", 2, 3);
    assertRefused(
        "found 'lstm.weight_hr_l0', the projection of an LSTM with proj_size",
        () -> saved().lstm("lstm.", "l0"));
    assertRefused("found 'lstm.weight_hr_l0'", () -> saved().allowUnused().lstm("lstm.", "l0"));
  }

  private void module(
      String prefix, String layer, int gates, int units, int inputs, boolean hasBias) {
    put(prefix + "weight_ih_" + layer, gates * units, inputs);
    put(prefix + "weight_hh_" + layer, gates * units, units);
    if (hasBias) {
      vector(prefix + "bias_ih_" + layer, gates * units);
      vector(prefix + "bias_hh_" + layer, gates * units);
    }
  }

  private double[][] tokens(int count, int size) {
    double[][] tokens = new double[count][];
    for (int t = 0; t < count; t++) {
      tokens[t] = random.doubles(size, -1.5, 1.5).toArray();
    }
    return tokens;
  }

  /** i, f, o = σ(…), g = tanh(…), c' = f c + i g, h' = o tanh(c'): the last h. */
  private double[] lstm(String prefix, String layer, double[][] tokens) {
    double[] h = new double[units(prefix, layer)];
    double[] c = new double[h.length];
    for (double[] token : tokens) {
      double[] in = rows(prefix, "ih_" + layer, token);
      double[] loop = rows(prefix, "hh_" + layer, h);
      for (int u = 0; u < h.length; u++) {
        final double input = sigmoid(in[u] + loop[u]);
        final double forget = sigmoid(in[u + h.length] + loop[u + h.length]);
        final double value = Math.tanh(in[u + 2 * h.length] + loop[u + 2 * h.length]);
        final double shown = sigmoid(in[u + 3 * h.length] + loop[u + 3 * h.length]);
        c[u] = forget * c[u] + input * value;
        h[u] = shown * Math.tanh(c[u]);
      }
    }
    return h;
  }

  /** r, z = σ(…), n = tanh(W x + b + r (U h + b')), h' = (1 - z) n + z h: the last h. */
  private double[] gru(String prefix, String layer, double[][] tokens) {
    double[] h = new double[units(prefix, layer)];
    for (double[] token : tokens) {
      double[] in = rows(prefix, "ih_" + layer, token);
      double[] loop = rows(prefix, "hh_" + layer, h);
      for (int u = 0; u < h.length; u++) {
        double reset = sigmoid(in[u] + loop[u]);
        double keep = sigmoid(in[u + h.length] + loop[u + h.length]);
        double value = Math.tanh(in[u + 2 * h.length] + reset * loop[u + 2 * h.length]);
        h[u] = (1 - keep) * value + keep * h[u];
      }
    }
    return h;
  }

  private int units(String prefix, String layer) {
    return state.get(prefix + "weight_hh_" + layer).rows()[0].length;
  }

  /** W z + b, without a b where there is none. */
  private double[] rows(String prefix, String which, double[] z) {
    double[] sums = times(state.get(prefix + "weight_" + which).rows(), z);
    NpyArray bias = state.get(prefix + "bias_" + which);
    for (int row = 0; bias != null && row < sums.length; row++) {
      sums[row] += bias.values()[row];
    }
    return sums;
  }

  private static double sigmoid(double value) {
    return 1 / (1 + Math.exp(-value));
  }
}
