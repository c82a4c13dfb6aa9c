package org.iterativemaps.kernel;

import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The memory a kernel holds beside the network's parameters and activations, in numbers of its
 * floating type.
 *
 * @param fixedInference whatever the batch, in inference
 * @param perExampleInference for every example of the batch
 * @param fixedTraining whatever the batch, in training
 * @param perExampleTraining for every example, the states kept for back-propagation among it
 */
public record KernelMemory(
    long fixedInference, long perExampleInference, long fixedTraining, long perExampleTraining) {

  /** Samples from which on tiles are as long as they get. */
  private static final int LARGE_BATCH = 1 << 16;

  // Longer sequences than there can be, so that numbers of time steps can be added.
  private static final int LONGEST = 1 << 30;

  // Tiles per thread that are many: rounding is nothing, and every thread has work.
  private static final int MANY = 64;

  /**
   * Of the kernel that {@link MapKernels#of} would choose.
   *
   * @param timeSteps of a sequence; 1 for a single token
   */
  public static KernelMemory of(MapProgram program, DataType type, long timeSteps) {
    if (ManyStepsKernel.isFor(program)) {
      return of(program.withOneStep(), type, ManyStepsKernel.STEPS_AT_A_TIME);
    }
    if (!MapKernels.choice(program, type).isFused()) {
      return ofReference(program, timeSteps);
    }
    LaneKernels kernels = LaneKernelSelection.selected();
    int segment = FusedKernel.segmentFromProperty();
    return ofFused(program, kernels, segment, WorkDivision.LEAST_SHARE, timeSteps);
  }

  /**
   * Training keeps value and pre-activation of every scheduled cell and time step. Every block is
   * spread into a dense matrix for the length of a call, and a gradient of that size.
   */
  static KernelMemory ofReference(MapProgram program, long timeSteps) {
    long perTimeStep = 0;
    for (int slot = 0; slot < program.slots().size(); slot++) {
      perTimeStep += 2 * program.schedule().updateCount(slot) * program.size(slot);
    }
    long matrices = 0;
    for (RealizedBlock block : program.realized().blocks()) {
      matrices += (long) block.mask().fromSize() * block.mask().toSize();
    }
    return new KernelMemory(matrices, perTimeStep, 2 * matrices, perTimeStep * timeSteps);
  }

  /**
   * The line through what {@link FusedFootprint} says, of the blocks, copies, records and sums: it
   * rises as the records do, and meets the kernel's bytes at the least batch that fills a tile for
   * every thread (or, if that batch is not worth all threads, where it is). Larger batches hold as
   * much as stated, less where arrays are rounded up to what the garbage collector keeps apart
   * (which then is in the fixed part), and in inference less from some tiles per thread on, because
   * those are taken one after the other. Smaller batches are padded to whole, shorter tiles. Not
   * counted are time masks.
   *
   * @param segment time steps between kept states; 0 keeps all
   */
  static KernelMemory ofFused(
      MapProgram program, LaneKernels kernels, int segment, long leastShare, long timeSteps) {
    FusedFootprint footprint = new FusedFootprint(program, kernels, segment, leastShare);
    int time = (int) Math.min(timeSteps, LONGEST);
    int batch = leastFullBatch(kernels);
    long inference = footprint.recordFloatsPerExample(batch, time);
    long training = slope(footprint, batch * MANY, time);
    return new KernelMemory(
        fixed(footprint, inference, batch, time, false),
        inference,
        fixed(footprint, training, batch, time, true),
        training);
  }

  /** What a line has to begin with to be nowhere too low: small maps wake more threads later on. */
  private static long fixed(
      FusedFootprint footprint, long slope, int leastBatch, int time, boolean isTraining) {
    long fixed = floats(footprint.bytesOfMap(leastBatch, time, isTraining));
    for (int batch = leastBatch; batch <= MANY * leastBatch; batch *= 2) {
      long floats = floats(footprint.bytes(batch, time, false, isTraining));
      fixed = Math.max(fixed, floats - batch * slope);
    }
    return fixed;
  }

  /** The least batch that fills a tile for every thread. */
  static int leastFullBatch(LaneKernels kernels) {
    return LaneThreads.most() * kernels.tileLanes(LARGE_BATCH);
  }

  /** Floats of one example more. */
  private static long slope(FusedFootprint footprint, int batch, int time) {
    long once = footprint.bytesNotRoundedUp(batch, time, false, true);
    long twice = footprint.bytesNotRoundedUp(2 * batch, time, false, true);
    return (twice - once) / batch / Float.BYTES;
  }

  private static long floats(long bytes) {
    return (bytes + Float.BYTES - 1) / Float.BYTES;
  }
}
