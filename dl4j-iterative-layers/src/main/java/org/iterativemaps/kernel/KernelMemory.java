package org.iterativemaps.kernel;

import org.iterativemaps.map.RealizedMap.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Schedule.Update;
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
  static final int LARGE_BATCH = 1 << 16;

  /**
   * Of the kernel that {@link MapKernels#of} would choose.
   *
   * @param timeSteps of a sequence; 1 for a single token
   */
  public static KernelMemory of(MapProgram program, DataType type, long timeSteps) {
    if (!MapKernels.isFused(type)) {
      return ofReference(program, timeSteps);
    }
    LaneKernels kernels = LaneKernelSelection.selected();
    int segment = FusedKernel.segmentFromProperty();
    return ofFused(program, kernels, segment, LaneThreads.most(), timeSteps);
  }

  /**
   * Training keeps value and pre-activation of every scheduled cell and time step. Every block is
   * spread into a dense matrix for the length of a call, and a gradient of that size.
   */
  static KernelMemory ofReference(MapProgram program, long timeSteps) {
    long perTimeStep = 0;
    for (Update update : program.schedule().updates()) {
      perTimeStep += 2L * program.size(update.target().slot());
    }
    long matrices = 0;
    for (RealizedBlock block : program.realized().blocks()) {
      matrices += (long) block.mask().fromSize() * block.mask().toSize();
    }
    return new KernelMemory(matrices, perTimeStep, 2 * matrices, perTimeStep * timeSteps);
  }

  /**
   * Training keeps two records of {@link FusedPlan} per time step of a segment and one more, and
   * the carried state before every segment with a copy of the input. Fixed are copies of the
   * parameters, the blocks' layouts (in training those of the way back, too) and every thread's
   * sums. Not counted: the padding of batches to whole tiles, time masks, the places of gradients'
   * terms (8 bytes each), and the rounding up of arrays to what the garbage collector keeps apart,
   * which weighs for small maps.
   */
  static KernelMemory ofFused(
      MapProgram program, LaneKernels kernels, int segment, int threads, long timeSteps) {
    FusedPlan plan = new FusedPlan(program);
    int lanes = kernels.tileLanes(LARGE_BATCH);
    FusedPlan.Layout layout = plan.new Layout(lanes, false);
    long record = layout.length / lanes;
    long weights = 0;
    long sums = 0;
    long wayBack = 0;
    int scratch = 0;
    long reduced = 0;
    for (Parameter parameter : program.realized().parameters()) {
      weights += parameter.length();
      sums += parameter.isBias() ? (1L + lanes) * parameter.length() : 0;
    }
    for (RealizedBlock realized : program.realized().blocks()) {
      LaneBlock block = LaneBlock.of(kernels, realized.mask(), lanes, 1);
      weights += block.bytes() / Float.BYTES;
      wayBack -= block.bytes() / Float.BYTES;
      block.layOutBackward();
      wayBack += block.bytes() / Float.BYTES;
      sums += realized.parameter() >= 0 ? block.gradientLength(0) : 0;
      scratch = Math.max(scratch, block.scratchLength());
      if (realized.parameter() >= 0 && !block.hasEntryOrder()) {
        reduced = Math.max(reduced, realized.mask().entryCount());
      }
    }
    int nIn = program.size(program.inputSlot());
    long carried = 0;
    for (int slot : plan.carried) {
      carried += program.size(slot);
    }
    long atATime = FusedKernel.inferenceSegment(timeSteps, layout);
    long inference = FusedKernel.INFERENCE_TILES * lanes * record * (atATime + 1);
    long kept = segment == 0 ? timeSteps : Math.min(segment, timeSteps);
    long segments = (timeSteps + kept - 1) / kept;
    long checkpoints = segments > 1 ? segments * carried + nIn * timeSteps : 0;
    return new KernelMemory(
        weights + threads * (inference + scratch),
        carried,
        weights + wayBack + reduced + threads * (sums + scratch),
        2 * record * (kept + 1) + checkpoints + 2 * carried);
  }
}
