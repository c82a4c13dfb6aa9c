package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.HiddenProportion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;

/** The ready-made cells against their formulas in plain loops, and numerical gradients. */
class GatedMapsTest {
  private static final int N_IN = 3;
  private static final int UNITS = 4;

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static GatedMapBuilder cell(String name) {
    return switch (name) {
      case "lstm" -> GatedMaps.lstm(UNITS);
      case "gravesLstm" -> GatedMaps.gravesLstm(UNITS);
      case "coupled" -> GatedMaps.coupled(UNITS);
      case "gru" -> GatedMaps.gru(UNITS);
      case "minLstm" -> GatedMaps.minLstm(UNITS);
      default -> GatedMaps.minGru(UNITS);
    };
  }

  private static MultiLayerNetwork network(GatedMapBuilder cell, double density) {
    return Networks.recurrent(
        Networks.conf(DataType.DOUBLE).updater(new NoOp()),
        new IterativeMapRecurrentLayer.Builder().nIn(N_IN).map(cell).density(density).build(),
        UNITS);
  }

  /** All parameters at random. */
  private static MultiLayerNetwork shaken(GatedMapBuilder cell, double density, long seed) {
    MultiLayerNetwork network = network(cell, density);
    network.setParams(Networks.normal(seed, 1, network.numParams()).mul(0.7));
    return network;
  }

  /** One cell, written out. */
  private static final class Written {
    private final MapWeights weights;
    private double[] h = new double[UNITS];
    private double[] c = new double[UNITS];

    Written(MultiLayerNetwork network) {
      this.weights = LayerWeights.read(network.getLayer(0));
    }

    private double[] sum(String to, double[] x, double[] hidden) {
      double[] sum = new double[UNITS];
      boolean hasBias = weights.map().slots().get(weights.map().indexOf(to)).hasBias();
      for (int i = 0; i < UNITS; i++) {
        sum[i] = hasBias ? weights.bias(to)[i] : 0;
        for (int j = 0; x != null && j < x.length; j++) {
          sum[i] += weights.matrix("x", to)[i][j] * x[j];
        }
        for (int j = 0; hidden != null && j < UNITS; j++) {
          sum[i] += weights.matrix("h", to)[i][j] * hidden[j];
        }
      }
      return sum;
    }

    private static double sigmoid(double z) {
      return 1 / (1 + Math.exp(-z));
    }

    private static double[] apply(DoubleUnaryOperator f, double[] z) {
      double[] a = z.clone();
      for (int i = 0; i < a.length; i++) {
        a[i] = f.applyAsDouble(a[i]);
      }
      return a;
    }

    private double[] peephole(String from, String to, double[] seen, double[] sum) {
      double[] all = sum.clone();
      for (int i = 0; i < UNITS; i++) {
        all[i] += weights.matrix(from, to)[i][i] * seen[i];
      }
      return all;
    }

    double[] step(String cell, double[] x) {
      double[] old = h.clone();
      double[] next = new double[UNITS];
      if (cell.equals("minGru")) {
        double[] f = apply(Written::sigmoid, sum("f", x, null));
        double[] a = sum("h", x, null);
        for (int i = 0; i < UNITS; i++) {
          next[i] = f[i] * old[i] + (1 - f[i]) * a[i];
        }
      } else if (cell.equals("minLstm")) { // divided as the paper does
        double[] f = apply(Written::sigmoid, sum("f", x, null));
        double[] i = apply(Written::sigmoid, sum("i", x, null));
        double[] a = sum("h", x, null);
        for (int u = 0; u < UNITS; u++) {
          next[u] = f[u] / (f[u] + i[u]) * old[u] + i[u] / (f[u] + i[u]) * a[u];
        }
      } else if (cell.equals("gru")) {
        double[] r = apply(Written::sigmoid, sum("r", x, old));
        double[] z = apply(Written::sigmoid, sum("z", x, old));
        double[] q = sum("q", null, old);
        double[] in = sum("h", x, null);
        for (int i = 0; i < UNITS; i++) {
          next[i] = z[i] * old[i] + (1 - z[i]) * Math.tanh(in[i] + r[i] * q[i]);
        }
      } else {
        next = lstm(cell, x, old);
      }
      h = next;
      return next;
    }

