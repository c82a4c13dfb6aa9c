package org.iterativemaps.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Before a map is measured, what it computes is compared with the reference kernel. */
final class Verification {
  private Verification() {}

  /** Compares the first layer's output. */
  static void check(MultiLayerNetwork network, INDArray input, INDArray output) {
    if (!(network.getLayer(0).conf().getLayer() instanceof IterativeMapConf conf)) {
      return;
    }
    MapProgram program = conf.program();
    List<INDArray> parameters = new ArrayList<>();
    for (String key :
        IterativeMapParamInitializer.getInstance()
            .paramKeys(network.getLayer(0).conf().getLayer())) {
      parameters.add(network.getLayer(0).getParam(key));
    }
    boolean sequence = input.rank() == 3;
    INDArray expected = Nd4j.create(sequence ? output.shape() : three(output));
    new ReferenceKernel(program)
        .forward(
            parameters.toArray(INDArray[]::new),
            sequence ? input : input.reshape('f', three(input)),
            null,
            null,
            expected,
            false);
    double difference = Magnitude.largestDifference(expected, output.reshape(expected.shape()));
    if (!(difference < 1e-3)) {
      throw new IllegalStateException(
          "the subject differs from the reference kernel by " + difference);
    }
  }

  private static long[] three(INDArray matrix) {
    return new long[] {matrix.size(0), matrix.size(1), 1};
  }
}
