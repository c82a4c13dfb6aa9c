package org.iterativemaps.samediff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Random;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Sparsity;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small maps, data and checks for the SameDiff tests. */
final class Graphs {
  private Graphs() {}

  /** Three state slots with feedback, a fixed block, a slot without bias, every kind of pattern. */
  static BlockMap richMap(int nIn, Injection injection) {
    return BlockMap.builder()
        .input("x", nIn)
        .state("h", 5, Activation.TANH)
        .stateWithoutBias("g", 4, Activation.SIGMOID.getActivationFunction())
        .state("y", 3, Activation.IDENTITY)
        .connect("x", "h", Sparsity.density(0.6))
        .connect("h", "h", Sparsity.fanIn(2))
        .connectFixed("h", "h", Sparsity.diagonal(), FixedValues.constant(0.3))
        .connect("y", "h", Sparsity.bernoulli(0.7))
        .connect("h", "g", Sparsity.entries(7))
        .connect("g", "y", Sparsity.dense())
        .connect("x", "y", Sparsity.density(0.5))
        .output("y")
        .injection(injection)
        .seed(3)
        .build();
  }

  /** Every typed block, wires, both normalisations, every update. */
  static SDBlockMap everything(int nIn) {
    SDBlockMap inner =
        SDBlockMap.builder()
            .input("a")
            .state("b", 4, Activation.SOFTPLUS)
            .connect("a", "b", Sparsity.density(0.7))
            .connect("b", "b", Sparsity.fanIn(1))
            .output("b")
            .build();
    return SDBlockMap.builder()
        .input("x", nIn)
        .wire("r", 4, Activation.SIGMOID)
        .wireWithoutBias("n", 4, Activation.IDENTITY)
        .state("h", 4, Activation.TANH)
        .state("c", 4, Activation.TANH)
        .state("q", 4, Activation.IDENTITY)
        .state("y", 4, Activation.IDENTITY)
        .connect("x", "r", Sparsity.dense())
        .connect("h", "r", Sparsity.density(0.5))
        .connect("h", "n", SDBlocks.identity())
        .connect("x", "n", Sparsity.dense())
        .normalise("n", Normalisation.LAYER)
        .connect("n", "h", Sparsity.dense())
        .connect(java.util.List.of("r", "c"), "h", SDBlocks.product())
        .update("h", Update.gated("r"))
        .connect(
            java.util.List.of("x", "h"),
            "c",
            SDBlocks.linearProduct(Sparsity.density(0.6), Sparsity.fanIn(2)))
        .connectFixed("h", "c", Sparsity.diagonal(), FixedValues.constant(0.5))
        .update("c", Update.gated("r", "n"))
        .connect(java.util.List.of("n", "h", "c"), "q", SDBlocks.attention(2, 3))
        .connect("x", "q", SDBlocks.nested(inner, 2))
        .normalise("q", Normalisation.RMS)
        .update("q", Update.residual(0.5))
        .connect("q", "y", Sparsity.dense())
        .connect("y", "h", Sparsity.density(0.4))
        .output("y")
        .seed(5)
        .build();
  }

  static INDArray normal(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    assertArrayEquals(expected.shape(), actual.shape());
    double largest = expected.sub(actual).amaxNumber().doubleValue();
    assertTrue(
        largest <= tolerance, // false for NaN
        () -> "largest difference " + largest + "\n" + expected + "\n" + actual);
  }

  /**
   * Central differences of the loss against SameDiff's gradients, for all variables and
   * placeholders. (GradCheckUtil passes any gradient that is exactly zero; this does not.)
   */
  static void checkGradients(SameDiff graph, String loss, Map<String, INDArray> data) {
    graph.setLossVariables(loss);
    String[] names =
        graph.variables().stream()
            .filter(v -> v.getVariableType() == VariableType.VARIABLE || data.containsKey(v.name()))
            .map(SDVariable::name)
            .toArray(String[]::new);
    assertTrue(names.length > data.size(), "no variables");
    graph.createGradFunction(names);
    Map<String, INDArray> gradients = graph.calculateGradients(data, names);
    for (String name : names) {
      INDArray values = data.containsKey(name) ? data.get(name) : graph.getVariable(name).getArr();
      INDArray expected = Nd4j.zeros(DataType.DOUBLE, values.shape());
      for (long i = 0; i < values.length(); i++) {
        double value = values.getDouble(i);
        values.putScalar(i, value + 1e-5);
        double above = graph.output(data, loss).get(loss).sumNumber().doubleValue();
        values.putScalar(i, value - 1e-5);
        double below = graph.output(data, loss).get(loss).sumNumber().doubleValue();
        values.putScalar(i, value);
        expected.putScalar(i, (above - below) / 2e-5);
      }
      INDArray found = gradients.get(name);
      double scale = 1 + expected.amaxNumber().doubleValue();
      double error = expected.sub(found).amaxNumber().doubleValue() / scale;
      assertTrue(error < 1e-7, () -> name + ": error " + error + "\n" + expected + "\n" + found);
    }
  }
}
