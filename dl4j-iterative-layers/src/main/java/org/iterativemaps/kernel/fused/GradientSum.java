package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Adds up the workers' gradients of the parameters, and writes them to ND4J's arrays. */
final class GradientSum {
  private final List<Parameter> order;
  private float[] sum; // of one parameter, where no worker's gradients lie in its order

  GradientSum(List<Parameter> order) {
    this.order = order;
  }

  /**
   * Overwrites gradients with the workers', added up in their order: to the first one's where that
   * can be.
   *
   * @throws IllegalArgumentException if an array has not as many elements as its parameter
   */
  void write(LaneTeam team, List<ParameterGradients> workers, INDArray[] gradients) {
    for (int p = 0; p < order.size(); p++) {
      Parameter parameter = order.get(p);
      int length = parameter.length();
      HeapCopy.requireLength("gradient", p, gradients[p], length);
      float[] own = workers.get(0).own(parameter).orElse(null);
      float[] into = own != null ? own : zeros(length);
      List<ParameterGradients> others = own != null ? workers.subList(1, workers.size()) : workers;
      if (!others.isEmpty()) {
        team.copy(
            length,
            (share, shares) -> {
              for (ParameterGradients other : others) {
                other.addTo(parameter, into, share, shares);
              }
            });
      }
      INDArray gradient = gradients[p];
      if (HeapCopy.isPlain(gradient)) {
        team.copy(
            length,
            (share, shares) -> {
              int begin = LaneBlock.begin(length, share, shares);
              HeapCopy.write(into, begin, LaneBlock.end(length, share, shares), gradient);
            });
      } else {
        HeapCopy.write(into, gradient);
      }
    }
  }

  private float[] zeros(int length) {
    sum = HeapCopy.atLeast(sum, length);
    Arrays.fill(sum, 0, length, 0);
    return sum;
  }

  /** Floats held after gradients of blocks were added up. */
  static long length(List<Parameter> order, LaneBlock[] blocks) {
    return order.stream()
        .filter(p -> !p.isBias() && !ParameterGradients.isInOrder(blocks[p.block()]))
        .mapToLong(Parameter::length)
        .max()
        .orElse(0);
  }

  /** Floats held. */
  long length() {
    return sum == null ? 0 : sum.length;
  }
}
