package org.iterativemaps.kernel;

import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.kernel.LaneKernelSelection.Selection;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Which kernel runs a map here, and why: the same whenever it is asked for the same map in the same
 * JVM.
 *
 * @param kernel the kernel
 * @param reason why this one, in words that can follow "because"
 * @param advice what would make it several times faster; empty if nothing is known
 */
public record KernelChoice(Kernel kernel, String reason, Optional<String> advice) {

  /** What there is. */
  public enum Kernel {
    /** {@link FusedKernel} on the Vector API. */
    SIMD("fused kernel on vectors"),
    /** {@link FusedKernel} in plain Java. */
    SCALAR("fused kernel in plain Java"),
    /** {@link ReferenceKernel}, on ND4J's operations. */
    REFERENCE("reference kernel on ND4J's operations");

    private final String description;

    Kernel(String description) {
      this.description = description;
    }
  }

  /**
   * What a choice depends on beside the map.
   *
   * @param mode what the user wants
   * @param isCpu whether ND4J's backend is a CPU
   * @param segment time steps between kept states, 0 for all
   * @param lanes the lane kernels of this JVM; asked for only where they matter
   */
  record Setting(KernelMode mode, boolean isCpu, int segment, Supplier<Selection> lanes) {

    /** Of this JVM. */
    static Setting here() {
      return new Setting(
          KernelMode.fromProperty(),
          Nd4j.getEnvironment().isCPU(),
          FusedKernel.segmentFromProperty(),
          LaneKernelSelection::selection);
    }
  }

  /**
   * The choice as a function of all that it depends on.
   *
   * @param type the network's floating type
   * @throws IllegalStateException in mode simd, if the Vector API cannot be loaded
   */
  static KernelChoice of(Setting setting, MapProgram program, DataType type) {
    if (setting.mode == KernelMode.REFERENCE) {
      return reference("-D" + KernelMode.PROPERTY + " says so");
    }
    if (type != DataType.FLOAT) {
      return reference("the fused kernel is for FLOAT, this network " + type);
    }
    if (!setting.isCpu) {
      return reference("the fused kernel is for the CPU, ND4J's backend another");
    }
    Selection lanes = setting.lanes.get();
    if (lanes.isSimd()) {
      return new KernelChoice(
          Kernel.SIMD, "there is " + lanes.kernels().description(), Optional.empty());
    }
    if (setting.mode != KernelMode.AUTO) {
      return scalar("-D" + KernelMode.PROPERTY + " says so", Optional.empty());
    }
    if (setting.segment > 0) {
      String alone = "-D" + FusedKernel.SEGMENT_PROPERTY + " is for this kernel alone";
      return scalar(lanes.reason() + ", and " + alone, lanes.advice());
    }
    PlainWork work = PlainWork.of(program);
    String reason = lanes.reason() + ", and " + work + " are faster ";
    return work.isForProducts() && fitsReference(program)
        ? new KernelChoice(Kernel.REFERENCE, reason + "by matrix products", lanes.advice())
        : scalar(reason + "one by one", lanes.advice());
  }

  private static boolean fitsReference(MapProgram program) {
    return program.realized().blocks().stream().allMatch(block -> DenseBlock.fits(block.mask()));
  }

  private static KernelChoice reference(String reason) {
    return new KernelChoice(Kernel.REFERENCE, reason, Optional.empty());
  }

  private static KernelChoice scalar(String reason, Optional<String> advice) {
    return new KernelChoice(Kernel.SCALAR, reason, advice);
  }

  /** Whether it is {@link FusedKernel}. */
  public boolean isFused() {
    return kernel != Kernel.REFERENCE;
  }

  /** One line. */
  @Override
  public String toString() {
    return kernel.description + ", because " + reason + advice.map(a -> "; " + a).orElse("");
  }
}
