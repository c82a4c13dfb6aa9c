package org.iterativemaps.spark;

import java.io.Serializable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sums of n x over replicas, by which {@code treeAggregate} makes their average.
 *
 * <p>Spark merges in the order in which tasks end. So each sum is kept as two doubles, of which the
 * second holds what rounding took from the first (Dekker, Numerische Mathematik 18 (1971); Knuth,
 * TAOCP vol. 2, 4.2.2, theorem B): 106 bits, in which sums of floats that lie within 2^40 of each
 * other are exact, and then the same in any order. As long as nothing is lost, as is usual with
 * floats, the second one is not sent.
 */
final class Average implements Serializable {
  private static final long serialVersionUID = 1L;

  private double[] high = {}; // parameters, updater state, score
  private double[] low; // null: all zero
  private long examples;
  private int iteration;
  private String problem; // null: none
  private int problemWorker;

  /** Of nothing. */
  Average() {}

  /**
   * What one replica adds.
   *
   * @param replica after its steps
   * @param score mean over its examples
   * @param examples that it has seen, n
   */
  static Average of(Replica replica, double score, long examples) {
    Numbers parameters = Numbers.of(replica.parameters());
    Numbers state = Numbers.of(replica.updaterState());
    int count = parameters.length();
    Average average = new Average();
    average.high = new double[count + state.length() + 1];
    average.examples = examples;
    average.iteration = replica.iteration();
    for (int i = 0; i < count; i++) {
      average.set(i, parameters.get(i), parameters.areFloats());
    }
    for (int i = 0; i < state.length(); i++) {
      average.set(count + i, state.get(i), parameters.areFloats());
    }
    average.set(
        count + state.length(),
        parameters.areFloats() ? (float) score : score,
        parameters.areFloats());
    return average;
  }

  /** n x, which a double holds if x is a float and n below 2^29. */
  private void set(int i, double value, boolean isFloat) {
    high[i] = value * examples;
    if (!isFloat) {
      lose(i, Math.fma(value, examples, -high[i]));
    }
  }

  /** Of a replica that could not go on. */
  static Average problem(int worker, String problem) {
    Average average = new Average();
    average.problem = problem;
    average.problemWorker = worker;
    return average;
  }

  /** Adds another one to this one, which is returned. */
  Average add(Average other) {
    if (other.problem != null && (problem == null || other.problemWorker < problemWorker)) {
      problem = other.problem;
      problemWorker = other.problemWorker;
    }
    iteration = Math.max(iteration, other.iteration);
    examples += other.examples;
    if (high.length == 0) {
      high = other.high.clone();
      low = other.low == null ? null : other.low.clone();
    } else if (other.high.length != 0) {
      for (int i = 0; i < high.length; i++) {
        double sum = high[i] + other.high[i];
        double part = sum - high[i];
        double lost = (high[i] - (sum - part)) + (other.high[i] - part);
        lost += (low == null ? 0 : low[i]) + (other.low == null ? 0 : other.low[i]);
        high[i] = sum + lost;
        lose(i, lost - (high[i] - sum));
      }
    }
    return this;
  }

  private void lose(int i, double lost) {
    if (low == null && lost != 0) {
      low = new double[high.length];
    }
    if (low != null) {
      low[i] = lost;
    }
  }

  /** Whether all sums are numbers. */
  boolean isFinite() {
    for (double sum : high) {
      if (!Double.isFinite(sum)) {
        return false;
      }
    }
    return true;
  }

  /** Why a replica could not go on, of several that of the first worker; null if all could. */
  String problem() {
    return problem;
  }

  long examples() {
    return examples;
  }

  double score() {
    return high[high.length - 1] / examples;
  }

  /** Of the replica furthest on. */
  int iteration() {
    return iteration;
  }

  /** Bytes of what one replica sends. */
  long bytes() {
    return (long) high.length * Double.BYTES * (low == null ? 1 : 2);
  }

  /** Gives a network the averaged numbers, and the iteration count of the replica furthest on. */
  void into(Replica replica) {
    INDArray parameters = replica.parameters();
    INDArray state = replica.updaterState();
    int count = (int) parameters.length();
    assign(parameters, 0, count);
    if (state != null && state.length() > 0) {
      assign(state, count, (int) state.length());
    }
    replica.setCounts(iteration, replica.epoch());
    replica.setScore(score());
  }

  private void assign(INDArray vector, int begin, int length) {
    double[] means = new double[length];
    for (int i = 0; i < length; i++) {
      double sum = high[begin + i];
      double mean = sum / examples;
      // What division and sum have lost: equal numbers have their own mean.
      double lost = Math.fma(-mean, examples, sum) + (low == null ? 0 : low[begin + i]);
      means[i] = mean + lost / examples;
    }
    vector.assign(Nd4j.createFromArray(means).castTo(vector.dataType()).reshape(vector.shape()));
  }
}
