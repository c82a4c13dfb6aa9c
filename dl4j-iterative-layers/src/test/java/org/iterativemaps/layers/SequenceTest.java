package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sequences of several lengths, one step at a time, and in both data formats. */
class SequenceTest {
  private static final int BATCH = 4;
  private static final int TIME = 5;

  private final INDArray input = Networks.normal(1, BATCH, 4, TIME);
  private final INDArray labels = Networks.oneHotSequence(2, BATCH, 3, TIME);
  private final INDArray mask = Networks.raggedMask(BATCH, TIME);

  private static MultiLayerNetwork network() {
    return Networks.network(Networks.conf(DataType.DOUBLE), true);
  }

  @Test
  void aPaddedBatchEqualsItsSequencesOneByOne() {
    MultiLayerNetwork network = network();
    INDArray together = network.output(input, false, mask, mask);
    INDArray sum = Nd4j.zeros(DataType.DOUBLE, network.params().shape());
    for (int b = 0; b < BATCH; b++) {
      DataSet alone = new DataSet(cut(input, b), cut(labels, b));
      assertClose(network.output(alone.getFeatures()), cut(together, b), 1e-13);
      sum.addi(Networks.gradient(network, alone));
    }
    assertClose(sum, Networks.gradient(network, new DataSet(input, labels, mask, mask)), 1e-12);
  }

  @Test
  void outputsOfPaddingAreZeroAndSoIsTheGradientOfItsInput() {
    MultiLayerNetwork network = network();
    INDArray hidden = network.feedForwardToLayer(0, input, false).get(1);
    assertTrue(hidden.getDouble(3, 0, TIME - 1) != 0);
    network.setLayerMaskArrays(mask, mask);
    INDArray masked = network.feedForwardToLayer(0, input, false).get(1);
    network.clearLayerMaskArrays();
    INDArray inputGradient = network.calculateGradients(input, labels, mask, mask).getSecond();
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t < TIME; t++) {
        boolean data = mask.getDouble(b, t) == 1;
        assertEquals(data, masked.getDouble(b, 0, t) != 0, b + " " + t);
        assertEquals(data, inputGradient.getDouble(b, 0, t) != 0, b + " " + t);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {17, -1e6, 1e30})
  void whatThePaddingHoldsDoesNotMatter(double garbage) {
    MultiLayerNetwork network = network();
    INDArray dirty = input.dup();
    for (int b = 0; b < BATCH; b++) {
      dirty
          .get(NDArrayIndex.point(b), NDArrayIndex.all(), NDArrayIndex.interval(length(b), TIME))
          .assign(garbage);
    }
    assertDifferent(input, dirty);
    assertEquals(
        network.output(input, false, mask, mask), network.output(dirty, false, mask, mask));
    assertEquals(
        Networks.gradient(network, new DataSet(input, labels, mask, mask)),
        Networks.gradient(network, new DataSet(dirty, labels, mask, mask)));
  }

  /** Holes in the middle: state and output are zero there, as in DL4J's own recurrent layers. */
  @Test
  void aMaskedStepInTheMiddleClearsTheState() {
    MultiLayerNetwork network = network();
    INDArray hole = Nd4j.ones(DataType.DOUBLE, BATCH, TIME);
    hole.getColumn(2).assign(0);
    INDArray all = network.output(input, false, hole, hole);
    INDArray tail = times(input, 3, TIME);
    assertClose(network.output(tail), times(all, 3, TIME), 1e-13);
  }

