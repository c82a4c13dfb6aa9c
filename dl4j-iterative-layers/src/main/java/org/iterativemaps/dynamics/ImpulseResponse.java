package org.iterativemaps.dynamics;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalInt;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.AttentionBlock;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How long a map remembers: the smallest number of steps after which its output no longer depends
 * on the state it started from.
 *
 * <p>A map without loops among its units has a finite impulse response: its weights, as a matrix
 * between state units, are nilpotent, and after as many steps as the longest path has units the
 * start is forgotten whatever the weights are. A map with loops forgets at best little by little,
 * if it contracts; {@link #measured} then says when the difference is below a tolerance. Source:
 * Muir, "Feed-forward approximations to dynamic recurrent network architectures" (2017);
 * arXiv:2404.00880, section 3.
 */
public final class ImpulseResponse {
  /** Squares of larger ones, let alone sums of them, leave the range of double precision. */
  private static final double LARGEST_STATE = 1e150;

  private static final int MOST_ROWS_OF_A_START = 1 << 20;

  private ImpulseResponse() {}

  /**
   * From the weights that exist alone: exact for every value they may have.
   *
   * @param realized the map
   * @return the number of state units on the longest path that ends in the output slot; empty if
   *     there is a loop on the way
   * @throws IllegalArgumentException if the map is not linear; {@link #measured} takes any
   */
  public static OptionalInt ofStructure(RealizedMap realized) {
    realized.map().requireLinear("impulse response of the structure");
    int[] first = firstUnits(realized);
    int units = first[first.length - 1];
    boolean[] matters = unitsBefore(realized, first, units);
    int[] sources = new int[units]; // of each unit, as far as they matter: all of them do
    forEachEntry(realized, first, (from, to) -> sources[to] += matters[to] ? 1 : 0);
    int[][] targets = targets(realized, first, units, matters);

    // Take away units whose sources are gone (Kahn 1962); what is left is in a loop or behind one.
    int[] longest = new int[units];
    Deque<Integer> ready = new ArrayDeque<>();
    int left = 0;
    for (int unit = 0; unit < units; unit++) {
      left += matters[unit] ? 1 : 0;
      if (matters[unit] && sources[unit] == 0) {
        longest[unit] = 1;
        ready.add(unit);
      }
    }
    int steps = 0;
    while (!ready.isEmpty()) {
      int unit = ready.remove();
      left--;
      steps = Math.max(steps, longest[unit]);
      for (int target : targets[unit]) {
        longest[target] = Math.max(longest[target], longest[unit] + 1);
        if (--sources[target] == 0) {
          ready.add(target);
        }
      }
    }
    return left == 0 ? OptionalInt.of(steps) : OptionalInt.empty();
  }

  private interface Entry {
    void of(int from, int to);
  }

  /** All weights between state units, which are numbered through. */
  private static void forEachEntry(RealizedMap realized, int[] first, Entry action) {
    for (RealizedBlock block : realized.blocks()) {
      if (realized.map().slots().get(block.from()).isInput()) {
        continue;
      }
      for (int to = 0; to < block.mask().toSize(); to++) {
        for (int e = block.mask().targetStart(to); e < block.mask().targetStart(to + 1); e++) {
          action.of(first[block.from()] + block.mask().source(e), first[block.to()] + to);
        }
      }
    }
  }

  /** The number of each slot's first unit; the input has none. */
  private static int[] firstUnits(RealizedMap realized) {
    int[] first = new int[realized.map().slots().size() + 1];
    for (int slot = 0; slot + 1 < first.length; slot++) {
      Slot s = realized.map().slots().get(slot);
      first[slot + 1] = first[slot] + (s.isInput() ? 0 : s.size());
    }
    return first;
  }

  /** The units from which the output can be reached. */
  private static boolean[] unitsBefore(RealizedMap realized, int[] first, int units) {
    int[] counts = new int[units];
    forEachEntry(realized, first, (from, to) -> counts[to]++);
    int[][] sources = new int[units][];
    Arrays.setAll(sources, unit -> new int[counts[unit]]);
    forEachEntry(realized, first, (from, to) -> sources[to][--counts[to]] = from);
    boolean[] matters = new boolean[units];
    Deque<Integer> open = new ArrayDeque<>();
    int output = realized.map().indexOf(realized.map().output().name());
    for (int unit = first[output]; unit < first[output + 1]; unit++) {
      matters[unit] = true;
      open.add(unit);
    }
    while (!open.isEmpty()) {
      for (int source : sources[open.remove()]) {
        if (!matters[source]) {
          matters[source] = true;
          open.add(source);
        }
      }
    }
    return matters;
  }

  private static int[][] targets(RealizedMap realized, int[] first, int units, boolean[] matters) {
    int[] counts = new int[units];
    forEachEntry(realized, first, (from, to) -> counts[from] += matters[to] ? 1 : 0);
    int[][] targets = new int[units][];
    Arrays.setAll(targets, unit -> new int[counts[unit]]);
    forEachEntry(
        realized,
        first,
        (from, to) -> {
          if (matters[to]) {
            targets[from][--counts[from]] = to;
          }
        });
    return targets;
  }

  /**
   * How {@link #measured} measures.
   *
   * @param tolerance largest difference in any output unit that counts as none, at least 0
   * @param mostSteps after how many steps to give up, at least 1
   * @param starts how many random states are compared with the zero state, at least 1
   * @param spread these are uniform in [-spread, spread], above 0
   * @param seed of the random states
   */
  public record Measurement(double tolerance, int mostSteps, int starts, double spread, long seed) {

    /** Checks the ranges. */
    public Measurement {
      if (!(tolerance >= 0) || mostSteps < 1 || starts < 1 || !(spread > 0)) {
        throw new IllegalArgumentException(
            "measurement: found tolerance "
                + tolerance
                + ", mostSteps "
                + mostSteps
                + ", starts "
                + starts
                + ", spread "
                + spread
                + "; expected at least 0, 1, 1 and above 0");
      }
    }

    /** Eight states in [-1, 1], up to 1000 steps. */
    public static Measurement withTolerance(double tolerance) {
      return new Measurement(tolerance, 1000, 8, 1, 0);
    }
  }

  /**
   * By trying: the map runs on one token (held, or an impulse, as the map says) from the zero state
   * and from random ones, in double precision.
   *
   * <p>A map that blows up has not forgotten: as soon as a unit of the output, or of a state slot
   * that it depends on, is not finite or beyond 1e150 within the most steps, the answer is empty,
   * even where a saturating activation makes the outputs agree.
   *
   * <p>Attention sees examples whose tokens are all this token, from one start.
   *
   * @param realized the map
   * @param defaultActivation of slots that name none; may be null if all do
   * @param parameters in the order of {@link RealizedMap#parameters()}
   * @param token [nIn] or [1, nIn]
   * @return the smallest number of steps from which on all outputs agree within the tolerance, up
   *     to the most steps; empty if they do not, or if the map blows up
   * @throws IllegalArgumentException if parameters or token do not fit the map, or the lengths of
   *     its attention blocks' examples have a least common multiple above 1,048,576
   */
  public static OptionalInt measured(
      RealizedMap realized,
      IActivation defaultActivation,
      INDArray[] parameters,
      INDArray token,
      Measurement measurement) {
    int nIn = realized.map().input().size();
    if (token.length() != nIn || parameters.length != realized.parameters().size()) {
      throw new IllegalArgumentException(
          "token and parameters: found "
              + token.length()
              + " units and "
              + parameters.length
              + " vectors, expected "
              + nIn
              + " and "
              + realized.parameters().size());
    }
    INDArray values = token.castTo(DataType.DOUBLE).reshape(1, nIn);
    int alike = rowsOfAStart(realized.map());
    int rows = Math.multiplyExact(measurement.starts + 1, alike);
    INDArray output = Nd4j.zeros(DataType.DOUBLE, rows, realized.map().output().size(), 1);
    INDArray input = Nd4j.zeros(DataType.DOUBLE, rows, nIn, 1);
    input.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(0)).addiRowVector(values);
    ReferenceKernel kernel =
        new ReferenceKernel(MapProgram.sequence(realized, 1, defaultActivation));
    INDArray[] states = starts(realized, measurement, alike);
    int agreedSince = 0;
    for (int step = 1; step <= measurement.mostSteps; step++) {
      kernel.forward(parameters, input, null, states, output, false);
      states = kernel.lastState();
      if (hasBlownUp(output) || Arrays.stream(states).anyMatch(ImpulseResponse::hasBlownUp)) {
        return OptionalInt.empty();
      }
      if (!agrees(output, measurement.tolerance)) {
        agreedSince = 0;
      } else if (agreedSince == 0) {
        agreedSince = step;
      }
      if (realized.map().injection() == Injection.IMPULSE) {
        input.assign(0);
      }
    }
    return agreedSince == 0 ? OptionalInt.empty() : OptionalInt.of(agreedSince);
  }

  /** Looked at in every step: an activation may turn a NaN into a number, as ReLU does. */
  private static boolean hasBlownUp(INDArray state) {
    return state != null
        && Arrays.stream(rows(state)).anyMatch(value -> !(Math.abs(value) <= LARGEST_STATE));
  }

  /** Whether every row is the first one. */
  private static boolean agrees(INDArray output, double tolerance) {
    double[] rows = rows(output);
    int size = (int) output.size(1);
    for (int i = size; i < rows.length; i++) {
      if (!(Math.abs(rows[i] - rows[i % size]) <= tolerance)) {
        return false;
      }
    }
    return true;
  }

  private static double[] rows(INDArray state) {
    return state.dup('c').data().asDouble();
  }

  /** So many that every attention block has whole examples of one start. */
  private static int rowsOfAStart(BlockMap map) {
    long rows = 1;
    for (AttentionBlock block : AttentionBlock.of(map)) {
      rows *= block.time() / gcd(rows, block.time());
      if (rows > MOST_ROWS_OF_A_START) {
        throw new IllegalArgumentException(
            "attention block "
                + block.name()
                + ": found examples of "
                + block.time()
                + " tokens, with which and those of the map's other attention blocks a start takes "
                + rows
                + " rows, expected at most "
                + MOST_ROWS_OF_A_START
                + "; use lengths that divide each other");
      }
    }
    return (int) rows;
  }

  private static long gcd(long a, long b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Row 0 is the zero state; each start is there several times. */
  private static INDArray[] starts(RealizedMap realized, Measurement measurement, int alike) {
    INDArray[] states = new INDArray[realized.map().slots().size()];
    for (int s = 0; s < states.length; s++) {
      Slot slot = realized.map().slots().get(s);
      if (!slot.isInput()) {
        RandomSource random = RandomSource.of(measurement.seed, "start", slot.name());
        double[][] rows = new double[measurement.starts + 1][slot.size()];
        for (int row = 1; row < rows.length; row++) {
          Arrays.setAll(rows[row], i -> measurement.spread * (2 * random.nextDouble() - 1));
        }
        states[s] = Nd4j.createFromArray(rows).repeat(0, alike);
      }
    }
    return states;
  }
}
