package org.iterativemaps.benchmarks;

import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.nativeblas.NativeOpsHolder;

/** What is measured, by name. */
final class Subjects {
  private static final Map<String, String> KERNELS =
      Map.of("fused-simd", "simd", "fused-scalar", "scalar", "reference", "reference");

  /** All map kernels. */
  static final String[] MAPS = {"fused-simd", "fused-scalar", "reference"};

  private Subjects() {}

  /** Whether it is a layer of DL4J's, which is measured under its own better setting. */
  static boolean isDl4j(String subject) {
    return Set.of("SimpleRnn", "LSTM", "DenseLayers").contains(subject);
  }

  static boolean isMap(String subject) {
    return KERNELS.containsKey(subject);
  }

  /**
   * Chooses the kernel of a map subject and the number of threads. To be called before anything
   * else in a fresh JVM: the choice is made once.
   */
  static void prepare(String subject, int threads) {
    if (isMap(subject)) {
      System.setProperty("org.iterativemaps.kernel", KERNELS.get(subject));
    }
    Nd4j.factory().blas().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.getRandom().setSeed(1);
  }

  static NeuralNetConfiguration.Builder configuration() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .updater(new Adam(1e-3))
        .activation(Activation.TANH);
  }

  static MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    network.initGradientsView();
    return network;
  }
}