  @ParameterizedTest
  @EnumSource(Injection.class)
  void stepByStepEqualsTheWholeSequence(Injection injection) {
    for (int steps : new int[] {1, 3}) {
      MultiLayerNetwork network =
          Networks.recurrent(
              Networks.conf(DataType.DOUBLE),
              new IterativeMapRecurrentLayer.Builder()
                  .map(Networks.richMap(4, injection))
                  .steps(steps)
                  .build(),
              3);
      INDArray whole = network.output(input);
      network.rnnClearPreviousState();
      for (int t = 0; t < TIME; t++) {
        INDArray token = input.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t));
        assertClose(
            whole.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(t)).dup(),
            network.rnnTimeStep(token.dup()),
            1e-13);
      }
      network.rnnClearPreviousState();
      assertClose(times(whole, 0, 2), network.rnnTimeStep(times(input, 0, 2)), 1e-13);
      assertClose(times(whole, 2, TIME), network.rnnTimeStep(times(input, 2, TIME)), 1e-13);
      assertDifferent(times(whole, 0, 2), network.rnnTimeStep(times(input, 0, 2)));
      network.rnnClearPreviousState();
      assertClose(times(whole, 0, 2), network.rnnTimeStep(times(input, 0, 2)), 1e-13);
    }
  }

  @Test
  void aStateCanBeTakenAndGivenBack() {
    MultiLayerNetwork network = network();
    INDArray whole = network.output(input);
    network.rnnTimeStep(times(input, 0, 2));
    Map<String, INDArray> state = network.rnnGetPreviousState(0);
    assertEquals(Set.of("h", "g", "y"), state.keySet());
    INDArray h = state.get("h").dup();
    assertClose(times(whole, 2, TIME), network.rnnTimeStep(times(input, 2, TIME)), 1e-13);
    assertEquals(h, state.get("h")); // what was handed out does not change
    MultiLayerNetwork other = Networks.withParameters(network(), network);
    other.rnnSetPreviousState(0, state);
    assertClose(times(whole, 2, TIME), other.rnnTimeStep(times(input, 2, TIME)), 1e-13);
    // Slots that are not given start at zero.
    other.rnnSetPreviousState(0, Map.of());
    assertClose(times(whole, 0, 2), other.rnnTimeStep(times(input, 0, 2)), 1e-13);
  }

  /** {@code output} and training neither use nor change the state of {@code rnnTimeStep}. */
  @Test
  void theStoredStateIsLeftAlone() {
    MultiLayerNetwork network = Networks.network(Networks.sgd(0), true);
    INDArray whole = network.output(input);
    network.rnnTimeStep(times(input, 0, 2));
    assertClose(whole, network.output(input), 0);
    network.fit(new DataSet(input, labels));
    assertClose(times(whole, 2, TIME), network.rnnTimeStep(times(input, 2, TIME)), 1e-13);
  }

  @Test
  void bothDataFormatsGiveTheSameNumbers() {
    MultiLayerNetwork ncw = network();
    MultiLayerNetwork nwc = Networks.withParameters(nwcNetwork(), ncw);
    INDArray turned = turn(input);
    assertClose(ncw.output(input), turn(nwc.output(turned)), 1e-13);
    assertClose(
        ncw.output(input, false, mask, mask), turn(nwc.output(turned, false, mask, mask)), 1e-13);
    assertClose(
        Networks.gradient(ncw, new DataSet(input, labels, mask, mask)),
        Networks.gradient(nwc, new DataSet(turned, turn(labels), mask, mask)),
        1e-12);
    assertClose(
        ncw.calculateGradients(input, labels, mask, mask).getSecond(),
        turn(nwc.calculateGradients(turned, turn(labels), mask, mask).getSecond()),
        1e-13);
    ncw.clearLayerMaskArrays();
    nwc.clearLayerMaskArrays();
    for (int t = 0; t < 2; t++) {
      INDArray part = times(input, 2 * t, 2 * t + 2);
      assertClose(ncw.rnnTimeStep(part), turn(nwc.rnnTimeStep(turn(part))), 1e-13);
    }
  }

  static MultiLayerNetwork nwcNetwork() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(Networks.sequence().dataFormat(RNNFormat.NWC).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(3)
                        .nOut(3)
                        .dataFormat(RNNFormat.NWC)
                        .build())
                .build());
    network.init();
    return network;
  }

  static INDArray turn(INDArray array) {
    return array.permute(0, 2, 1).dup();
  }

  static INDArray times(INDArray array, int from, int to) {
    return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup();
  }

  private static int length(int b) {
    return Math.max(1, TIME - b);
  }

  /** Sequence b alone, without padding. */
  private static INDArray cut(INDArray array, int b) {
    return array
        .get(
            NDArrayIndex.interval(b, b + 1),
            NDArrayIndex.all(),
            NDArrayIndex.interval(0, length(b)))
        .dup();
  }
}
