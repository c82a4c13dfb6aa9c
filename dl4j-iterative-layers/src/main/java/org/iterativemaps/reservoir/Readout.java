package org.iterativemaps.reservoir;

/**
 * Linear read-outs that are solved for, not trained by gradients: y = W s + b, s the states of any
 * layer.
 *
 * <pre>{@code
 * Readout.ridge(1e-6).warmup(100).fit(network, data);
 * }</pre>
 *
 * <p>The weights become those of the network's output layer, or of any other dense one: the network
 * is an ordinary DL4J network then, to save, to load, to go on training.
 */
public final class Readout {
  private Readout() {}

  /**
   * Ridge regression: the W and b of least sum |W s + b - y|² + λ |W|².
   *
   * @param lambda λ, at least 0; with 0 the states have to be linearly independent
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public static RidgeReadout ridge(double lambda) {
    return new RidgeReadout(lambda, 0, 0);
  }

  /**
   * Recursive least squares: after every sample, number n, the W and b of least
   *
   * <pre>    sum over samples i of f^(n - i) |W s + b - y|²  +  f^n λ ( |W|² + |b|² )</pre>
   *
   * <p>With f = 1 that is ridge regression, but for the intercept, which is penalised too.
   *
   * @param forgetting f, in (0, 1]: 1 forgets nothing
   * @param initial λ, above 0
   * @throws IllegalArgumentException if one of them is out of its range
   */
  public static RlsReadout rls(double forgetting, double initial) {
    return new RlsReadout(forgetting, initial, 0);
  }
}
