package org.iterativemaps.examples.golden;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Comparisons that several kinds of golden files need. */
final class Compared {
  private Compared() {}

  /** {@code {input, weight: {…}, bias: {…}}}, the input where the file has it. */
  static void gradients(String prefix, GoldenNode grad, Gradients found, Comparison comparison) {
    if (grad.has("input")) {
      comparison.compare(prefix + "grad input", grad.array("input"), found.input());
    }
    byName(prefix + "grad weight ", grad.get("weight"), found.weights(), comparison);
    byName(prefix + "grad bias ", grad.get("bias"), found.biases(), comparison);
  }

  /** An array for every field. */
  static void byName(
      String prefix, GoldenNode expected, Map<String, INDArray> found, Comparison comparison) {
    for (String name : expected.fields()) {
      if (!found.containsKey(name)) {
        throw new GoldenFormatException(
            expected.path() + "." + name + ": not in the model, which has " + found.keySet());
      }
      comparison.compare(prefix + name, expected.array(name), found.get(name));
    }
  }

  /** sum(output * weights), the loss of most files. */
  static double weightedSum(INDArray output, INDArray weights) {
    return output.mul(weights).sumNumber().doubleValue();
  }
}
