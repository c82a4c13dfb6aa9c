package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * DL4J's wrappers around the recurrent layer: LastTimeStep, Bidirectional, MaskZero, and others.
 */
class WrapperTest {
  private static final int BATCH = 3;
  private static final int TIME = 4;

  private final INDArray input = Networks.normal(1, BATCH, 4, TIME);
  private final INDArray mask = Networks.raggedMask(BATCH, TIME);

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void lastTimeStepIsTheLastOneOfEachSequence(RNNFormat format) {
    MultiLayerNetwork last =
        Networks.feedForward(
            Networks.conf(DataType.DOUBLE),
            new LastTimeStep(small().dataFormat(format).build()),
            3);
    MultiLayerNetwork all = Networks.withParameters(plain(), last);
    INDArray turned = format == RNNFormat.NWC ? SequenceTest.turn(input) : input;
    for (INDArray someMask : new INDArray[] {null, mask}) {
      INDArray expected = all.output(input, false, someMask, someMask);
      INDArray actual = last.output(turned, false, someMask, null);
      for (int b = 0; b < BATCH; b++) {
        int t = someMask == null ? TIME - 1 : TIME - 1 - b;
        assertClose(
            expected.get(NDArrayIndex.point(b), NDArrayIndex.all(), NDArrayIndex.point(t)).dup(),
            actual.getRow(b).dup(),
            1e-13);
      }
      assertTrue(check(last, turned, Networks.oneHot(2, BATCH, 3), someMask));
    }
  }

  static List<Arguments> modes() {
    List<Arguments> modes = new ArrayList<>();
    for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
      for (RNNFormat format : RNNFormat.values()) {
        modes.add(Arguments.of(mode, format));
      }
    }
    return modes;
  }

  @ParameterizedTest
  @MethodSource("modes")
  void bidirectionalRunsBothWays(Bidirectional.Mode mode, RNNFormat format) {
    boolean nwc = format == RNNFormat.NWC;
    Layer layer = new Bidirectional(mode, small().dataFormat(format).build());
    int width = mode == Bidirectional.Mode.CONCAT ? 6 : 3;
    MultiLayerNetwork both =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(layer)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(width)
                        .nOut(3)
                        .dataFormat(format)
                        .build())
                .build());
    both.init();
    MultiLayerNetwork one = plain();
    long n = one.getLayer(0).numParams();
    assertEquals(2 * n, both.getLayer(0).numParams());
    assertTrue(both.paramTable().containsKey("0_fW[x->h]"));
    assertTrue(both.paramTable().containsKey("0_bb[h]"));
    INDArray params = both.getLayer(0).params().reshape(2 * n);

    one.getLayer(0).setParams(params.get(NDArrayIndex.interval(0, n)));
    INDArray there = one.feedForwardToLayer(0, input, false).get(1);
    one.getLayer(0).setParams(params.get(NDArrayIndex.interval(n, 2 * n)));
    INDArray back = reverse(one.feedForwardToLayer(0, reverse(input), false).get(1));
    INDArray expected =
        switch (mode) {
          case ADD -> there.add(back);
          case MUL -> there.mul(back);
          case AVERAGE -> there.add(back).div(2);
          case CONCAT -> Nd4j.concat(1, there, back);
        };
    INDArray turned = nwc ? SequenceTest.turn(input) : input;
    INDArray actual = both.feedForwardToLayer(0, turned, false).get(1);
    assertClose(expected, nwc ? SequenceTest.turn(actual) : actual.dup(), 1e-13);
    INDArray labels = Networks.oneHotSequence(2, BATCH, 3, TIME);
    assertTrue(check(both, turned, nwc ? SequenceTest.turn(labels) : labels, null));
    if (!nwc) {
      assertTrue(check(both, turned, labels, mask));
    }
    MultiLayerConfiguration conf = both.getLayerWiseConfigurations();
    assertEquals(conf, MultiLayerConfiguration.fromJson(conf.toJson()));
  }

  @Test
  void bidirectionalOfLastTimeStep() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(new LastTimeStep(new Bidirectional(small().build())))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(6).nOut(3).build())
                .build());
    network.init();
    assertTrue(check(network, input, Networks.oneHot(2, BATCH, 3), mask));
  }

  @Test
  void maskZeroSkipsTokensOfThatValue() {
    MultiLayerNetwork wrapped =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE),
            new MaskZeroLayer.Builder().setUnderlying(small().build()).setMaskValue(0).build(),
            3);
    MultiLayerNetwork plain = Networks.withParameters(plain(), wrapped);
    INDArray padded = input.dup();
    for (int b = 0; b < BATCH; b++) {
      for (int t = TIME - b; t < TIME; t++) {
        padded.get(NDArrayIndex.point(b), NDArrayIndex.all(), NDArrayIndex.point(t)).assign(0);
      }
    }
    plain.setLayerMaskArrays(mask, null);
    INDArray expected = plain.feedForwardToLayer(0, padded, false).get(1);
    assertClose(expected, wrapped.feedForwardToLayer(0, padded, false).get(1), 1e-13);
  }

  @Test
  void timeDistributedRunsTheSingleInputLayerOnEveryToken() {
    MultiLayerNetwork every =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE),
            new TimeDistributed(Networks.single().build(), RNNFormat.NCW),
            3);
    MultiLayerNetwork single =
        Networks.withParameters(Networks.network(Networks.conf(DataType.DOUBLE), false), every);
    INDArray all = every.output(input);
    for (int t = 0; t < TIME; t++) {
      assertClose(single.output(token(input, t)), token(all, t), 1e-13);
    }
    assertTrue(check(every, input, Networks.oneHotSequence(2, BATCH, 3, TIME), null));
  }

  private static IterativeMapRecurrentLayer.Builder small() {
    return new IterativeMapRecurrentLayer.Builder()
        .nIn(4)
        .nOut(3)
        .density(0.5)
        .steps(2)
        .activation(Activation.TANH);
  }

  private static MultiLayerNetwork plain() {
    return Networks.recurrent(Networks.conf(DataType.DOUBLE), small().build(), 3);
  }

  private static INDArray token(INDArray array, int t) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)).dup();
  }

  private static INDArray reverse(INDArray array) {
    INDArray reversed = array.dup();
    for (int t = 0; t < TIME; t++) {
      reversed
          .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(TIME - 1 - t))
          .assign(token(array, t));
    }
    return reversed;
  }

  private static boolean check(
      MultiLayerNetwork network, INDArray input, INDArray labels, INDArray mask) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(input)
            .labels(labels)
            .inputMask(mask)
            .labelMask(labels.rank() == 3 ? mask : null)
            .epsilon(1e-6)
            .maxRelError(1e-5)
            .minAbsoluteError(1e-9)
            .subset(true)
            .maxPerParam(4));
  }
}
