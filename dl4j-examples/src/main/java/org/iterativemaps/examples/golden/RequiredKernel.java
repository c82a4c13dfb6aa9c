package org.iterativemaps.examples.golden;

import java.util.function.Supplier;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.KernelChoice;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.layers.IterativeMapConf;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A kernel that every map of a way has to run on.
 *
 * @param name what the system property {@value KernelSelection#PROPERTY} calls it
 */
record RequiredKernel(String name) {

  /**
   * Runs something with the system property naming this kernel, whatever it named before.
   *
   * @throws IllegalArgumentException if the kernel can run nothing on this machine; with the reason
   */
  <T> T call(Supplier<T> action) {
    String before = System.getProperty(KernelSelection.PROPERTY);
    System.setProperty(KernelSelection.PROPERTY, name);
    try {
      requireAvailable();
      return action.get();
    } finally {
      if (before == null) {
        System.clearProperty(KernelSelection.PROPERTY);
      } else {
        System.setProperty(KernelSelection.PROPERTY, before);
      }
    }
  }

  private void requireAvailable() {
    try {
      KernelSelection.advice(); // asks for a map that every kernel can run
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(
          "--via " + name + " cannot run here: " + e.getMessage(), e);
    }
  }

  /**
   * Checks the kernel of a network whose first layer is a map.
   *
   * @throws OtherKernelException if it is another one, as for a map that this one refuses
   */
  void check(MultiLayerNetwork network, DataType type) {
    IterativeMapConf layer = (IterativeMapConf) network.getLayer(0).conf().getLayer();
    KernelChoice choice = KernelSelection.choice(layer.program(), type);
    if (!choice.provider().name().equals(name)) {
      throw new OtherKernelException("its map would run on the " + choice);
    }
  }
}
