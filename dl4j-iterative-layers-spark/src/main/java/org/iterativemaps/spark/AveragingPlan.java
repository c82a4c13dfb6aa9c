package org.iterativemaps.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which worker sees which examples when: arithmetic on a seed, the same on every machine, whatever
 * runs where and however often.
 *
 * <p>Examples are known by their place in the RDD, 0 to n - 1. Of every {@code workers} examples in
 * a row each worker gets one, which one the seed decides; so their counts differ by one at most. In
 * every epoch a worker goes through its examples once, in an order of its own drawn from seed,
 * epoch and worker, in batches of {@code batchSize} (the last one has the rest). A round is up to
 * {@code localSteps} batches of every worker; then the replicas are averaged:
 *
 * <pre>
 *   theta  &lt;-  sum_p n_p theta_p / sum_p n_p
 * </pre>
 *
 * <p>with n_p the examples that worker p has seen in the round. An epoch has as many rounds as the
 * worker with most batches needs; a worker that has none left has n_p = 0.
 *
 * @param seed of assignment and order
 * @param workers replicas, at least 1
 * @param batchSize examples per step, at least 1
 * @param localSteps steps between two averagings, at least 1
 * @param examples n, at least {@code workers}
 */
public record AveragingPlan(long seed, int workers, int batchSize, int localSteps, long examples) {
  // Keeps the draws apart that the seed is used for.
  private static final long ASSIGNMENT = 0x41L;
  private static final long ORDER = 0x4fL;
  private static final long NOISE = 0x4eL;

  /**
   * Checks all numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public AveragingPlan {
    atLeast("workers", workers, 1);
    atLeast("batchSize", batchSize, 1);
    atLeast("localSteps", localSteps, 1);
    if (examples < workers) {
      throw new IllegalArgumentException(
          "rdd: found "
              + examples
              + " examples for "
              + workers
              + " workers, expected at least one for each; give more data, or fewer workers");
    }
    if (examples / workers >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "rdd: found "
              + examples
              + " examples for "
              + workers
              + " workers, expected less than "
              + Integer.MAX_VALUE
              + " for each; use more workers");
    }
  }

  static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", expected at least " + least);
    }
  }

  /**
   * Who gets an example.
   *
   * @param example its place in the RDD
   * @return 0 to {@code workers} - 1
   */
  public int workerOf(long example) {
    return workerOf(seed, workers, example);
  }

  /** {@link #workerOf(long)} where the number of examples is not needed. */
  static int workerOf(long seed, int workers, long example) {
    long block = example / workers;
    return permutation(workers, seed, ASSIGNMENT, block)[(int) (example % workers)];
  }

  /**
   * How many examples a worker has.
   *
   * @param worker 0 to {@code workers} - 1
   */
  public int examplesOf(int worker) {
    int count = (int) (examples / workers);
    for (long last = (long) count * workers; last < examples; last++) {
      count += workerOf(last) == worker ? 1 : 0;
    }
    return count;
  }

  /** Averagings in an epoch. */
  public int roundsPerEpoch() {
    long most = (examples + workers - 1) / workers;
    long batches = (most + batchSize - 1) / batchSize;
    return (int) ((batches + localSteps - 1) / localSteps);
  }

  /**
   * What a worker trains on in a round.
   *
   * @param worker 0 to {@code workers} - 1
   * @param epoch from 0
   * @param round of the epoch, from 0
   * @return batch by batch, places in the worker's examples, which are in the order of the RDD;
   *     none if the worker is through
   */
  public List<int[]> batches(int worker, int epoch, int round) {
    int count = examplesOf(worker);
    int[] order = permutation(count, seed, ORDER, epoch, worker);
    List<int[]> batches = new ArrayList<>();
    long begin = (long) round * localSteps * batchSize;
    for (int step = 0; step < localSteps && begin < count; step++) {
      int end = (int) Math.min(count, begin + batchSize);
      batches.add(Arrays.copyOfRange(order, (int) begin, end));
      begin = end;
    }
    return batches;
  }

  /**
   * The seed of ND4J's random numbers (dropout, weight noise) of a worker in a round.
   *
   * @param round from the first epoch's first, 0
   * @param worker 0 to {@code workers} - 1
   */
  public long noiseSeed(long round, int worker) {
    return random(seed, NOISE, round, worker).nextLong();
  }

  /** Fisher and Yates. */
  private static int[] permutation(int size, long... seeds) {
    SplittableRandom random = random(seeds);
    int[] places = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      places[i] = places[j];
      places[j] = i;
    }
    return places;
  }

  private static SplittableRandom random(long... seeds) {
    long mixed = 0;
    for (long part : seeds) {
      mixed = new SplittableRandom(mixed ^ part).nextLong();
    }
    return new SplittableRandom(mixed);
  }
}
