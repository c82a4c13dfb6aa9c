package org.iterativemaps.dynamics;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalInt;
import org.iterativemaps.kernel.MapProgram;
import org.iterativemaps.kernel.ReferenceKernel;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RandomSource;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
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
  private ImpulseResponse() {}

  /**
   * From the weights that exist alone: exact for every value they may have.
   *
   * @param realized the map
   * @return the number of state units on the longest path that ends in the output slot; empty if
   *     there is a loop on the way
   */
  public static OptionalInt ofStructure(RealizedMap realized) {
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
   * @param realized the map
   * @param defaultActivation of slots that name none; may be null if all do
   * @param parameters in the order of {@link RealizedMap#parameters()}
   * @param token [nIn] or [1, nIn]
   * @return the smallest number of steps from which on all outputs agree within the tolerance, up
   *     to the most steps; empty if they do not
   * @throws IllegalArgumentException if parameters or token do not fit the map
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
    int rows = measurement.starts + 1;
    int steps = measurement.mostSteps;
    INDArray input = Nd4j.zeros(DataType.DOUBLE, rows, nIn, steps);
    boolean isHeld = realized.map().injection() == Injection.HOLD;
    INDArray values = token.castTo(DataType.DOUBLE).reshape(1, nIn);
    for (int t = 0; t < (isHeld ? steps : 1); t++) {
      for (int row = 0; row < rows; row++) {
        input
            .get(NDArrayIndex.point(row), NDArrayIndex.all(), NDArrayIndex.point(t))
            .assign(values.reshape(nIn));
      }
    }
    INDArray output = Nd4j.zeros(DataType.DOUBLE, rows, realized.map().output().size(), steps);
    new ReferenceKernel(MapProgram.sequence(realized, 1, defaultActivation))
        .forward(parameters, input, null, starts(realized, measurement), output, false);
    return firstStepOfAgreement(output, measurement);
  }

  /** Row 0 is the zero state. */
  private static INDArray[] starts(RealizedMap realized, Measurement measurement) {
    INDArray[] states = new INDArray[realized.map().slots().size()];
    for (int s = 0; s < states.length; s++) {
      Slot slot = realized.map().slots().get(s);
      if (!slot.isInput()) {
        RandomSource random = RandomSource.of(measurement.seed, "start", slot.name());
        double[][] rows = new double[measurement.starts + 1][slot.size()];
        for (int row = 1; row < rows.length; row++) {
          Arrays.setAll(rows[row], i -> measurement.spread * (2 * random.nextDouble() - 1));
        }
        states[s] = Nd4j.createFromArray(rows);
      }
    }
    return states;
  }

  private static OptionalInt firstStepOfAgreement(INDArray output, Measurement measurement) {
    int agreed = measurement.mostSteps;
    while (agreed > 0) {
      INDArray now =
          output.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(agreed - 1)).dup();
      double apart = now.subRowVector(now.getRow(0).dup()).amaxNumber().doubleValue();
      if (!(apart <= measurement.tolerance)) { // true for NaN
        break;
      }
      agreed--;
    }
    return agreed == measurement.mostSteps ? OptionalInt.empty() : OptionalInt.of(agreed + 1);
  }
}
