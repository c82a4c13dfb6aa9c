package org.iterativemaps.kernel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of some ways to run a call is the fastest, found by running the calls that come anyway.
 *
 * <p>The first way runs for some seconds, until its loops are compiled. Then the others are tried
 * against the best so far, one after the other: a few calls in a row each, of which only the last
 * counts, since caches belong to whoever ran before; by the median of the ratios of neighbours,
 * which a machine whose speed wanders leaves as it is. What trials take longer than the best way
 * would is at most {@value #MOST_LOST} of the time of all calls, and one call more. Between two
 * ways that take the same time within five percent the earlier one stays.
 *
 * <p>A function of the times that it is told. Not thread-safe.
 *
 * @param <T> a way, whose text is for the log
 */
public final class MeasuredChoice<T> {
  private static final Logger LOG = LoggerFactory.getLogger("org.iterativemaps.kernel");

  static final int WARM_UP = 30;
  // Of all calls: until then HotSpot has compiled the loops as well as it will.
  static final long WARM_UP_NANOS = 2_000_000_000;
  static final int IN_A_ROW = 3;
  static final int RATIOS = 7;
  static final double MOST_LOST = 0.03;
  private static final double GAIN = 0.95;
  // A way that seems to be slower than that may not have been compiled yet.
  private static final double COLD = 2;
  private static final int MOST_ROUNDS = 3 * RATIOS;

  private final String what;
  private final List<T> ways;
  private int best;
  private int challenger; // ways.size(): decided
  private boolean isTrial;
  private int inARow; // calls of the way that runs now
  private long bestNanos; // of the last call of the best way's row
  private int rounds;
  private final Deque<Double> ratios = new ArrayDeque<>();
  private double total;
  private double lost;

  /**
   * A choice that is still to be made.
   *
   * @param what whose, for the log
   * @param ways the first is used until another has turned out to be faster
   * @throws IllegalArgumentException without ways
   */
  public MeasuredChoice(String what, List<T> ways) {
    if (ways.isEmpty()) {
      throw new IllegalArgumentException("ways: found none, expected at least one");
    }
    this.what = what;
    this.ways = List.copyOf(ways);
    this.challenger = 1;
    this.inARow = -WARM_UP;
  }

  /** How the next call is to run. */
  public T next() {
    return ways.get(isTrial ? challenger : best);
  }

  /** Whether nothing is left to try: {@link #next} stays the same. */
  public boolean isMade() {
    return challenger >= ways.size();
  }

  /**
   * After a call of the way that {@link #next} named; calls that nobody could time are left out.
   *
   * @param nanos what it took, at least 0
   * @return whether the choice was made by this
   */
  public boolean took(long nanos) {
    if (isMade()) {
      return false;
    }
    total += nanos;
    inARow++;
    if (isTrial) {
      lost += nanos - bestNanos;
    }
    if (inARow < IN_A_ROW) {
      return false;
    }
    if (!isTrial) {
      bestNanos = nanos;
      if (total >= WARM_UP_NANOS && lost <= MOST_LOST * total) {
        turn();
      }
      return false;
    }
    turn();
    return judge((double) nanos / Math.max(1, bestNanos));
  }

  private void turn() {
    isTrial = !isTrial;
    inARow = 0;
  }

  private boolean judge(double ratio) {
    ratios.addLast(ratio);
    rounds++;
    if (ratios.size() < RATIOS) {
      return false;
    }
    double median = ratios.stream().sorted().skip(RATIOS / 2).findFirst().orElseThrow();
    if (median > COLD && rounds < MOST_ROUNDS) {
      ratios.removeFirst();
      return false;
    }
    LOG.debug(
        "{}: {} takes {} of the time of {}",
        what,
        ways.get(challenger),
        String.format(Locale.ROOT, "%.2f", median),
        ways.get(best));
    if (median < GAIN) {
      best = challenger;
    }
    challenger++;
    ratios.clear();
    rounds = 0;
    if (isMade()) {
      LOG.debug("{}: {} from now on", what, ways.get(best));
    }
    return isMade();
  }
}
