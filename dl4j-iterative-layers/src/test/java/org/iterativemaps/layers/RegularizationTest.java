package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.MinMaxNormConstraint;
import org.deeplearning4j.nn.conf.constraint.NonNegativeConstraint;
import org.deeplearning4j.nn.conf.constraint.UnitNormConstraint;
import org.deeplearning4j.nn.conf.distribution.ConstantDistribution;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.Magnitude;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Everything DL4J does to inputs, weights and gradients around a layer. */
class RegularizationTest {

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  private static MultiLayerNetwork network(
      boolean recurrent, double learningRate, Consumer<BaseLayer.Builder<?>> options) {
    if (recurrent) {
      IterativeMapRecurrentLayer.Builder layer = Networks.sequence();
      options.accept(layer);
      return Networks.recurrent(Networks.sgd(learningRate), layer.build(), 3);
    }
    IterativeMapLayer.Builder layer = Networks.single();
    options.accept(layer);
    return Networks.feedForward(Networks.sgd(learningRate), layer.build(), 3);
  }

  // ---- dropout and weight noise

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dropoutWorksInTrainingOnly(boolean recurrent) {
    MultiLayerNetwork network = network(recurrent, 0, layer -> layer.dropOut(0.5));
    MultiLayerNetwork plain = Networks.withParameters(network(recurrent, 0, layer -> {}), network);
    INDArray input = Networks.data(recurrent).getFeatures();
    assertEquals(plain.output(input), network.output(input));
    Nd4j.getRandom().setSeed(5);
    INDArray dropped = network.output(input, true);
    assertDifferent(plain.output(input), dropped);
    assertDifferent(dropped, network.output(input, true));
    Nd4j.getRandom().setSeed(5);
    assertEquals(dropped, network.output(input, true));
  }

  /** With the random numbers reset before every pass; a dense layer below sees dL/d(input). */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theGradientGoesThroughTheSameDropoutAndNoise(boolean recurrent) {
    for (Consumer<BaseLayer.Builder<?>> options :
        List.<Consumer<BaseLayer.Builder<?>>>of(
            layer -> layer.dropOut(0.6),
            layer -> layer.weightNoise(new WeightNoise(new NormalDistribution(0.2, 0.3), true)))) {
      MultiLayerNetwork network =
          recurrent ? stack(RNNFormat.NCW, options) : feedForwardStack(options);
      DataSet data = Networks.data(recurrent);
      if (recurrent) {
        assertTrue(
            check(
                stack(RNNFormat.NWC, options),
                SequenceTest.turn(data.getFeatures()),
                SequenceTest.turn(data.getLabels())),
            "NWC");
      }
      assertTrue(check(network, data.getFeatures(), data.getLabels()));
    }
  }