    private double[] lstm(String cell, double[] x, double[] old) {
      boolean hasPeepholes = cell.equals("gravesLstm");
      boolean isCoupled = cell.equals("coupled");
      double[] g = apply(Math::tanh, sum("g", x, old));
      double[] forget = sum(isCoupled ? "e" : "f", x, old);
      double[] f = apply(Written::sigmoid, hasPeepholes ? peephole("c", "f", c, forget) : forget);
      double[] i = apply(v -> 1 - v, f);
      if (!isCoupled) {
        double[] in = sum("i", x, old);
        i = apply(Written::sigmoid, hasPeepholes ? peephole("c", "i", c, in) : in);
      }
      double[] m = new double[UNITS];
      for (int u = 0; u < UNITS; u++) {
        m[u] = f[u] * c[u] + i[u] * g[u];
      }
      double[] out = sum("o", x, old);
      double[] o = apply(Written::sigmoid, hasPeepholes ? peephole("m", "o", m, out) : out);
      double[] next = new double[UNITS];
      for (int u = 0; u < UNITS; u++) {
        next[u] = o[u] * Math.tanh(m[u]);
      }
      c = m;
      return next;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gravesLstm", "coupled", "gru", "minGru", "minLstm"})
  void cellsComputeTheirFormulas(String name) {
    for (long seed = 1; seed <= 8; seed++) {
      MultiLayerNetwork network = shaken(cell(name), seed % 2 == 0 ? 1 : 0.5, seed);
      assertTrue(MapSummary.of(network).contains("runs on the fused kernel"));
      Written written = new Written(network);
      INDArray input = Networks.normal(seed + 50, 1, N_IN, 6);
      INDArray output = network.feedForward(input).get(1);
      for (int t = 0; t < 6; t++) {
        double[] x = new double[N_IN];
        for (int i = 0; i < N_IN; i++) {
          x[i] = input.getDouble(0, i, t);
        }
        double[] expected = written.step(name, x);
        for (int u = 0; u < UNITS; u++) {
          assertEquals(expected[u], output.getDouble(0, u, t), 1e-13);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "lstm, 1",
    "lstm, 2",
    "gravesLstm, 1",
    "coupled, 1",
    "gru, 1",
    "gru, 2",
    "minGru, 1",
    "minLstm, 1"
  })
  void gradientsThroughTheFusedKernelAreThoseOfDifferences(String name, int steps) {
    MultiLayerNetwork network =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE).updater(new NoOp()),
            new IterativeMapRecurrentLayer.Builder().nIn(N_IN).map(cell(name)).steps(steps).build(),
            UNITS);
    assertTrue(MapSummary.of(network).contains("runs on the fused kernel"));
    INDArray mask = Networks.raggedMask(3, 4);
    assertTrue(
        GradientCheckUtil.checkGradients(
            new GradientCheckUtil.MLNConfig()
                .net(network)
                .input(Networks.normal(3, 3, N_IN, 4))
                .labels(Networks.oneHotSequence(4, 3, 3, 4))
                .inputMask(mask)
                .labelMask(mask)
                .epsilon(1e-6)
                .maxRelError(1e-5)
                .minAbsoluteError(1e-9)));
  }

  @Test
  void theForgetGateBeginsOpen() {
    for (String name : List.of("lstm", "gravesLstm", "coupled", "gru", "minGru", "minLstm")) {
      MultiLayerNetwork network = network(cell(name), 1);
      Map<String, INDArray> parameters = network.getLayer(0).paramTable();
      String forget =
          name.equals("coupled") ? "e" : name.equals("minGru") || name.equals("gru") ? "" : "f";
      parameters.forEach(
          (key, value) -> {
            if (key.startsWith("b[")) {
              double expected = key.equals(Parameter.biasKey(forget)) ? 1 : 0;
              assertEquals(expected, value.meanNumber().doubleValue(), name + " " + key);
            }
          });
    }
    MultiLayerNetwork other = network(GatedMaps.lstm(UNITS).forgetGateBiasInit(2), 1);
    assertEquals(2, other.getLayer(0).getParam("b[f]").getDouble(0));
    MultiLayerNetwork own =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE),
            new IterativeMapRecurrentLayer.Builder().nIn(N_IN).lstm(UNITS).biasInit("f", 3).build(),
            UNITS);
    assertEquals(3, own.getLayer(0).getParam("b[f]").getDouble(0));
  }

