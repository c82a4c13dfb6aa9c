package org.iterativemaps.convert.numpy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.iterativemaps.activations.Formula;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.TanhGelu;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationGELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationMish;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.factory.Nd4j;

/** Against the modules' own formulas, y = x Aᵀ + b, in plain loops. */
class TorchStateTest extends TorchStateFiles {
  private static final IActivation TANH = new ActivationTanH();
  private static final IActivation IDENTITY = new ActivationIdentity();

  @Test
  void sequentialOfLinearAndMaskedLinear() throws IOException {
    linear("net.0.", 4, 3, true);
    masked("net.2.", 5, 4, true);
    linear("net.10.", 2, 5, false); // after 2, though not in the alphabet
    MapWeights weights = saved().sequential("net.", List.of(TANH, TANH, IDENTITY));
    double[] x = {0.3, -0.7, 1.1};
    double[] h1 = tanh(apply(x, "net.0."));
    double[] h2 = tanh(apply(h1, "net.2."));
    assertClose(apply(h2, "net.10."), run(weights, 3, x));
    int onMask = (int) Arrays.stream(state.get("net.2.mask").values()).filter(v -> v != 0).count();
    assertEquals(onMask, weights.weights("h1", "h2").length); // a zero there is a connection
    assertRefused(
        "expected one for each linear module", () -> saved().sequential("net.", List.of(TANH)));
    state.put("net.2.U", NpyArray.matrix(new double[4][5]));
    assertRefused(
        "it looks like FROM_TO", () -> saved().sequential("net.", List.of(TANH, TANH, IDENTITY)));
  }

  /** Sequentials in Sequentials, as deep and as wide as they come, are chains. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void nestedSequentialsAreReadInTheirPlaces(long seed) throws IOException {
    Random nest = new Random(seed);
    List<String> prefixes = new ArrayList<>();
    while (prefixes.size() < 2) {
      prefixes.clear();
      addNest("net.", nest, 0, prefixes);
    }
    List<Integer> order = new ArrayList<>();
    int size = 3;
    List<IActivation> activations = new ArrayList<>();
    for (int i = 0; i < prefixes.size(); i++) {
      order.add(i);
      activations.add(i % 2 == 0 ? TANH : IDENTITY);
    }
    int[] sizes = nest.ints(prefixes.size() + 1, 2, 6).toArray();
    sizes[0] = size;
    Collections.shuffle(order, nest); // files need not be in order
    for (int i : order) {
      linear(prefixes.get(i), sizes[i + 1], sizes[i], nest.nextBoolean());
    }
    MapWeights weights = saved().sequential("net.", activations);
    double[] x = {0.3, -0.7, 1.1};
    double[] expected = x;
    for (int i = 0; i < prefixes.size(); i++) {
      expected = apply(expected, prefixes.get(i));
      expected = i % 2 == 0 ? tanh(expected) : expected;
    }
    assertClose(expected, run(weights, prefixes.size(), x));
  }

  /** Linear modules in nested Sequentials; activations take numbers, too. */
  private static void addNest(String prefix, Random random, int depth, List<String> found) {
    int children = 1 + random.nextInt(13);
    for (int child = 0; child < children && found.size() < 8; child++) {
      int kind = random.nextInt(3);
      if (kind == 0) {
        found.add(prefix + child + ".");
      } else if (kind == 1 && depth < 3) {
        addNest(prefix + child + ".", random, depth + 1, found);
      }
    }
  }

