package org.iterativemaps.samediff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.Networks;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Why the layers of this package do not extend DL4J's {@link SameDiffLayer}: in 1.0.0-M2.1 it
 * back-propagates wrongly. Should this test fail one day, DL4J was repaired.
 */
class Dl4jSameDiffLayerTest {

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  /** The product without a name, of a layer with one parameter. */
  private static final String LONE_PRODUCT = "lone product";

  /** x W, then something else. */
  private static final class Theirs extends SameDiffLayer {
    private static final long serialVersionUID = 1L;
    private final String ending;

    Theirs(String ending) {
      this.ending = ending;
    }

    @Override
    public SDVariable defineLayer(
        SameDiff graph, SDVariable input, Map<String, SDVariable> params, SDVariable mask) {
      SDVariable product = input.mmul(params.get("W"));
      return switch (ending) {
        case "tanh" -> graph.nn().tanh("tanh", product);
        case "softmax" -> graph.nn().softmax("softmax", product, -1);
        case "sum" -> product.add("sum", params.get("b"));
        case "product" -> product.mul("product", 3);
        default -> product.mul(3);
      };
    }

    @Override
    public void defineParameters(SDLayerParams params) {
      params.addWeightParam("W", 3, 2);
      if (!ending.equals(LONE_PRODUCT)) {
        params.addBiasParam("b", 1, 2);
      }
    }

    @Override
    public void initializeParameters(Map<String, INDArray> params) {
      params.get("W").assign(Networks.normal(1, 3, 2));
      if (params.containsKey("b")) {
        params.get("b").assign(Networks.normal(4, 1, 2));
      }
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
      return InputType.feedForward(2);
    }
  }

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(new NoOp())
                .list()
                .layer(layer)
                .layer(
                    new LossLayer.Builder(LossFunction.MSE).activation(Activation.IDENTITY).build())
                .build());
    network.init();
    return network;
  }

  private static boolean check(MultiLayerNetwork network) {
    return GradientCheckUtil.checkGradients(
        new GradientCheckUtil.MLNConfig()
            .net(network)
            .input(Networks.normal(2, 4, 3))
            .labels(Networks.normal(3, 4, 2))
            .epsilon(1e-6)
            .maxRelError(1e-5)
            .minAbsoluteError(1e-9));
  }

  @Test
  void theirsFailsWhereTheResultIsNamed() {
    for (String ending : new String[] {"tanh", "softmax", "product"}) {
      MultiLayerNetwork network = network(new Theirs(ending));
      RuntimeException error = assertThrows(RuntimeException.class, () -> check(network));
      assertTrue(error.getMessage().contains(ending + "-grad exists"), error.getMessage());
    }
  }

  @Test
  void theirsIsWrongWhereItEndsInASum() {
    assertFalse(check(network(new Theirs("sum"))));
  }

  @Test
  void theirsDoublesTheGradientOfItsOneParameter() {
    MultiLayerNetwork network = network(new Theirs(LONE_PRODUCT));
    assertFalse(check(network));
    INDArray input = Networks.normal(2, 4, 3);
    INDArray labels = Networks.normal(3, 4, 2);
    network.setInput(input);
    network.setLabels(labels);
    network.computeGradientAndScore();
    INDArray found = network.gradient().getGradientFor("0_W");
    // d/dW of the mean over two features of (3 x W - t)^2, summed over the batch
    INDArray residual = input.mmul(Networks.normal(1, 3, 2)).mul(3).sub(labels);
    INDArray expected = input.transpose().mmul(residual.mul(3));
    assertEquals(2, found.norm2Number().doubleValue() / expected.norm2Number().doubleValue(), 1e-9);
  }

  @Test
  void oursPassesWhateverItEndsIn() {
    for (Activation activation : new Activation[] {Activation.TANH, Activation.IDENTITY}) {
      BlockMap map =
          BlockMap.builder()
              .input("x", 3)
              .stateWithoutBias("h", 2, activation)
              .connect("x", "h", Sparsity.dense())
              .output("h")
              .build();
      assertTrue(check(network(new IterativeMapLayer.Builder().map(map).build())));
    }
  }
}