  /** Sigmoids of both are 0 in numbers, and their quotient would be none. */
  @Test
  void aMinLstmWhoseGatesAreShutStillDivides() {
    MultiLayerNetwork network = network(cell("minLstm"), 1);
    network.params().assign(0);
    network.getLayer(0).getParam("b[f]").assign(-800);
    network.getLayer(0).getParam("b[i]").assign(-801);
    network.getLayer(0).getParam("b[h]").assign(1);
    INDArray states = network.feedForward(Networks.normal(1, 1, N_IN, 1)).get(1);
    assertEquals(1 / (1 + Math.E), states.getDouble(0, 0, 0), 1e-12); // 1 - sigmoid(1)
  }

  @Test
  void theShortFormIsTheLongOne() {
    MapSettings shortForm =
        new IterativeMapRecurrentLayer.Builder()
            .lstm(6)
            .density(0.5)
            .maskSeed(9)
            .nIn(4)
            .build()
            .getSettings();
    BlockMap longForm = GatedMaps.lstm(6).nIn(4).density(0.5).seed(9).build();
    assertEquals(longForm, shortForm.map());
    GatedMapBuilder own = GatedMaps.coupled(6).hiddenSparsity("o", Sparsity.fanIn(2));
    BlockMap asItWas = own.build();
    BlockMap inLayer =
        sequence().map(own).inputSparsity(Sparsity.fanIn(1)).build().getSettings().map();
    assertEquals(asItWas, own.build()); // the layer's options are not its own
    assertEquals(own.inputSparsity(Sparsity.fanIn(1)).build(), inLayer);
    assertEquals(
        GatedMaps.gru(6).build(),
        new IterativeMapRecurrentLayer.Builder().gru(6).nOut(6).build().getSettings().map());
  }

  @Test
  void everyGateHasAPatternOfItsOwn() {
    BlockMap map =
        GatedMaps.lstm(8)
            .nIn(8)
            .density(0.25)
            .hiddenSparsity("f", Sparsity.diagonal())
            .inputSparsity("o", Sparsity.dense())
            .build();
    Map<String, Integer> entries = new LinkedHashMap<>();
    map.realize()
        .parameters()
        .forEach(p -> entries.put(p.key(), p.isWeight() ? p.mask().entryCount() : -1));
    assertEquals(16, entries.get("W[x->f]"));
    assertEquals(8, entries.get("W[h->f]"));
    assertEquals(64, entries.get("W[x->o]"));
    assertEquals(16, entries.get("W[h->o]"));
  }

  @Test
  void configurationsComeBack() {
    for (String name : List.of("lstm", "gravesLstm", "coupled", "gru", "minGru", "minLstm")) {
      MultiLayerConfiguration conf = network(cell(name), 0.5).getLayerWiseConfigurations();
      assertEquals(conf, MultiLayerConfiguration.fromJson(conf.toJson()));
    }
  }

  @Test
  void fromAStateThatIsSet() {
    for (String name : List.of("lstm", "gravesLstm", "coupled", "gru")) {
      MultiLayerNetwork network = shaken(cell(name), 1, 4);
      INDArray input = Networks.normal(6, 2, N_IN, 5);
      INDArray token = input.tensorAlongDimension(4, 0, 1).dup();
      for (int t = 0; t < 4; t++) {
        network.rnnTimeStep(input.tensorAlongDimension(t, 0, 1).dup());
      }
      Map<String, INDArray> state = new LinkedHashMap<>();
      network.rnnGetPreviousState(0).forEach((slot, value) -> state.put(slot, value.dup()));
      INDArray expected = network.rnnTimeStep(token);
      network.rnnClearPreviousState();
      network.rnnSetPreviousState(0, state);
      Networks.assertClose(expected, network.rnnTimeStep(token), 1e-14);
    }
  }

