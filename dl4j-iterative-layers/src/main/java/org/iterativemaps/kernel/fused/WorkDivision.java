package org.iterativemaps.kernel.fused;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * How a map's calls are divided among threads: into tiles of the batch, one or more for every
 * thread, or, where the batch is one tile, into parts of its units. Immutable.
 */
final class WorkDivision {
  // Multiply-adds per phase of a thread that shares a tile, at least: some four microseconds; and
  // how many times as much a thread must have in a whole call, to be woken for it: with the copies
  // around them some 50 microseconds, which is what two wakings can take.
  static final long LEAST_SHARE = 300_000 / Float.BYTES;
  private static final int WHOLE_CALL = 9;
  // Times as much or as little work, for which another number of threads may be the right one.
  private static final int NEAR = 4;

  private final LaneKernels kernels;
  private final long leastShare;
  private final int waits; // of threads that share a tile, in a time step
  private final long products; // multiply-adds per token of one example
  private final boolean isSparse; // most of them

  /**
   * Of a program's calls.
   *
   * @param leastShare least multiply-adds per phase of a thread that shares a tile, and a ninth of
   *     those of a thread in a call
   */
  WorkDivision(FusedPlan plan, LaneKernels kernels, long leastShare) {
    MapProgram program = plan.program;
    this.kernels = kernels;
    this.leastShare = leastShare;
    this.waits =
        plan.phases.stream().mapToInt(p -> plan.needsAllUnits(p.get(0).slot()) ? 2 : 1).sum();
    this.products = products(program, mask -> true);
    this.isSparse =
        2
                * products(
                    program,
                    mask ->
                        LaneBlock.isDense(new DrawnMask(mask), kernels.leastDenseDensity(false)))
            < products;
  }

  private static long products(MapProgram program, Predicate<WeightMask> wanted) {
    long products = 0;
    for (Evaluation evaluation : program.schedule().evaluations()) {
      for (Read read : evaluation.reads()) {
        for (BlockMatrix matrix : BlockMatrix.of(program.realized(), read.block())) {
          products += wanted.test(matrix.mask()) ? matrix.mask().entryCount() : 0;
        }
      }
    }
    return products;
  }

  /** How many threads are worth waking for so many tokens of all examples. */
  int threads(long tokens) {
    return share(tokens * products, WHOLE_CALL * leastShare, LaneThreads.most());
  }

  /** How many threads may do as well as {@link #threads}, where a little more work changes that. */
  List<Integer> otherThreads(long tokens) {
    int threads = threads(tokens);
    long least = WHOLE_CALL * leastShare;
    long each = tokens * products / threads;
    List<Integer> others = new ArrayList<>();
    if (threads > 1 && each < NEAR * least) {
      others.add(threads / 2);
    }
    if (threads < LaneThreads.most() && NEAR * each / 2 >= least) {
      others.add(Math.min(2 * threads, LaneThreads.most()));
    }
    return others;
  }

  /**
   * Lanes of a tile: as many as fit, but rather a tile for every thread than a long one for the
   * first; but rather one that all share than tiles of one vector, on which sparse products take
   * half as long again.
   */
  int lanes(int batch, int threads) {
    int own = kernels.tileLanes((batch + threads - 1) / threads);
    int shared = kernels.tileLanes(batch);
    boolean isShared =
        isSparse
            && own == kernels.vectorLanes()
            && shared >= batch
            && shared <= own * threads
            && parts(shared, threads) == threads;
    return isShared ? shared : own;
  }

  /**
   * How many threads share one tile, of all there is: to wait for each other must be shorter than
   * the work.
   */
  int parts(int lanes, int threads) {
    return share(lanes * products / waits, leastShare, threads);
  }

  private static int share(long work, long least, int threads) {
    return (int) Math.max(1, Math.min(threads, work / Math.max(1, least)));
  }
}
