package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;
import static org.iterativemaps.layers.SequenceTest.times;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.impl.IterativeMapRecurrent;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Truncated back-propagation through time, against central differences of the loss of a segment as
 * {@code rnnTimeStep} computes it from the state of the segment before.
 */
class TruncatedBpttTest {
  private static final int BATCH = 3;
  private static final int SEGMENT = 3;
  private static final double LEARNING_RATE = 0.5;

  private final INDArray input = Networks.normal(1, BATCH, 4, 2 * SEGMENT);
  private final INDArray labels = Networks.oneHotSequence(2, BATCH, 3, 2 * SEGMENT);

  @Test
  void fitCarriesTheStateAndUsesItInTheGradient() {
    MultiLayerNetwork trained = network(Networks.sequence().build(), SEGMENT);
    INDArray expected = expectedParameters(trained);
    trained.fit(new DataSet(input, labels));
    assertEquals(2, trained.getIterationCount());
    assertClose(expected, trained.params(), 1e-8);
  }

  @Test
  void aSingleStepPerTokenTooWhereSimpleRnnStartsFromZeroAgain() {
    MultiLayerNetwork map =
        network(
            new IterativeMapRecurrentLayer.Builder()
                .nIn(4)
                .nOut(3)
                .activation(Activation.TANH)
                .build(),
            SEGMENT);
    INDArray expected = expectedParameters(map);
    map.fit(new DataSet(input, labels));
    assertClose(expected, map.params(), 1e-8);
    // If this fails, a new DL4J has mended SimpleRnn.
    MultiLayerNetwork simple =
        network(
            new SimpleRnn.Builder().nIn(4).nOut(3).activation(Activation.TANH).build(), SEGMENT);
    expected = expectedParameters(simple);
    simple.fit(new DataSet(input, labels));
    assertDifferent(expected, simple.params());
  }

  /**
   * DL4J's networks never pass their backward length on while fitting: the segment is the limit.
   */
  @Test
  void aShorterBackwardLengthIsIgnoredByDl4jWhenFitting() {
    MultiLayerNetwork whole = network(Networks.sequence().build(), SEGMENT);
    MultiLayerNetwork shorter =
        Networks.withParameters(network(Networks.sequence().build(), 1), whole);
    whole.fit(new DataSet(input, labels));
    shorter.fit(new DataSet(input, labels));
    assertEquals(whole.params(), shorter.params());
  }

  /** Asked directly, the layer goes back so far and no further. */
  @Test
  void backPropagationStopsAfterTheBackwardLength() {
    MultiLayerNetwork network = network(Networks.sequence().build(), SEGMENT);
    IterativeMapRecurrent layer = (IterativeMapRecurrent) network.getLayer(0);
    network.initGradientsView();
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    INDArray epsilon = Networks.normal(3, BATCH, 3, 2 * SEGMENT);

    layer.rnnTimeStep(times(input, 0, 4), none);
    Map<String, INDArray> before = layer.rnnGetPreviousState();
    layer.rnnSetTBPTTState(before);
    layer.rnnActivateUsingStoredState(times(input, 4, 6), true, false, none);
    INDArray last = layer.backpropGradient(times(epsilon, 4, 6), none).getSecond().dup();
    INDArray expected = layer.getGradientsViewArray().dup();
    Map<String, INDArray> stateGradient = Map.copyOf(layer.initialStateGradient());

    layer.activate(input, true, none);
    INDArray inputGradient = layer.tbpttBackpropGradient(epsilon, 2, none).getSecond();
    assertClose(expected, layer.getGradientsViewArray(), 1e-12);
    assertClose(last, times(inputGradient, 4, 6), 1e-13);
    assertClose(times(inputGradient, 0, 4).mul(0), times(inputGradient, 0, 4), 0);
    stateGradient.forEach(
        (slot, value) -> assertClose(value, layer.initialStateGradient().get(slot), 1e-13));
    layer.activate(input, true, none);
    layer.tbpttBackpropGradient(epsilon, 99, none);
    assertDifferent(expected, layer.getGradientsViewArray());
  }

