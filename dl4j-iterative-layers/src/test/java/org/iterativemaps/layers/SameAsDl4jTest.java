package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Special cases of the map against DL4J's own layers with the same weights. */
class SameAsDl4jTest {
  private static final int N_IN = 4;
  private static final int N_OUT = 5;

  @ParameterizedTest
  @CsvSource({"TANH,false", "TANH,true", "SIGMOID,false", "RELU,true"})
  void oneStepPerTokenIsSimpleRnn(Activation activation, boolean masked) {
    MultiLayerNetwork rnn =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE),
            new SimpleRnn.Builder().nIn(N_IN).nOut(N_OUT).activation(activation).build(),
            N_OUT);
    MultiLayerNetwork map =
        Networks.recurrent(
            Networks.conf(DataType.DOUBLE),
            new IterativeMapRecurrentLayer.Builder()
                .nIn(N_IN)
                .nOut(N_OUT)
                .activation(activation)
                .build(),
            N_OUT);
    setTransposed(map, "0_W[x->h]", rnn.getParam("0_W"));
    setTransposed(map, "0_W[h->h]", rnn.getParam("0_RW"));
    map.setParam("0_b[h]", rnn.getParam("0_b"));
    map.setParam("1_W", rnn.getParam("1_W"));

    INDArray input = Networks.normal(1, 6, N_IN, 7);
    INDArray labels = Networks.oneHotSequence(2, 6, 3, 7);
    INDArray mask = masked ? Networks.raggedMask(6, 7) : null;
    assertClose(rnn.output(input, false, mask, mask), map.output(input, false, mask, mask));
    Gradient expected = gradient(rnn, input, labels, mask);
    Gradient actual = gradient(map, input, labels, mask);
    assertClose(expected.getGradientFor("1_W"), actual.getGradientFor("1_W"));
    assertTransposed(expected.getGradientFor("0_W"), actual.getGradientFor("0_W[x->h]"));
    assertTransposed(expected.getGradientFor("0_RW"), actual.getGradientFor("0_W[h->h]"));
    assertClose(expected.getGradientFor("0_b"), actual.getGradientFor("0_b[h]").reshape(N_OUT));
    rnn.rnnTimeStep(input);
    map.rnnTimeStep(input);
    assertClose(rnn.rnnTimeStep(input), map.rnnTimeStep(input));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aMapWithoutRecurrenceIsDenseLayer(int steps) {
    MultiLayerNetwork dense =
        Networks.feedForward(
            Networks.conf(DataType.DOUBLE),
            new DenseLayer.Builder().nIn(N_IN).nOut(N_OUT).activation(Activation.TANH).build(),
            N_OUT);
    MultiLayerNetwork map =
        Networks.feedForward(
            Networks.conf(DataType.DOUBLE),
            new IterativeMapLayer.Builder()
                .map(
                    BlockMap.builder()
                        .input("x", N_IN)
                        .state("h", N_OUT, Activation.TANH)
                        .connect("x", "h", Sparsity.dense())
                        .output("h")
                        .build())
                .steps(steps)
                .build(),
            N_OUT);
    setTransposed(map, "0_W[x->h]", dense.getParam("0_W"));
    map.setParam("0_b[h]", dense.getParam("0_b").reshape(N_OUT));
    map.setParam("1_W", dense.getParam("1_W"));
    INDArray input = Networks.normal(1, 6, N_IN);
    INDArray labels = Networks.oneHot(2, 6, 3);
    assertClose(dense.output(input), map.output(input));
    Gradient expected = gradient(dense, input, labels, null);
    Gradient actual = gradient(map, input, labels, null);
    assertTransposed(expected.getGradientFor("0_W"), actual.getGradientFor("0_W[x->h]"));
    assertClose(
        expected.getGradientFor("0_b").reshape(N_OUT),
        actual.getGradientFor("0_b[h]").reshape(N_OUT));
  }

  static void setTransposed(MultiLayerNetwork network, String key, INDArray dl4jWeights) {
    network.setParam(key, flat(dl4jWeights.transpose()));
  }

  private static void assertTransposed(INDArray dl4jWeights, INDArray actual) {
    assertClose(flat(dl4jWeights.transpose()), flat(actual));
  }

  private static INDArray flat(INDArray array) {
    return array.dup('c').reshape('c', new long[] {array.length()});
  }

  static Gradient gradient(
      MultiLayerNetwork network, INDArray input, INDArray labels, INDArray mask) {
    network.setInput(input);
    network.setLabels(labels);
    network.setLayerMaskArrays(mask, mask);
    network.computeGradientAndScore();
    network.clearLayerMaskArrays();
    return network.gradient();
  }

  static void assertClose(INDArray expected, INDArray actual) {
    assertEquals(expected.shapeInfoToString().isEmpty(), actual.shapeInfoToString().isEmpty());
    double largest = Magnitude.largestDifference(expected, actual);
    assertTrue(
        largest < 1e-12, () -> "largest difference " + largest + "\n" + expected + "\n" + actual);
  }
}
