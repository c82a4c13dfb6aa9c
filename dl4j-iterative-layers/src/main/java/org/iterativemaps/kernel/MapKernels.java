package org.iterativemaps.kernel;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which kernel runs a layer. */
public final class MapKernels {
  private static final Logger LOG = LoggerFactory.getLogger("org.iterativemaps.kernel");

  private MapKernels() {}

  /**
   * A kernel for one layer: the fused one for FLOAT on the CPU, else the reference. The system
   * property {@value KernelMode#PROPERTY} (auto, simd, scalar or reference) has a say. A program of
   * more than {@value ManyStepsKernel#MOST_UPDATES} updates per token is run step by step, in
   * inference only.
   *
   * @param type the network's floating type
   * @throws IllegalArgumentException if the system property names no kernel
   * @throws IllegalStateException if it demands simd, which cannot be loaded
   */
  public static MapKernel of(MapProgram program, DataType type) {
    return ManyStepsKernel.isFor(program)
        ? new ManyStepsKernel(program, ofFewSteps(program.withOneStep(), type))
        : ofFewSteps(program, type);
  }

  private static MapKernel ofFewSteps(MapProgram program, DataType type) {
    if (KernelMode.fromProperty() == KernelMode.REFERENCE) {
      LOG.info("kernel: reference, as -D{} says", KernelMode.PROPERTY);
      return new ReferenceKernel(program);
    }
    return isFused(type) ? new FusedKernel(program) : new ReferenceKernel(program);
  }

  /** Whether {@link #of} chooses the fused kernel. */
  static boolean isFused(DataType type) {
    return KernelMode.fromProperty() != KernelMode.REFERENCE
        && type == DataType.FLOAT
        && Nd4j.getEnvironment().isCPU();
  }
}