  /** Half a module is another module: nothing is left over without a word. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "net.1.running_mean", // of a normalisation without weights
        "net.2.linear.weight",
        "net.a.0.weight",
        "net.0.weight_g",
        "net.03.weight",
        "net2.0.weight",
        "head.weight",
        "epoch"
      })
  void everyKeyIsUsedOrNamed(String key) throws IOException {
    linear("net.0.", 4, 3, true);
    linear("net.2.", 2, 4, false);
    put(key, 2, 2);
    List<IActivation> activations = List.of(TANH, IDENTITY);
    assertRefused(
        "sequential(\"net.\") does not use the arrays [" + key + "]",
        () -> saved().sequential("net.", activations));
    TorchState part = saved().allowUnused();
    assertEquals(List.copyOf(state.keySet()), part.unused());
    part.sequential("net.", activations);
    assertEquals(List.of(key), part.unused());
  }

  @Test
  void otherReadersNameWhatTheyDoNotUse() throws IOException {
    for (String layer : List.of("l0", "l1")) {
      put("rnn.weight_ih_" + layer, 4, 4);
      put("rnn.weight_hh_" + layer, 4, 4);
    }
    assertRefused("[rnn.weight_ih_l1, rnn.weight_hh_l1]", () -> saved().rnn("rnn.", "l0", TANH));
    TorchState both = saved().allowUnused();
    both.rnn("rnn.", "l0", TANH);
    assertRefused("no array 'rnn.weight_ih_l2'", () -> both.rnn("rnn.", "l2", TANH));
    assertEquals(List.of("rnn.weight_ih_l1", "rnn.weight_hh_l1"), both.unused());
    both.rnn("rnn.", "l1", TANH);
    assertEquals(List.of(), both.unused());
    state.clear();
    put("weight_ih_l0", 4, 4);
    put("weight_hh_l0", 4, 4);
    vector("bias_hh_l0", 4); // without the other one
    assertRefused("[bias_hh_l0]", () -> saved().rnn("", "l0", TANH));
    state.clear();
    linear("map.blocks.(0, 1).", 4, 3, true);
    linear("map.blocks.(1, 2).", 2, 4, true);
    put("map.blocks.(1, 2).1.weight", 2, 2);
    assertRefused("[map.blocks.(1, 2).1.weight]", () -> saved().sequential2D("map.", slots(), "y"));
    state.clear();
    put("z.gain", 1, 1);
    masked("z.", 9, 9, false);
    for (int row = 0; row < 3; row++) {
      Arrays.fill(state.get("z.mask").values(), row * 9, row * 9 + 9, 0);
      Arrays.fill(state.get("z.weight_0").values(), row * 9, row * 9 + 9, 0);
    }
    assertRefused("[z.gain]", () -> saved().wholeState("z.", slots(), "y"));
  }

  @Test
  void modulesThatAreNotLinearAreNamed() throws IOException {
    linear("0.", 4, 3, true);
    vector("1.weight", 4); // a normalisation
    vector("1.bias", 4);
    assertRefused(
        "array '1.weight': found shape [4], expected a matrix",
        () -> saved().sequential("", List.of(TANH, IDENTITY)));
  }

  /** z Φ(z) with Φ(z) = (1 + erf(z / √2)) / 2, whatever ND4J calls GELU. */
  @Test
  void activationsAreThoseOfPyTorch() throws IOException {
    linear("0.", 4, 3, true);
    linear("2.", 2, 4, true);
    double[] x = {0.3, -0.7, 1.1};
    Map<IActivation, Formula> activations =
        Map.of(
            new ActivationGELU(), Formula.GELU,
            new ActivationGELU(true), Formula.GELU,
            new Gelu(), Formula.GELU,
            new TanhGelu(), Formula.TANH_GELU,
            new ActivationSwish(), Formula.swish(1),
            new ActivationMish(), Formula.MISH,
            new ActivationSoftPlus(), Formula.softplus(1));
    for (Map.Entry<IActivation, Formula> activation : activations.entrySet()) {
      MapWeights weights = saved().sequential("", List.of(activation.getKey(), IDENTITY));
      double[] hidden = Arrays.stream(apply(x, "0.")).map(activation.getValue().value()).toArray();
      assertClose(apply(hidden, "2."), run(weights, 2, x));
    }
    state.clear();
    put("weight_ih_l0", 4, 3);
    put("weight_hh_l0", 4, 4);
    IActivation read = saved().rnn("", "l0", new ActivationGELU()).map().slot("h").activation();
    assertEquals(new Gelu(), read);
  }

  @Test
  void recurrentLayer() throws IOException {
    put("rnn.weight_ih_l0", 4, 3);
    put("rnn.weight_hh_l0", 4, 4);
    vector("rnn.bias_ih_l0", 4);
    vector("rnn.bias_hh_l0", 4);
    MapWeights weights = saved().rnn("rnn.", "l0", TANH);
    double[][] tokens = {{0.3, -0.7, 1.1}, {0.5, 0.1, -0.2}};
    double[] h = new double[4];
    for (double[] token : tokens) {
      double[] in = times(state.get("rnn.weight_ih_l0").rows(), token);
      double[] loop = times(state.get("rnn.weight_hh_l0").rows(), h);
      double[] sum = new double[4];
      Arrays.setAll(
          sum,
          i ->
              in[i]
                  + loop[i]
                  + state.get("rnn.bias_ih_l0").values()[i]
                  + state.get("rnn.bias_hh_l0").values()[i]);
      h = tanh(sum);
    }
    assertClose(h, runSequence(weights, tokens));
    assertRefused("no array 'rnn.weight_ih_l1'", () -> saved().rnn("rnn.", "l1", TANH));
  }

