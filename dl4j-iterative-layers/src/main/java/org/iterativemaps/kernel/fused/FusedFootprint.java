package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.Parameter;

/**
 * The bytes of arrays that a fused kernel holds after a call, without making the call: {@link
 * FusedKernel#bytes}, as told by the classes that hold them. Nothing but the call's shape and the
 * blocks' layouts goes into it, so it is right for any lane kernels. They are those of the rules,
 * whatever may have been measured ({@link CallWays}).
 */
final class FusedFootprint {
  private final MapProgram program;
  private final FusedPlan plan;
  private final LaneKernels kernels;
  private final int segment;
  private final WorkDivision division;
  private final Map<FusedBlocks.Shape, Laid> blocks = new HashMap<>();

  /** Blocks, and their bytes as laid out for the way forward and for both ways. */
  private record Laid(LaneBlock[] blocks, long forward, long both) {}

  /** Of {@link FusedKernel#FusedKernel}. */
  FusedFootprint(MapProgram program, LaneKernels kernels, int segment, long leastShare) {
    this.program = program;
    this.plan = new FusedPlan(program);
    this.kernels = kernels;
    this.segment = segment;
    this.division = new WorkDivision(plan, kernels, leastShare);
  }

  /** After calls of one shape, in training with the way back; the last one's is still to come. */
  long bytes(int batch, int time, boolean isMasked, boolean isTraining) {
    return bytes(batch, time, isMasked, isTraining, LaneMemory::length);
  }

  /** As if every array were only as long as it has to be. */
  long bytesNotRoundedUp(int batch, int time, boolean isMasked, boolean isTraining) {
    return bytes(batch, time, isMasked, isTraining, floats -> floats);
  }

  /** Floats of an example's records and state in an inference call of so many. */
  long recordFloatsPerExample(int batch, int time) {
    CallShape shape = shape(batch, time, false, false);
    long floats = shape.tileLength(plan.layout(shape.lanes(), false)) / shape.lanes();
    return floats + carriedFloats();
  }

  private CallShape shape(int batch, int time, boolean isMasked, boolean isTraining) {
    int threads = division.threads((long) batch * time);
    return CallShape.of(plan, division, threads, segment, batch, time, isMasked, isTraining);
  }

  private long carriedFloats() {
    return Arrays.stream(plan.carried).mapToLong(slot -> plan.sizes[slot]).sum();
  }

  private long bytes(
      int batch, int time, boolean isMasked, boolean isTraining, LongUnaryOperator rounding) {
    CallShape shape = shape(batch, time, isMasked, isTraining);
    Laid laid = laid(shape);
    RecordLayout layout = plan.layout(shape.lanes(), isMasked);
    long bytes = bytesOfMap(batch, time, isTraining);
    for (int w = 0; w < shape.workers(); w++) {
      bytes += FusedWorker.bytes(plan, layout, shape, laid.blocks, shape.tilesAtATime(w), rounding);
    }
    long states = batch * carriedFloats();
    long floats = isTraining ? 2 * states : states;
    if (isTraining) {
      floats += ParameterGradients.length(plan, laid.blocks, shape.workers());
    }
    if (isTraining && shape.segments() > 1) { // the input is copied
      long tokens = (long) batch * time;
      floats += tokens * program.size(program.inputSlot()) + (isMasked ? tokens : 0);
    }
    return bytes + Float.BYTES * floats;
  }

  /** Bytes of the blocks' layouts for a call, and of the copies of the parameters. */
  long bytesOfMap(int batch, int time, boolean isTraining) {
    Laid laid = laid(shape(batch, time, false, isTraining));
    long parameters = program.realized().parameters().stream().mapToLong(Parameter::length).sum();
    return (isTraining ? laid.both : laid.forward) + Float.BYTES * parameters;
  }

  private Laid laid(CallShape shape) {
    double leastDense =
        CallWays.leastDenseDensity(
            program, kernels, shape.batch(), shape.time(), shape.isTraining());
    return blocks.computeIfAbsent(
        new FusedBlocks.Shape(leastDense, shape.lanes(), shape.parts()), this::layOut);
  }

  private Laid layOut(FusedBlocks.Shape shape) {
    LaneBlock[] all =
        plan.matrices.stream()
            .map(matrix -> shape.block(kernels, matrix))
            .toArray(LaneBlock[]::new);
    long forward = bytes(all);
    for (LaneBlock block : all) {
      block.layOutBackward();
    }
    return new Laid(all, forward, bytes(all));
  }

  private static long bytes(LaneBlock[] blocks) {
    return Arrays.stream(blocks).mapToLong(LaneBlock::bytes).sum();
  }
}
