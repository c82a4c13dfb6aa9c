package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.samediff.Graphs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * What DL4J does to gains, biases and weights, beside its own dense layer with layer normalisation:
 * the same map three ways.
 */
class GainTest {
  private static final double L2 = 0.2;

  private static final BlockMap MAP =
      BlockMap.builder()
          .input("x", 3)
          .state("h", 4, Activation.TANH)
          .connect("x", "h", Sparsity.dense())
          .normalise("h", Normalisation.LAYER)
          .output("h")
          .build();

  private record Case(String name, Consumer<NeuralNetConfiguration.Builder> option) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> options() {
    return Stream.of(
        new Case("l2Bias", c -> c.l2Bias(L2)),
        new Case("l1Bias", c -> c.l1Bias(L2)),
        new Case("weightDecayBias", c -> c.weightDecayBias(L2)),
        new Case("l2", c -> c.l2(L2)),
        new Case("l1", c -> c.l1(L2)),
        new Case("weightDecay", c -> c.weightDecay(L2)),
        new Case("biasUpdater", c -> c.biasUpdater(new Sgd(0.01))),
        new Case("frozen biases", c -> c.biasUpdater(new NoOp())),
        new Case("constrainWeights", c -> c.constrainWeights(new NonNegativeConstraint())),
        new Case("constrainBias", c -> c.constrainBias(new NonNegativeConstraint())),
        new Case("nothing", c -> {}));
  }

  private static ComputationGraph graph(
      Consumer<NeuralNetConfiguration.Builder> options, String kind) {
    NeuralNetConfiguration.Builder conf =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .dataType(DataType.DOUBLE)
            .updater(new Sgd(0.1));
    options.accept(conf);
    var builder = conf.graphBuilder().addInputs("in");
    switch (kind) {
      case "dense" ->
          builder.addLayer(
              "map",
              new DenseLayer.Builder()
                  .nIn(3)
                  .nOut(4)
                  .hasLayerNorm(true)
                  .activation(Activation.TANH)
                  .build(),
              "in");
      case "layer" ->
          builder.addLayer("map", new IterativeMapLayer.Builder().map(MAP).build(), "in");
      default -> builder.addVertex("map", new IterativeMapVertex(MAP, 1), "in");
    }
    ComputationGraph graph =
        new ComputationGraph(
            builder
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(4)
                        .nOut(2)
                        .build(),
                    "map")
                .setOutputs("out")
                .build());
    graph.init();
    return graph;
  }

  /** W[to, from] by target against DL4J's W[nIn, nOut] in order 'f': the same numbers in a row. */
  private static void sameParameters(ComputationGraph dense, ComputationGraph map, double within) {
    assertClose(flat(dense, "map_W"), map.getParam("map_W[x->h]"), within);
    assertClose(flat(dense, "map_b"), map.getParam("map_b[h]"), within);
    assertClose(flat(dense, "map_g"), map.getParam("map_g[h]"), within);
    assertClose(flat(dense, "out_W"), flat(map, "out_W"), within);
  }

  private static INDArray flat(ComputationGraph graph, String key) {
    return Nd4j.toFlattened('f', graph.getParam(key)).reshape(-1);
  }

  @ParameterizedTest
  @MethodSource("options")
  void gainsAreTreatedAsByDl4j(Case option) {
    ComputationGraph dense = graph(option.option, "dense");
    for (String kind : List.of("layer", "vertex")) {
      // DL4J gives vertices no constraints, and the layers of a graph its weight decay twice.
      boolean isUnlike =
          option.name.startsWith("constrain") || option.name.startsWith("weightDecay");
      if (kind.equals("vertex") && isUnlike) {
        continue;
      }
      ComputationGraph one = graph(option.option, "dense");
      one.setParams(dense.params().dup());
      ComputationGraph map = graph(option.option, kind);
      map.getParam("map_W[x->h]").assign(flat(one, "map_W"));
      map.getParam("out_W").assign(one.getParam("out_W"));
      sameParameters(one, map, 0); // gains and biases begin alike
      for (int step = 0; step < 5; step++) {
        assertEquals(
            one.calcRegularizationScore(true), map.calcRegularizationScore(true), 1e-6, kind);
        // DL4J divides by the deviation without an epsilon: large numbers hide ours.
        INDArray[] input = {normal(step, 5, 3).mul(100)};
        INDArray[] labels = {normal(50 + step, 5, 2)};
        one.fit(input, labels);
        map.fit(input, labels);
        sameParameters(one, map, 1e-6);
      }
    }
  }

  @Test
  void atTheStartGainsCostNothingAsBiases() {
    for (String kind : List.of("layer", "vertex")) {
      assertEquals(0, graph(c -> c.l2Bias(L2), kind).calcRegularizationScore(true));
      ComputationGraph graph = graph(c -> c.l2(L2), kind);
      double weights =
          Math.pow(graph.getParam("map_W[x->h]").norm2Number().doubleValue(), 2)
              + Math.pow(graph.getParam("out_W").norm2Number().doubleValue(), 2);
      assertEquals(L2 / 2 * (weights + 4), graph.calcRegularizationScore(true), 1e-9, "gains of 1");
    }
  }

  /**
   * Every key is a weight or a bias, of whatever typed block, and only slots' biases are biases.
   */
  @Test
  void everyParameterIsOneOrTheOther() {
    BaseLayer layer =
        new IterativeMapLayer.Builder()
            .map(Graphs.everything(4))
            .steps(2)
            .weightNoise(new DropConnect(0.5))
            .build();
    Set<String> all = new HashSet<>(layer.initializer().paramKeys(layer));
    Set<String> weights = new HashSet<>(layer.initializer().weightKeys(layer));
    Set<String> biases = new HashSet<>(layer.initializer().biasKeys(layer));
    Function<String, Boolean> isBias = key -> key.contains("b[");
    assertTrue(all.stream().anyMatch(key -> key.contains("g[")), all.toString());
    for (String key : all) {
      assertEquals(isBias.apply(key), biases.contains(key), key);
      assertEquals(!isBias.apply(key), weights.contains(key), key);
      assertEquals(weights.contains(key), layer.initializer().isWeightParam(layer, key), key);
      assertEquals(biases.contains(key), layer.initializer().isBiasParam(layer, key), key);
    }
  }
}
