package org.iterativemaps.kernel;

import java.util.Optional;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which kernel runs a layer. */
public final class MapKernels {
  private static final Logger LOG = LoggerFactory.getLogger("org.iterativemaps.kernel");

  private MapKernels() {}

  /**
   * The kernel of {@link #choice} for one layer. A program of more than {@value
   * ManyStepsKernel#MOST_UPDATES} updates per token is run step by step, in inference only.
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
    KernelChoice choice = choice(program, type);
    LOG.debug("kernel: {}", choice);
    return choice.isFused() ? new FusedKernel(program) : new ReferenceKernel(program);
  }

  /**
   * Which kernel runs a map: for FLOAT on the CPU the fused one on the Vector API or, without that,
   * whichever is faster of the fused one in plain Java (sparse or small maps) and the reference
   * (others: ND4J multiplies matrices faster than plain Java does); for everything else the
   * reference. The system property {@value KernelMode#PROPERTY} (auto, simd, scalar or reference)
   * has a say.
   *
   * @param type the network's floating type
   * @throws IllegalArgumentException if the system property names no kernel
   * @throws IllegalStateException if it demands simd, which cannot be loaded
   */
  public static KernelChoice choice(MapProgram program, DataType type) {
    return KernelChoice.of(KernelChoice.Setting.here(), program, type);
  }

  /**
   * What would make FLOAT networks on the CPU several times faster here, as the log says once;
   * empty if nothing is known.
   *
   * @throws IllegalArgumentException if the system property names no kernel
   * @throws IllegalStateException if it demands simd, which cannot be loaded
   */
  public static Optional<String> advice() {
    return KernelMode.fromProperty() == KernelMode.AUTO && Nd4j.getEnvironment().isCPU()
        ? LaneKernelSelection.selection().advice()
        : Optional.empty();
  }
}
