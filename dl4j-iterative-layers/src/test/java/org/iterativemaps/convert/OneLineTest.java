package org.iterativemaps.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a line makes, and what its parameters are called. */
class OneLineTest {
  @Test
  void keysOfParametersNameTheSlots() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapLayer.Builder().nOut(4).steps(3).density(0.5).build())
                .setInputType(InputType.feedForward(3))
                .build());
    network.init();
    assertEquals(Set.of("0_W[x->h]", "0_W[h->h]", "0_b[h]"), network.paramTable().keySet());
    INDArray vector = network.getParam("0_W[x->h]");
    double[][] matrix = LayerWeights.read(network.getLayer(0)).matrix("x", "h");
    int next = 0;
    for (double[] targetUnit : matrix) {
      for (double weight : targetUnit) {
        if (weight != 0) { // the weights that exist are drawn, none of them is zero
          assertEquals(vector.getDouble(next++), weight);
        }
      }
    }
    assertEquals(vector.length(), next);
  }

  @Test
  void oneLineBuilders() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(IterativeMaps.mlpLayer(Activation.TANH, 6, 5).build())
                .layer(IterativeMaps.loopedLayer(4, 3).build())
                .setInputType(InputType.feedForward(3))
                .build());
    network.init();
    assertEquals(3 * 6 + 6 + 6 * 5 + 5 + 5 * 4 + 4 * 4 + 4, network.numParams());
    MultiLayerNetwork rnn =
        new MultiLayerNetwork(
            FromMlpTest.conf(DataType.DOUBLE)
                .list()
                .layer(IterativeMaps.rnnLayer(4).build())
                .setInputType(InputType.recurrent(3))
                .build());
    rnn.init();
    assertEquals(3 * 4 + 4 * 4 + 4, rnn.numParams());
    UnrollingTest.assertRefused("widths", () -> IterativeMaps.mlpLayer(Activation.TANH));
  }
}
