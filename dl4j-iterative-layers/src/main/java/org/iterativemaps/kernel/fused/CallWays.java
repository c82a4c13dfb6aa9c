package org.iterativemaps.kernel.fused;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.MeasuredChoice;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.Mask;

/**
 * How many threads a kernel's calls take and which of its blocks are multiplied as dense ones: by
 * rules, which were measured on a few processors; and near where a rule changes its answer, as
 * measured on this one, for every shape of call.
 */
final class CallWays {
  // Rules are not sure of a block whose density differs by less than this factor from the least
  // dense one's, nor of blocks in which it does not matter.
  private static final double NEAR = 1.4;
  private static final int LEAST_CELLS = 10_000;
  // Of no block: to pack weights takes longer than to multiply a vector of samples with them once.
  private static final double NONE_DENSE = 2;
  // Shapes of call that are measured; programs with more of them do not come back to each often.
  private static final int MOST_SHAPES = 64;

  private final MapProgram program;
  private final LaneKernels kernels;
  private final WorkDivision division;
  private final Measuring measuring;
  private final Map<Calls, MeasuredChoice<Way>> choices = new HashMap<>();

  /**
   * A way to run a call.
   *
   * @param threads the most that it takes
   * @param leastDenseDensity of blocks that are multiplied as dense ones
   */
  record Way(int threads, double leastDenseDensity) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%d thread(s), dense from density %.2f", threads, leastDenseDensity);
    }
  }

  /** What calls have in common that take the same time. */
  private record Calls(int batch, int time, boolean isMasked, boolean isTraining) {
    long tokens() {
      return (long) batch * time;
    }
  }

  CallWays(MapProgram program, LaneKernels kernels, WorkDivision division, Measuring measuring) {
    this.program = program;
    this.kernels = kernels;
    this.division = division;
    this.measuring = measuring;
  }

  /** The blocks that are read for a token, as often as they are. */
  private static IntStream reads(MapProgram program) {
    return program.schedule().evaluations().stream()
        .flatMap(evaluation -> evaluation.reads().stream())
        .mapToInt(Read::block);
  }

  /** The choice for calls of one shape. */
  MeasuredChoice<Way> of(int batch, int time, boolean isMasked, boolean isTraining) {
    Calls calls = new Calls(batch, time, isMasked, isTraining);
    if (!measuring.isFor(isTraining)
        || choices.size() == MOST_SHAPES && !choices.containsKey(calls)) {
      return new MeasuredChoice<>("", List.of(byRules(calls)));
    }
    return choices.computeIfAbsent(
        calls, key -> new MeasuredChoice<>("kernel: " + key, ways(calls)));
  }

  private Way byRules(Calls calls) {
    return new Way(
        division.threads(calls.tokens()),
        leastDenseDensity(program, kernels, calls.batch, calls.time, calls.isTraining));
  }

  /** From which density on the blocks of a call are dense ones, by rule. */
  static double leastDenseDensity(
      MapProgram program, LaneKernels kernels, int batch, int time, boolean isTraining) {
    boolean multipliesOnce =
        time == 1
            && batch <= kernels.vectorLanes()
            && !isTraining
            && reads(program).distinct().count() == reads(program).count();
    return multipliesOnce ? NONE_DENSE : kernels.leastDenseDensity(isTraining);
  }

  /** That of the rules first. */
  private List<Way> ways(Calls calls) {
    Way rules = byRules(calls);
    List<Way> ways = new ArrayList<>(List.of(rules));
    for (int threads : division.otherThreads(calls.tokens())) {
      ways.add(new Way(threads, rules.leastDenseDensity));
    }
    double least = rules.leastDenseDensity;
    if (hasBlock(least / NEAR, least)) {
      ways.add(new Way(rules.threads, least / NEAR));
    }
    if (hasBlock(least, least * NEAR)) {
      ways.add(new Way(rules.threads, least * NEAR));
    }
    return ways;
  }

  /** Whether there is a block that is dense by one bound on its density and not by the other. */
  private boolean hasBlock(double from, double below) {
    for (BlockMatrix matrix : BlockMatrix.of(program.realized())) {
      Mask mask = new DrawnMask(matrix.mask());
      if ((long) mask.toSize() * mask.fromSize() >= LEAST_CELLS
          && LaneBlock.isDense(mask, from)
          && !LaneBlock.isDense(mask, below)) {
        return true;
      }
    }
    return false;
  }
}
