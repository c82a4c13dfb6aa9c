package org.iterativemaps.benchmarks;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelChoice;
import org.iterativemaps.kernel.KernelSelection;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.nativeblas.NativeOpsHolder;

/** What is measured, by name. */
final class Subjects {
  /** The kernel for GPUs. */
  static final String CUDA = "cuda";

  private static final Map<String, String> KERNELS =
      Map.of(
          "fused-simd", "simd", "fused-scalar", "scalar", "reference", "reference", CUDA, "cuda");

  /** All map kernels of the CPU. */
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
      System.setProperty(KernelSelection.PROPERTY, KERNELS.get(subject));
    }
    Nd4j.factory().blas().setMaxThreads(threads);
    NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    Nd4j.getRandom().setSeed(1);
  }

  /**
   * Why a subject cannot run on this machine; empty if it can, as all but the GPU's can. Asking
   * makes the GPU known to this JVM.
   */
  static Optional<String> obstacle(String subject) {
    if (!subject.equals(CUDA)) {
      return Optional.empty();
    }
    String before = System.setProperty(KernelSelection.PROPERTY, KERNELS.get(subject));
    try {
      KernelSelection.advice(); // asks for a map that every kernel can run
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    } finally {
      if (before == null) {
        System.clearProperty(KernelSelection.PROPERTY);
      } else {
        System.setProperty(KernelSelection.PROPERTY, before);
      }
    }
  }

  /**
   * Checks that a map runs on its subject's kernel: one that refuses it is passed over with a
   * warning, which nobody reads in a table.
   *
   * @throws IllegalStateException if it would run on another one, with the reason
   */
  static void requireKernel(String subject, MapProgram program) {
    KernelChoice choice = KernelSelection.choice(program, DataType.FLOAT);
    if (!choice.provider().name().equals(KERNELS.get(subject))) {
      throw new IllegalStateException(subject + " would be the " + choice);
    }
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
