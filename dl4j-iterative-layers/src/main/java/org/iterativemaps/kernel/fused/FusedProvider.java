package org.iterativemaps.kernel.fused;

import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelProvider;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.kernel.WrongPropertyException;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernelSelection.Chosen;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What the two providers of the fused kernel share: FLOAT networks on the CPU, maps of linear
 * blocks, products of slots and gates. Users meet them in {@code kernel.providers}, beside those
 * for DOUBLE.
 */
abstract class FusedProvider implements KernelProvider {
  private final Setting setting;

  /**
   * What an answer depends on beside the map.
   *
   * @param isCpu whether ND4J's backend is a CPU
   * @param segment time steps between kept states, 0 for all
   * @param lanes the lane kernels of this JVM; asked for only where they matter
   */
  record Setting(boolean isCpu, int segment, Supplier<Chosen> lanes) {

    /** Of this JVM. */
    static Setting here() {
      return new Setting(
          Nd4j.getEnvironment().isCPU(),
          SegmentLength.fromProperty(),
          LaneKernelSelection::selection);
    }
  }

  /** In a setting; null for this JVM's. */
  FusedProvider(Setting setting) {
    this.setting = setting;
  }

  private Setting setting() {
    return setting == null ? Setting.here() : setting;
  }

  /**
   * {@inheritDoc}
   *
   * @throws WrongPropertyException if one of the fused kernel's is wrong, whatever the program
   */
  @Override
  public final Answer ask(MapProgram program, DataType type) {
    LaneThreads.fromProperty();
    Measuring.fromProperty();
    Setting where = setting();
    return obstacle(program, type, where)
        .map(Answer::unsuited)
        .orElseGet(() -> ask(program, where));
  }

  /** For a program that the fused kernel can run. */
  abstract Answer ask(MapProgram program, Setting where);

  /** What the kernel is made of. */
  abstract LaneKernels lanes(Setting where);

  private static Optional<String> obstacle(MapProgram program, DataType type, Setting where) {
    for (Block block : program.realized().map().blocks()) {
      if (!isKnown(block.function())) {
        return Optional.of("block " + block.name() + " is " + block.function());
      }
    }
    if (type != DataType.FLOAT) {
      return Optional.of("it is for FLOAT, this network " + type);
    }
    return where.isCpu
        ? Optional.empty()
        : Optional.of("it is for the CPU, ND4J's backend another");
  }

  private static boolean isKnown(BlockFunction function) {
    return function instanceof BlockFunctions.Linear
        || function instanceof BlockFunctions.LinearProduct
        || function instanceof BlockFunctions.Identity
        || function instanceof BlockFunctions.Product;
  }

  @Override
  public final MapKernel make(MapProgram program, DataType type) {
    Setting where = setting();
    LaneKernels lanes = lanes(where);
    return LoneKernel.around(
        program,
        lanes,
        new FusedKernel(
            program, lanes, where.segment, WorkDivision.LEAST_SHARE, Measuring.fromProperty()));
  }

  @Override
  public final KernelMemory memory(MapProgram program, DataType type, long timeSteps) {
    Setting where = setting();
    return FusedMemory.of(
        program, lanes(where), where.segment, WorkDivision.LEAST_SHARE, timeSteps);
  }
}