  /** A second backward pass has no tape: it is made again from the same state. */
  @Test
  void withoutATapeItStartsFromTheSameState() {
    MultiLayerNetwork network = network(Networks.sequence().build(), SEGMENT);
    IterativeMapRecurrent layer = (IterativeMapRecurrent) network.getLayer(0);
    network.initGradientsView();
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    INDArray epsilon = Networks.normal(3, BATCH, 3, SEGMENT);
    layer.rnnActivateUsingStoredState(times(input, 0, 3), true, true, none);
    layer.rnnActivateUsingStoredState(times(input, 3, 6), true, true, none);
    layer.backpropGradient(epsilon, none);
    INDArray first = layer.getGradientsViewArray().dup();
    layer.backpropGradient(epsilon, none);
    assertEquals(first, layer.getGradientsViewArray());
    layer.activate(times(input, 3, 6), true, none); // from zero
    layer.backpropGradient(epsilon, none);
    assertDifferent(first, layer.getGradientsViewArray());
  }

  @Test
  void theGradientOfTheInitialStateIsRight() {
    MultiLayerNetwork network = network(Networks.sequence().build(), SEGMENT);
    IterativeMapRecurrent layer = (IterativeMapRecurrent) network.getLayer(0);
    network.initGradientsView();
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    INDArray epsilon = Networks.normal(3, BATCH, 3, SEGMENT);
    INDArray h = Networks.normal(4, BATCH, 5);
    layer.rnnSetTBPTTState(Map.of("h", h));
    layer.rnnActivateUsingStoredState(times(input, 0, 3), true, false, none);
    layer.backpropGradient(epsilon, none);
    INDArray actual = layer.initialStateGradient().get("h");
    for (int i = 0; i < h.length(); i++) {
      int[] unit = {i / 5, i % 5};
      double difference = 0;
      for (int sign : new int[] {1, -1}) {
        INDArray moved = h.dup();
        moved.putScalar(unit, h.getDouble(unit) + sign * 1e-6);
        layer.rnnSetPreviousState(Map.of("h", moved));
        INDArray output = layer.rnnTimeStep(times(input, 0, 3), none);
        difference += sign * output.mul(epsilon).sumNumber().doubleValue();
      }
      assertEquals(difference / 2e-6, actual.getDouble(unit), 1e-8);
    }
  }

  private static MultiLayerNetwork network(Layer layer, int backward) {
    NeuralNetConfiguration.Builder conf = Networks.sgd(LEARNING_RATE);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf.list()
                .layer(layer)
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nIn(3).nOut(3).build())
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTForwardLength(SEGMENT)
                .tBPTTBackwardLength(backward)
                .build());
    network.init();
    return network;
  }

  /**
   * Two steps of gradient descent with numerical gradients, the state of one handed to the next.
   */
  private INDArray expectedParameters(MultiLayerNetwork network) {
    MultiLayerNetwork copy = network.clone();
    INDArray start = copy.params().dup();
    INDArray first = start.sub(gradient(copy, Map.of(), 0).mul(LEARNING_RATE));
    copy.setParams(start);
    copy.rnnClearPreviousState();
    copy.rnnTimeStep(times(input, 0, SEGMENT));
    Map<String, INDArray> carried = copy.rnnGetPreviousState(0);
    copy.setParams(first.dup());
    return first.sub(gradient(copy, carried, SEGMENT).mul(LEARNING_RATE));
  }

  private INDArray gradient(MultiLayerNetwork network, Map<String, INDArray> state, int from) {
    INDArray parameters = network.params();
    INDArray gradient = parameters.dup();
    for (int i = 0; i < parameters.length(); i++) {
      double value = parameters.getDouble(i);
      parameters.putScalar(i, value + 1e-6);
      double above = loss(network, state, from);
      parameters.putScalar(i, value - 1e-6);
      gradient.putScalar(i, (above - loss(network, state, from)) / 2e-6);
      parameters.putScalar(i, value);
    }
    return gradient;
  }

  private double loss(MultiLayerNetwork network, Map<String, INDArray> state, int from) {
    network.rnnSetPreviousState(0, state);
    INDArray log = Transforms.log(network.rnnTimeStep(times(input, from, from + SEGMENT)));
    return -log.mul(times(labels, from, from + SEGMENT)).sumNumber().doubleValue() / BATCH;
  }
}