  @Test
  void tokensOneByOne() {
    for (String name : List.of("lstm", "coupled", "gru")) {
      MultiLayerNetwork network = shaken(cell(name), 1, 3);
      INDArray input = Networks.normal(5, 2, N_IN, 6);
      INDArray whole = network.output(input);
      for (int t = 0; t < 6; t++) {
        INDArray token = input.tensorAlongDimension(t, 0, 1).dup();
        INDArray expected = whole.tensorAlongDimension(t, 0, 1);
        Networks.assertClose(expected, network.rnnTimeStep(token), 1e-12);
      }
      assertEquals(
          name.equals("gru") ? List.of("h") : List.of("c", "h"),
          network.rnnGetPreviousState(0).keySet().stream().sorted().toList());
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertRefused("units", () -> GatedMaps.lstm(0));
    assertRefused("'m'", () -> GatedMaps.lstm(3).inputSparsity("m", Sparsity.dense()));
    assertRefused("[]", () -> GatedMaps.minGru(3).hiddenSparsity("f", Sparsity.dense()));
    assertRefused("no forget gate", () -> GatedMaps.gru(3).forgetGateBiasInit(1));
    assertRefused("coupled", () -> GatedMaps.coupled(3).gateActivation(Activation.HARDSIGMOID));
    var layer = new IterativeMapRecurrentLayer.Builder();
    assertRefused("both", () -> layer.lstm(3).trainableWeights(100).build());
    assertRefused("six blocks", () -> sequence().lstm(3).hiddenSize(3).build());
    assertRefused("leave one", () -> budget(100, 0.5).density(0.5).build());
    GatedMapBuilder diagonal = GatedMaps.lstm(3).hiddenSparsity("f", Sparsity.diagonal());
    assertRefused("leave one", () -> diagonal.copy().budget(90, 0.5).build());
    assertRefused("leave one", () -> budget(90, 0.5).map(diagonal).build());
    assertRefused("9 peepholes", () -> GatedMaps.gravesLstm(3).budget(20, 0.5).build());
    assertRefused("at least one", () -> budget(10, 0.1).build());
    assertRefused("cells", () -> budget(100, 0.9).build());
    assertRefused("expected none", () -> GatedMaps.minGru(3).budget(10, 0.5).build());
    assertRefused("minLstm", () -> GatedMaps.minLstm(3).gateActivation(Activation.HARDSIGMOID));
    assertRefused("[]", () -> GatedMaps.minLstm(3).hiddenSparsity("f", Sparsity.dense()));
    assertRefused("[0, 1)", () -> GatedMaps.lstm(3).budget(10, 1));
    assertRefused("hasBias", () -> sequence().lstm(3).hasBias(false).build());
    assertRefused("nOut", () -> sequence().lstm(3).nOut(4).build());
    assertRefused("map", () -> sequence().lstm(3).map(GatedMaps.gru(3).build()).build());
    assertFalse(GatedMaps.lstm(3).build().isLinear());
  }

  private static IterativeMapRecurrentLayer.Builder budget(long weights, double proportion) {
    return sequence().nIn(2).lstm(3).trainableWeights(weights).hiddenProportion(proportion);
  }

  /** To the last weight, whatever the cell, the budget and the proportion. */
  @Test
  void budgetsAreMet() {
    for (String name : List.of("lstm", "gravesLstm", "coupled", "gru", "minGru", "minLstm")) {
      for (int weights = 60; weights < 80; weights++) {
        double proportion = name.startsWith("min") ? 0 : 0.4;
        GatedMapBuilder cell =
            switch (name) {
              case "lstm" -> GatedMaps.lstm(6);
              case "gravesLstm" -> GatedMaps.gravesLstm(6);
              case "coupled" -> GatedMaps.coupled(6);
              case "gru" -> GatedMaps.gru(6);
              case "minLstm" -> GatedMaps.minLstm(6);
              default -> GatedMaps.minGru(6);
            };
        RealizedMap map =
            sequence()
                .nIn(9)
                .map(cell)
                .trainableWeights(weights)
                .hiddenProportion(proportion)
                .build()
                .getSettings()
                .realized();
        assertEquals(weights, map.trainableWeights());
        long fromInput =
            map.parameters().stream()
                .filter(p -> p.key().startsWith("W[x"))
                .mapToLong(Parameter::length)
                .sum();
        assertEquals(weights - Math.round(weights * proportion), fromInput);
        assertEquals(
            Math.round(weights * proportion),
            Math.round(HiddenProportion.realized(map).hiddenWeights()));
      }
    }
  }

  private static IterativeMapRecurrentLayer.Builder sequence() {
    return new IterativeMapRecurrentLayer.Builder();
  }

  private static void assertRefused(String part, Runnable work) {
    String message = assertThrows(IllegalArgumentException.class, work::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}
