package org.iterativemaps.map.change;

/**
 * How much is rewired, and when: at t = t_0, t_0 + Δ, t_0 + 2Δ, … before t_1 the fraction
 *
 * <pre>    f_t = α/2 (1 + cos(π t / t_1))</pre>
 *
 * <p>of the weights of every block, so that the masks come to rest before the training ends. A
 * function of t alone, so that training can be interrupted and resumed.
 *
 * <p>Source: Evci, Gale, Menick, Castro, Elsen, "Rigging the lottery: making all tickets winners",
 * arXiv:1911.11134 (2019), section 3.
 *
 * @param fraction α, of the weights at t = 0, in (0, 1]; the paper's default is 0.3
 * @param begin t_0, the iteration of the first rewiring, at least 0
 * @param end t_1, no rewiring from this iteration on; at least begin
 * @param every Δ, iterations between two, at least 1; the paper's default is 100
 */
public record RewiringSchedule(double fraction, int begin, int end, int every) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what is out of range
   */
  public RewiringSchedule {
    if (!(fraction > 0 && fraction <= 1)) {
      throw new IllegalArgumentException(
          "fraction: found " + fraction + ", expected one in (0, 1] of the weights");
    }
    Iterations.check(begin, end, every);
  }

  /** Whether there is rewiring after this iteration. */
  public boolean isDue(int iteration) {
    return iteration < end && Iterations.isDue(iteration, begin, end, every);
  }

  /** The fraction rewired after an iteration, 0 from the end on. */
  public double at(int iteration) {
    return iteration >= end
        ? 0
        : fraction / 2 * (1 + StrictMath.cos(StrictMath.PI * iteration / end));
  }
}
