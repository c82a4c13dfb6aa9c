package org.iterativemaps.dynamics;

import java.util.Arrays;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.RandomSource;

/**
 * Lyapunov exponents along a sequence of tokens: the rates at which small differences of the state
 * grow or shrink, as natural logarithms per step.
 *
 * <p>Vectors go through the Jacobians of the steps and are made orthonormal again after each; the
 * mean logarithm of what the k-th one's length then is goes to the k-th largest exponent, for a
 * long sequence that looks everywhere alike. Source: Benettin, Galgani, Giorgilli, Strelcyn,
 * "Lyapunov characteristic exponents for smooth dynamical systems" (1980).
 */
public final class Lyapunov {
  private static final long SEED = 1; // of the first vectors

  private Lyapunov() {}

  /**
   * The largest exponents.
   *
   * @param map a step of the map; its own token is not used
   * @param tokens [time][nIn], in order
   * @param stepsPerToken K, at least 1; of a map whose input is an impulse, the token is there in
   *     the first one
   * @param warmUp after how many tokens counting begins, at least 0 and fewer than there are: until
   *     then the state, from zeros, and the vectors find their way
   * @param count how many exponents, 1 to the size of the state
   * @return the largest first, if the sequence is long enough; negative infinity where differences
   *     vanish altogether
   * @throws IllegalArgumentException if an argument is out of range, or the state blows up
   */
  public static double[] exponents(
      MapStep map, double[][] tokens, int stepsPerToken, int warmUp, int count) {
    checkTokens(tokens, stepsPerToken);
    if (warmUp < 0 || warmUp >= tokens.length) {
      throw new IllegalArgumentException(
          "warmUp: found " + warmUp + ", expected 0 to one less than the tokens " + tokens.length);
    }
    if (count < 1 || count > map.size()) {
      throw new IllegalArgumentException(
          "count: found " + count + ", expected 1 to the units of the state " + map.size());
    }
    RandomSource random = RandomSource.of(SEED, "lyapunov");
    double[][] vectors = new double[count][map.size()];
    for (double[] vector : vectors) {
      Arrays.setAll(vector, i -> random.nextGaussian());
    }
    orthonormalise(vectors);
    double[] sums = new double[count];
    double[] state = new double[map.size()];
    for (int t = 0; t < tokens.length; t++) {
      for (int k = 0; k < stepsPerToken; k++) {
        MapStep step = at(map, tokens[t], k);
        Jacobian jacobian = step.jacobian(state);
        Arrays.setAll(vectors, i -> jacobian.times(vectors[i]));
        double[] lengths = orthonormalise(vectors);
        if (t >= warmUp) {
          Arrays.setAll(sums, i -> sums[i] + StrictMath.log(lengths[i]));
        }
        state = step.apply(state);
        checkState(state, t);
      }
    }
    double steps = (double) (tokens.length - warmUp) * stepsPerToken;
    Arrays.setAll(sums, i -> sums[i] / steps);
    return sums;
  }

  /** The k-th step of a token, counted from 0. */
  static MapStep at(MapStep map, double[] token, int k) {
    boolean isGone = k > 0 && map.weights().map().injection() == Injection.IMPULSE;
    return map.withToken(isGone ? new double[token.length] : token);
  }

  static void checkTokens(double[][] tokens, int stepsPerToken) {
    if (tokens.length == 0 || stepsPerToken < 1) {
      throw new IllegalArgumentException(
          "tokens and stepsPerToken: found "
              + tokens.length
              + " and "
              + stepsPerToken
              + ", expected at least 1 of each");
    }
  }

  static void checkState(double[] state, int t) {
    if (!Arrays.stream(state).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "tokens: the state is not finite any more after token " + t + ": the map blows up");
    }
  }

  /** In order, each twice against those before it; gives the lengths that were left. */
  private static double[] orthonormalise(double[][] vectors) {
    double[] lengths = new double[vectors.length];
    for (int i = 0; i < vectors.length; i++) {
      double[] vector = vectors[i];
      double whole = length(vector);
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          double along = dot(vectors[j], vector);
          for (int unit = 0; unit < vector.length; unit++) {
            vector[unit] -= along * vectors[j][unit];
          }
        }
      }
      double rest = length(vector);
      // What is left of a vector that depends on those before it is rounding.
      lengths[i] = rest <= 1e-14 * whole ? 0 : rest;
      for (int unit = 0; unit < vector.length; unit++) {
        vector[unit] = lengths[i] == 0 ? 0 : vector[unit] / lengths[i];
      }
    }
    return lengths;
  }

  private static double length(double[] vector) {
    return Math.sqrt(dot(vector, vector));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
