package org.iterativemaps.samediff;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Small maps, data and checks for the SameDiff tests. */
public final class Graphs {
  private Graphs() {}

  /** Every typed block, wires, both normalisations, every update. */
  public static BlockMap everything(int nIn) {
    BlockMap inner =
        BlockMap.builder()
            .input("a")
            .state("b", 4, Activation.SOFTPLUS)
            .connect("a", "b", Sparsity.density(0.7))
            .connect("b", "b", Sparsity.fanIn(1))
            .output("b")
            .build();
    return BlockMap.builder()
        .input("x", nIn)
        .wire("r", 4, Activation.SIGMOID)
        .wireWithoutBias("n", 4, Activation.IDENTITY)
        .state("h", 4, Activation.TANH)
        .state("c", 4, Activation.TANH)
        .state("q", 4, Activation.IDENTITY)
        .state("y", 4, Activation.IDENTITY)
        .connect("x", "r", Sparsity.dense())
        .connect("h", "r", Sparsity.density(0.5))
        .connect("h", "n", BlockFunctions.identity())
        .connect("x", "n", Sparsity.dense())
        .normalise("n", Normalisation.LAYER)
        .connect("n", "h", Sparsity.dense())
        .connect(List.of("r", "c"), "h", BlockFunctions.product())
        .update("h", Update.gated("r"))
        .connect(
            List.of("x", "h"),
            "c",
            BlockFunctions.linearProduct(Sparsity.density(0.6), Sparsity.fanIn(2)))
        .connectFixed("h", "c", Sparsity.diagonal(), WeightValues.constant(0.5))
        .update("c", Update.gated("r", "n"))
        .connect(List.of("n", "h", "c"), "q", BlockFunctions.attention(2, 3))
        .connect("x", "q", BlockFunctions.nested(inner, 2))
        .normalise("q", Normalisation.RMS)
        .update("q", Update.residual(0.5))
        .connect("q", "y", Sparsity.dense())
        .connect("y", "h", Sparsity.density(0.4))
        .output("y")
        .seed(5)
        .build();
  }

  /**
   * Central differences of the loss against SameDiff's gradients, for all variables and
   * placeholders. (GradCheckUtil passes any gradient that is exactly zero; this does not.)
   */
  public static void checkGradients(SameDiff graph, String loss, Map<String, INDArray> data) {
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
      double scale = 1 + Magnitude.largest(expected);
      double error = Magnitude.largestDifference(expected, found) / scale;
      assertTrue(error < 1e-7, () -> name + ": error " + error + "\n" + expected + "\n" + found);
    }
  }
}