  private static MultiLayerNetwork feedForwardStack(Consumer<BaseLayer.Builder<?>> options) {
    IterativeMapLayer.Builder layer =
        new IterativeMapLayer.Builder().nIn(4).nOut(3).density(0.5).steps(2);
    options.accept(layer);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().nIn(4).nOut(4).build())
                .layer(layer.build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(3).nOut(3).build())
                .build());
    network.init();
    return network;
  }

  private static MultiLayerNetwork stack(RNNFormat format, Consumer<BaseLayer.Builder<?>> options) {
    IterativeMapRecurrentLayer.Builder below =
        new IterativeMapRecurrentLayer.Builder().nIn(4).nOut(4).density(0.5).dataFormat(format);
    IterativeMapRecurrentLayer.Builder layer =
        new IterativeMapRecurrentLayer.Builder().nIn(4).nOut(3).density(0.5).dataFormat(format);
    options.accept(layer);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(below.build())
                .layer(layer.steps(2).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(3)
                        .dataFormat(format)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static boolean check(MultiLayerNetwork network, INDArray input, INDArray labels) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(input)
            .labels(labels)
            .callEachIter(n -> Nd4j.getRandom().setSeed(11))
            .epsilon(1e-6)
            .maxRelError(1e-5)
            .minAbsoluteError(1e-9)
            .subset(true)
            .maxPerParam(5));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void dropConnectDropsWeightsInTrainingOnly(boolean recurrent) {
    MultiLayerNetwork network =
        network(recurrent, 0.5, layer -> layer.weightNoise(new DropConnect(0.5)));
    MultiLayerNetwork plain =
        Networks.withParameters(network(recurrent, 0.5, layer -> {}), network);
    DataSet data = Networks.data(recurrent);
    assertEquals(plain.output(data.getFeatures()), network.output(data.getFeatures()));
    INDArray before = network.params().dup();
    INDArray noisy = network.output(data.getFeatures(), true);
    assertDifferent(noisy, plain.output(data.getFeatures()));
    assertDifferent(noisy, network.output(data.getFeatures(), true));
    assertEquals(before, network.params());
    // Noise that multiplies by a constant is a network with other weights.
    MultiLayerNetwork halved =
        network(
            recurrent,
            0,
            layer -> layer.weightNoise(new WeightNoise(new ConstantDistribution(0.5), false)));
    halved.setParams(before);
    MultiLayerNetwork expected = Networks.withParameters(plain, halved);
    expected
        .getLayer(0)
        .paramTable()
        .forEach((key, value) -> value.muli(key.startsWith("W") ? 0.5 : 1));
    assertClose(
        expected.output(data.getFeatures()), halved.output(data.getFeatures(), true), 1e-13);
    assertClose(Networks.gradient(expected, data), Networks.gradient(halved, data), 1e-12);
  }

  // ---- L1, L2, weight decay

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void penaltiesAreThoseOfTheFormulas(boolean recurrent) {
    DataSet data = Networks.data(recurrent);
    MultiLayerNetwork plain = network(recurrent, 0.1, layer -> layer.biasInit(0.3));
    Map<String, INDArray> gradient = meanGradient(plain, data);
    double score = plain.score();

    MultiLayerNetwork network =
        network(recurrent, 0.1, layer -> layer.biasInit(0.3).l1(0.02).l2(0.3).l2Bias(0.4));
    MultiLayerNetwork decayed =
        network(
            recurrent,
            0.1,
            layer -> layer.biasInit(0.3).weightDecay(0.2, true).weightDecayBias(0.5, false));
    double penalty = 0;
    double decayPenalty = 0;
    for (Map.Entry<String, INDArray> parameter : copies(plain).entrySet()) {
      INDArray w = parameter.getValue();
      double squares = w.mul(w).sumNumber().doubleValue();
      boolean isWeight = parameter.getKey().startsWith("W");
      penalty += isWeight ? 0.15 * squares + 0.02 * abs(w) : 0.2 * squares;
      decayPenalty += isWeight ? 0.1 * squares : 0.25 * squares;
    }
    Map<String, INDArray> before = copies(plain);
    assertSteps(
        Networks.withParameters(network, plain),
        data,
        (key, g) ->
            key.startsWith("W")
                ? g.add(before.get(key).mul(0.3))
                    .add(Transforms.sign(before.get(key)).mul(0.02))
                    .mul(0.1)
                : g.add(before.get(key).mul(0.4)).mul(0.1),
        gradient);
    assertEquals(score + penalty, network.score(), 1e-10);
    assertSteps(
        Networks.withParameters(decayed, plain),
        data,
        (key, g) ->
            key.startsWith("W")
                ? g.mul(0.1).add(before.get(key).mul(0.1 * 0.2))
                : g.mul(0.1).add(before.get(key).mul(0.5)),
        gradient);
    assertEquals(score + decayPenalty, decayed.score(), 1e-10);
  }

  // ---- updaters

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLayerAndItsBiasesHaveTheirOwnUpdaters(boolean recurrent) {
    DataSet data = Networks.data(recurrent);
    MultiLayerNetwork network =
        network(recurrent, 0.1, layer -> layer.updater(new Sgd(0.5)).biasUpdater(new Sgd(0.05)));
    INDArray readOut = network.getParam("1_W").dup();
    Map<String, INDArray> gradient = meanGradient(network, data);
    INDArray readOutGradient = network.gradient().getGradientFor("1_W").div(5);
    assertSteps(network, data, (key, g) -> g.mul(key.startsWith("W") ? 0.5 : 0.05), gradient);
    assertClose(readOut.sub(readOutGradient.mul(0.1)), network.getParam("1_W"), 1e-12);
  }

  @Test
  void updaterStateCountsTheWeightsThatExist() {
    MultiLayerNetwork network = network(false, 0.1, layer -> layer.updater(new Adam(0.1)));
    assertEquals(
        2 * network.getLayer(0).numParams(), network.getUpdater().getStateViewArray().length());
  }

  // ---- gradient normalisation

  @ParameterizedTest
  @EnumSource(value = GradientNormalization.class, mode = EnumSource.Mode.EXCLUDE, names = "None")
  void gradientsAreNormalised(GradientNormalization how) {
    double threshold = 0.01;
    for (boolean recurrent : new boolean[] {false, true}) {
      DataSet data = Networks.data(recurrent);
      MultiLayerNetwork network =
          network(
              recurrent,
              1,
              layer -> layer.gradientNormalization(how).gradientNormalizationThreshold(threshold));
      Map<String, INDArray> gradient = meanGradient(network, data);
      double whole =
          Math.sqrt(
              gradient.values().stream()
                  .mapToDouble(g -> g.mul(g).sumNumber().doubleValue())
                  .sum());
      assertTrue(whole > threshold);
      assertSteps(
          network,
          data,
          (key, g) -> {
            double own = g.norm2Number().doubleValue();
            return switch (how) {
              case RenormalizeL2PerLayer -> g.div(whole);
              case RenormalizeL2PerParamType -> g.div(own);
              case ClipElementWiseAbsoluteValue ->
                  Transforms.max(Transforms.min(g, threshold), -threshold);
              case ClipL2PerLayer -> g.mul(threshold / whole);
              case ClipL2PerParamType -> own > threshold ? g.mul(threshold / own) : g;
              case None -> throw new AssertionError();
            };
          },
          gradient);
    }
  }

  // ---- constraints

  @Test
  void nonNegativeWorksOnWhatItIsAskedFor() {
    Predicate<String> weights = key -> key.startsWith("W");
    Predicate<String> fromInput = key -> key.startsWith("W[x->");
    LayerConstraint positive = new NonNegativeConstraint();
    for (boolean recurrent : new boolean[] {false, true}) {
      assertNonNegative(recurrent, layer -> layer.constrainWeights(positive), weights);
      assertNonNegative(recurrent, layer -> layer.constrainBias(positive), weights.negate());
      assertNonNegative(recurrent, layer -> layer.constrainAllParameters(positive), key -> true);
    }
    assertNonNegative(true, layer -> sequence(layer).constrainInputWeights(positive), fromInput);
    assertNonNegative(
        true,
        layer -> sequence(layer).constrainRecurrent(positive),
        weights.and(fromInput.negate()));
    assertNonNegative(
        true,
        layer -> sequence(layer).constrainRecurrent(positive).constrainBias(positive),
        fromInput.negate());
  }

  private static IterativeMapRecurrentLayer.Builder sequence(BaseLayer.Builder<?> layer) {
    return (IterativeMapRecurrentLayer.Builder) layer;
  }

  private static void assertNonNegative(
      boolean recurrent, Consumer<BaseLayer.Builder<?>> options, Predicate<String> constrained) {
    MultiLayerNetwork network =
        network(
            recurrent,
            0.01,
            layer -> {
              layer.biasInit(-0.3);
              options.accept(layer);
            });
    network.fit(Networks.data(recurrent));
    Set<String> expected =
        network.getLayer(0).paramTable().keySet().stream()
            .filter(constrained)
            .collect(Collectors.toSet());
    Set<String> actual =
        network.getLayer(0).paramTable().entrySet().stream()
            .filter(e -> Magnitude.minimum(e.getValue()) >= 0)
            .map(Map.Entry::getKey)
            .collect(Collectors.toSet());
    assertEquals(expected, actual);
    assertFalse(expected.isEmpty());
  }

  static List<LayerConstraint> norms() {
    return List.of(
        new MaxNormConstraint(1, 1), new MinMaxNormConstraint(0, 1, 1), new UnitNormConstraint(1));
  }

  @Test
  void normsOfRowsAreRefused() {
    for (LayerConstraint norm : norms()) {
      String name = norm.getClass().getSimpleName();
      for (boolean recurrent : new boolean[] {false, true}) {
        assertRefused(
            name, () -> network(recurrent, 1, layer -> layer.name("loop").constrainWeights(norm)));
        // As TransferLearning sets them, on a layer that is there.
        BaseLayer layer = recurrent ? Networks.sequence().build() : Networks.single().build();
        layer.setLayerName("loop");
        layer.setConstraints(List.of(norm));
        assertRefused(name, () -> Networks.feedForward(Networks.sgd(1), layer, 3));
      }
      assertRefused(
          name,
          () -> network(true, 1, layer -> sequence(layer).name("loop").constrainRecurrent(norm)));
    }
  }

  @Test
  void normsOfBiasesAreRefusedForTheirOwnReason() {
    for (LayerConstraint norm : norms()) {
      for (boolean recurrent : new boolean[] {false, true}) {
        String message =
            assertThrows(
                    DL4JInvalidConfigException.class,
                    () -> network(recurrent, 1, layer -> layer.name("loop").constrainBias(norm)))
                .getMessage();
        assertTrue(
            Stream.of("loop", norm.getClass().getSimpleName(), "bias is a vector", "l2Bias")
                .allMatch(message::contains),
            message);
        assertFalse(message.contains("weights"), message);
        assertRefused( // both kinds: the weights' reason is the stronger one
            norm.getClass().getSimpleName(),
            () -> network(recurrent, 1, layer -> layer.name("loop").constrainAllParameters(norm)));
      }
    }
  }

  private static void assertRefused(String name, Runnable build) {
    String message = assertThrows(DL4JInvalidConfigException.class, build::run).getMessage();
    assertTrue(
        Stream.of("loop", name, "dense matrix", "NonNegativeConstraint")
            .allMatch(message::contains),
        message);
  }

  @Test
  void constraintsOfTheWholeNetworkReachTheLayer() {
    for (LayerConstraint norm : norms()) {
      assertRefused(
          norm.getClass().getSimpleName(),
          () ->
              Networks.feedForward(
                  Networks.sgd(1).constrainWeights(norm),
                  Networks.single().name("loop").build(),
                  3));
    }
    MultiLayerNetwork network =
        Networks.network(Networks.sgd(0.01).constrainWeights(new NonNegativeConstraint()), true);
    network.fit(Networks.data(true));
    network
        .getLayer(0)
        .paramTable()
        .forEach((key, w) -> assertTrue(key.startsWith("b") || Magnitude.minimum(w) >= 0));
  }

  // ---- one step of training

  /** dL/d(parameter) of the first layer, averaged over the batch of 5. */
  private static Map<String, INDArray> meanGradient(MultiLayerNetwork network, DataSet data) {
    Networks.gradient(network, data);
    return network.getLayer(0).paramTable().keySet().stream()
        .collect(Collectors.toMap(k -> k, k -> network.gradient().getGradientFor("0_" + k).div(5)));
  }

  private static Map<String, INDArray> copies(MultiLayerNetwork network) {
    return network.getLayer(0).paramTable().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().dup()));
  }

  private static void assertSteps(
      MultiLayerNetwork network,
      DataSet data,
      BiFunction<String, INDArray, INDArray> expected,
      Map<String, INDArray> gradient) {
    Map<String, INDArray> before = copies(network);
    network.fit(data);
    assertEquals(8, before.size());
    before.forEach(
        (key, value) ->
            assertClose(
                expected.apply(key, gradient.get(key)),
                value.sub(network.getLayer(0).getParam(key)),
                1e-12));
  }

  private static double abs(INDArray array) {
    return Transforms.abs(array).sumNumber().doubleValue();
  }
}