  @Test
  void maskedLinearOnTheWholeState() throws IOException {
    masked("", 9, 9, true);
    for (int row = 0; row < 3; row++) { // nothing but a wire into x
      for (int column = 0; column < 9; column++) {
        state.get("mask").values()[row * 9 + column] = 0;
        state.get("weight_0").values()[row * 9 + column] = row == column ? 1 : 0;
      }
      state.get("bias").values()[row] = 0;
    }
    MapWeights weights = saved().wholeState("", slots(), "y");
    double[] z = {0.3, -0.7, 1.1, 0, 0, 0, 0, 0, 0};
    for (int k = 0; k < 3; k++) {
      double[] next = apply(z, "");
      for (int i = 0; i < 9; i++) {
        z[i] = i < 3 || i >= 7 ? next[i] : Math.tanh(next[i]);
      }
    }
    assertClose(Arrays.copyOfRange(z, 7, 9), run(weights, 3, 0.3, -0.7, 1.1));
    state.get("bias").values()[0] = 1;
    assertRefused("slot 'x'", () -> saved().wholeState("", slots(), "y"));
    state.get("bias").values()[0] = 0;
    state.get("mask").values()[5] = 1;
    assertRefused("takes nothing but tokens", () -> saved().wholeState("", slots(), "y"));
    assertRefused("a state of 7 units", () -> saved().wholeState("", slots().subList(0, 2), "h"));
  }

  @Test
  void sequential2DBlocks() throws IOException {
    masked("map.blocks.(0, 1).", 4, 3, true);
    linear("map.blocks.(1, 1).", 4, 4, true); // a second bias into h
    masked("map.blocks.(1, 2).", 2, 4, false);
    MapWeights weights = saved().sequential2D("map.", slots(), "y");
    double[] x = {0.3, -0.7, 1.1};
    double[] h = new double[4];
    double[] y = new double[2];
    for (int k = 0; k < 3; k++) {
      double[] a = apply(x, "map.blocks.(0, 1).");
      double[] b = apply(h, "map.blocks.(1, 1).");
      y = apply(h, "map.blocks.(1, 2).");
      double[] sum = new double[4];
      Arrays.setAll(sum, i -> a[i] + b[i]);
      h = tanh(sum);
    }
    assertClose(y, run(weights, 3, x));
    linear("map.blocks.(2, 3).", 2, 2, true);
    assertRefused("blocks.(2, 3)", () -> saved().sequential2D("map.", slots(), "y"));
    state.keySet().removeIf(key -> key.contains("(2, 3)"));
    linear("map.blocks.(2, 1).", 2, 4, false);
    assertRefused(
        "expected 4 x 2 for the slots 'y' to 'h'",
        () -> saved().sequential2D("map.", slots(), "y"));
  }

  private static List<Slot> slots() {
    return List.of(
        Slot.input("x", 3), Slot.state("h", 4, TANH, true), Slot.state("y", 2, IDENTITY, true));
  }

  private void linear(String prefix, int out, int in, boolean hasBias) {
    put(prefix + "weight", out, in);
    if (hasBias) {
      vector(prefix + "bias", out);
    }
  }

  private void masked(String prefix, int out, int in, boolean hasBias) {
    put(prefix + "weight_0", out, in);
    put(prefix + "U", out, in);
    put(prefix + "mask", out, in);
    double[] mask = state.get(prefix + "mask").values();
    Arrays.setAll(mask, i -> mask[i] > 0 ? 1 : 0);
    mask[0] = 1; // trained, and zero
    state.get(prefix + "weight_0").values()[0] = 0;
    state.get(prefix + "U").values()[0] = 0;
    state.get(prefix + "weight_0").values()[1] = 0; // absent, if not on the mask
    if (hasBias) {
      vector(prefix + "bias", out);
    }
  }

  private double[] apply(double[] x, String prefix) {
    double[][] weight;
    if (state.containsKey(prefix + "weight")) {
      weight = state.get(prefix + "weight").rows();
    } else {
      weight = state.get(prefix + "weight_0").rows();
      double[][] update = state.get(prefix + "U").rows();
      double[][] mask = state.get(prefix + "mask").rows();
      for (int i = 0; i < weight.length; i++) {
        for (int j = 0; j < weight[i].length; j++) {
          weight[i][j] += update[i][j] * mask[i][j];
        }
      }
    }
    double[] y = times(weight, x);
    if (state.containsKey(prefix + "bias")) {
      Arrays.setAll(y, i -> y[i] + state.get(prefix + "bias").values()[i]);
    }
    return y;
  }

  private static double[] tanh(double[] values) {
    return Arrays.stream(values).map(Math::tanh).toArray();
  }

  private static double[] run(MapWeights weights, int steps, double... x) {
    return network(new IterativeMapLayer.Builder().map(weights.map()).steps(steps).build(), weights)
        .output(Nd4j.createFromArray(new double[][] {x}))
        .toDoubleVector();
  }
}
