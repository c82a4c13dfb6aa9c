package org.iterativemaps.map.change;

/**
 * The cubic schedule of gradual pruning: fast while there is much to prune, slow towards the end.
 *
 * <pre>    s_t = s_f + (s_i - s_f) (1 - (t - t_0) / (t_1 - t_0))^3      for t_0 &lt;= t &lt;= t_1
 * </pre>
 *
 * <p>with pruning at t_0, t_0 + Δ, t_0 + 2Δ, … and at t_1, where s_f is reached; Zhu and Gupta
 * write n Δ for t_1 - t_0. A function of t alone, so that training can be interrupted and resumed.
 *
 * <p>Source: Zhu, Gupta, "To prune, or not to prune: exploring the efficacy of pruning for model
 * compression", arXiv:1710.01878 (2017), equation 1.
 *
 * @param initial s_i, the sparsity at the first pruning: a fraction in [0, final]; blocks that are
 *     sparser already are left as they are until the schedule overtakes them
 * @param last s_f, the sparsity at the end: a fraction in [initial, 1)
 * @param begin t_0, the iteration of the first pruning, at least 0
 * @param end t_1, the iteration of the last, at least begin
 * @param every Δ, iterations between two, at least 1
 */
public record SparsitySchedule(double initial, double last, int begin, int end, int every) {
  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException naming what is out of range
   */
  public SparsitySchedule {
    if (!(initial >= 0 && initial <= last && last < 1)) {
      throw new IllegalArgumentException(
          "initial and last sparsity: found "
              + initial
              + " and "
              + last
              + ", expected 0 <= initial <= last < 1");
    }
    Iterations.check(begin, end, every);
  }

  /**
   * From dense to a sparsity.
   *
   * @param last sparsity at the end, in [0, 1)
   * @param begin iteration of the first pruning
   * @param end iteration of the last
   * @param every iterations between two
   */
  public static SparsitySchedule cubic(double last, int begin, int end, int every) {
    return new SparsitySchedule(0, last, begin, end, every);
  }

  /** Whether there is pruning after this iteration. */
  public boolean isDue(int iteration) {
    return iteration == end || Iterations.isDue(iteration, begin, end, every);
  }

  /** The sparsity after an iteration: 0 before the first pruning, the last one after the end. */
  public double at(int iteration) {
    if (iteration < begin) {
      return 0;
    }
    if (iteration >= end) {
      return last;
    }
    double left = 1 - (iteration - begin) / (double) (end - begin);
    return last + (initial - last) * left * left * left;
  }
}
