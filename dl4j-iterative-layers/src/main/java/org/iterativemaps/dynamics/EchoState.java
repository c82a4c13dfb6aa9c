package org.iterativemaps.dynamics;

import java.util.Arrays;
import org.iterativemaps.map.pattern.RandomSource;

/**
 * Whether a map has echo states along given inputs: whether its state becomes a function of the
 * tokens alone, and where it started is forgotten.
 *
 * <p>A check, and no proof: it looks at these tokens and at these starts. Another start may end
 * elsewhere, and other tokens may wake the map up. What it finds is enough to say that a map has
 * <em>no</em> echo states: where starts stay apart, they do. For every token and every start there
 * is {@link Contraction}, whose condition is sufficient and seldom met by a good reservoir. Source
 * of the property: Jaeger, "The echo state approach to analysing and training recurrent neural
 * networks", GMD report 148 (2001), definition 1; of its form for given inputs: Manjunath, Jaeger,
 * "Echo state property linked to an input" (2013).
 *
 * @param largestExponent of {@link Lyapunov}, per step: below 0 small differences fade
 * @param firstDistance largest Euclidean distance of a start from the zero state
 * @param lastDistance the same after all tokens
 * @param tolerance what counts as no distance
 */
public record EchoState(
    double largestExponent, double firstDistance, double lastDistance, double tolerance) {

  /** Whether small differences fade and all starts have come together. */
  public boolean holds() {
    return largestExponent < 0 && lastDistance <= tolerance;
  }

  /**
   * How to look.
   *
   * @param stepsPerToken K, at least 1
   * @param starts how many random states are compared with the zero state, at least 1
   * @param spread these are uniform in [-spread, spread], above 0
   * @param tolerance largest distance at the end that counts as none, at least 0
   * @param seed of the random states
   */
  public record Check(int stepsPerToken, int starts, double spread, double tolerance, long seed) {

    /** Checks the ranges. */
    public Check {
      if (stepsPerToken < 1 || starts < 1 || !(spread > 0) || !(tolerance >= 0)) {
        throw new IllegalArgumentException(
            "check: found stepsPerToken "
                + stepsPerToken
                + ", starts "
                + starts
                + ", spread "
                + spread
                + ", tolerance "
                + tolerance
                + "; expected at least 1, 1, above 0 and at least 0");
      }
    }

    /** Eight states in [-1, 1], which have to come within 1e-6 of what becomes of zeros. */
    public static Check withSteps(int stepsPerToken) {
      return new Check(stepsPerToken, 8, 1, 1e-6, 0);
    }

    /**
     * Runs the tokens from all starts.
     *
     * @param map a step of the map; its own token is not used
     * @param tokens [time][nIn]
     * @throws IllegalArgumentException if the tokens do not fit, or a state blows up
     */
    public EchoState along(MapStep map, double[][] tokens) {
      Lyapunov.checkTokens(tokens, stepsPerToken);
      RandomSource random = RandomSource.of(seed, "echo");
      double[][] states = new double[starts + 1][map.size()];
      for (int row = 1; row < states.length; row++) {
        Arrays.setAll(states[row], i -> spread * (2 * random.nextDouble() - 1));
      }
      double first = distance(states);
      for (int t = 0; t < tokens.length; t++) {
        for (int k = 0; k < stepsPerToken; k++) {
          states = Lyapunov.at(map, tokens[t], k).apply(states);
        }
        for (double[] state : states) {
          Lyapunov.checkState(state, t);
        }
      }
      double exponent = Lyapunov.exponents(map, tokens, stepsPerToken, 0, 1)[0];
      return new EchoState(exponent, first, distance(states), tolerance);
    }

    private static double distance(double[][] states) {
      double largest = 0;
      for (double[] state : states) {
        double squares = 0;
        for (int i = 0; i < state.length; i++) {
          squares += (state[i] - states[0][i]) * (state[i] - states[0][i]);
        }
        largest = Math.max(largest, Math.sqrt(squares));
      }
      return largest;
    }
  }
}
