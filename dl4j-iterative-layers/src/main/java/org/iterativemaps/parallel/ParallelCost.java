package org.iterativemaps.parallel;

import java.util.OptionalInt;
import java.util.function.IntToLongFunction;

/**
 * What a parallel evaluation takes on P cores, in units of one time step of the sequential one, if
 * a core computes one time step at a time and handing over costs nothing:
 *
 * <pre>
 *   in turn                                 T
 *   S sweeps over n = floor(T / B) blocks   B sum_(s &lt; S) ceil( (n - s) / P )  +  T - n B
 *   N Newton steps, blocks of m units       ( N (1 + m) + 2 ) ceil( T / P )
 * </pre>
 *
 * A way back counts as one time step; the scan of the Newton correction, which has no matrices but
 * the small blocks, is left out. So sweeps can pay where there are more cores than sweeps, Newton's
 * method where there are more than N (1 + m) + 2: the first guess and the output are the two. Lanes
 * of a vector that one sequence leaves empty count as cores: P is by how much faster a kernel
 * computes a time step of a wide batch.
 */
public final class ParallelCost {
  private ParallelCost() {}

  /**
   * Of sweeps.
   *
   * @param time T, at least 1
   * @param block B, at least 1
   * @param sweeps S, at most T / B, at least 1 where there is a whole block
   * @param cores P, at least 1
   * @return time steps of the sequential evaluation that it takes as long as
   */
  public static long sweeps(int time, int block, int sweeps, int cores) {
    int blocks = time / Math.max(1, block);
    if (time < 1 || block < 1 || cores < 1 || sweeps < Math.min(1, blocks) || sweeps > blocks) {
      throw new IllegalArgumentException(
          "cost: found time "
              + time
              + ", block "
              + block
              + ", sweeps "
              + sweeps
              + ", cores "
              + cores
              + "; expected at least 1 each, and no more sweeps than whole blocks, "
              + blocks);
    }
    long cost = time - (long) blocks * block;
    for (int s = 0; s < sweeps; s++) {
      cost += (long) block * ((blocks - s + cores - 1) / cores);
    }
    return cost;
  }

  /**
   * Of Newton's method.
   *
   * @param time T, at least 1
   * @param steps N, at least 0
   * @param units m, of the largest block of the Jacobian: 1 where it is diagonal
   * @param cores P, at least 1
   * @return as of {@link #sweeps}
   */
  public static long newton(int time, int steps, int units, int cores) {
    if (time < 1 || steps < 0 || units < 1 || cores < 1) {
      throw new IllegalArgumentException(
          "cost: found time "
              + time
              + ", steps "
              + steps
              + ", units "
              + units
              + ", cores "
              + cores
              + "; expected at least 1, 0, 1 and 1");
    }
    return (steps * (1L + units) + 2) * ((time + cores - 1) / cores);
  }

  /**
   * The fewest cores that take less time than one core in turn; empty if no number does.
   *
   * @param cost by number of cores, such as {@code p -> newton(1024, 3, 1, p)}
   */
  public static OptionalInt fewestCores(int time, IntToLongFunction cost) {
    for (int cores = 1; cores <= time; cores++) {
      if (cost.applyAsLong(cores) < time) {
        return OptionalInt.of(cores);
      }
    }
    return OptionalInt.empty();
  }
}
