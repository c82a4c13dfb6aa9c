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
}
