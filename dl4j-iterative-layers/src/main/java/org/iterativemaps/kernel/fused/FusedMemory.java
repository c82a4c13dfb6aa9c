package org.iterativemaps.kernel.fused;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.lanes.LaneKernels;

/** The memory of a {@link FusedKernel}, as a line over the batch. */
final class FusedMemory {
  /** Samples from which on tiles are as long as they get. */
  private static final int LARGE_BATCH = 1 << 16;

  // Longer sequences than there can be, so that numbers of time steps can be added.
  private static final int LONGEST = 1 << 30;

  // Tiles per thread that are many: rounding is nothing, and every thread has work.
  private static final int MANY = 64;

  private FusedMemory() {}

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
  static KernelMemory of(
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
    for (int times = 1; times <= MANY; times = next(times)) {
      int batch = times * leastBatch;
      long floats = floats(footprint.bytes(batch, time, false, isTraining));
      fixed = Math.max(fixed, floats - batch * slope);
    }
    return fixed;
  }

  /** 1, …, 7, 8, 10, 12, 14, 16, 20, …: arrays are rounded up by more between powers of two. */
  static int next(int times) {
    return times + Math.max(1, Integer.highestOneBit(times) / 4);
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
