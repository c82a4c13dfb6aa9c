package org.iterativemaps.dynamics;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.activations.IActivation;

/**
 * Three measures of one map on some of its tokens, each held while the map runs: does it settle,
 * does it respond to the token, does it remember where it started.
 *
 * <p>A map that forgets its start and ignores its token settles at once and is of no use; one that
 * remembers for ever has several attractors or none. Each alone says little, so they are measured
 * together.
 *
 * @param settledAfter by token, the steps from the zero state until one step changes no unit by
 *     more than the tolerance; {@link #UNSETTLED} if it does not get there, {@link #DIVERGED} if a
 *     unit leaves 1e150
 * @param sensitivities of the tokens that settled, in their order: how far the settled state moves
 *     per distance that the token moves, |z*(x + d) - z*(x)| / |d| for a small d of random
 *     direction
 * @param distances by step from 0: the distance of two random starts on one token over that at the
 *     beginning, the median over tokens and pairs
 * @param farthest the same, the largest of them; infinite where the map blows up
 * @param probe how it was measured
 */
public record Behaviour(
    List<Integer> settledAfter,
    List<Double> sensitivities,
    List<Double> distances,
    List<Double> farthest,
    Probe probe) {
  /** Still moving after the most steps. */
  public static final int UNSETTLED = -1;

  /** Blown up. */
  public static final int DIVERGED = -2;

  private static final double SMALL = 1e-4;

  /** Copies the lists. */
  public Behaviour {
    settledAfter = List.copyOf(settledAfter);
    sensitivities = List.copyOf(sensitivities);
    distances = List.copyOf(distances);
    farthest = List.copyOf(farthest);
  }

  /**
   * How to measure.
   *
   * @param tolerance of one step's change, relative to the largest unit or 1: above 0
   * @param mostSteps at least 1
   * @param pairs of random starts on each token, at least 1
   * @param spread these are uniform in [-spread, spread], above 0
   * @param seed of the starts and directions
   */
  public record Probe(double tolerance, int mostSteps, int pairs, double spread, long seed) {

    /** Up to 200 steps to 1e-6, four pairs of starts in [-1, 1]. */
    public static final Probe DEFAULT = new Probe(1e-6, 200, 4, 1, 0);

    /** Checks the ranges. */
    public Probe {
      if (!(tolerance > 0) || mostSteps < 1 || pairs < 1 || !(spread > 0 && spread < 1e100)) {
        throw new IllegalArgumentException(
            "probe: found tolerance "
                + tolerance
                + ", mostSteps "
                + mostSteps
                + ", pairs "
                + pairs
                + ", spread "
                + spread
                + "; expected above 0, at least 1, at least 1, above 0 and finite");
      }
    }
  }

  /** Measures as {@link Probe#DEFAULT} says. */
  public static Behaviour of(
      MapWeights weights, IActivation defaultActivation, double[]... tokens) {
    return of(weights, defaultActivation, Probe.DEFAULT, tokens);
  }

  /**
   * Measures.
   *
   * @param weights the map and its numbers, as {@code LayerWeights.read} gives them; its input is
   *     held, whatever its injection is
   * @param defaultActivation of slots that name none, the layer's; may be null if all do
   * @param probe how to
   * @param tokens at least one, nIn numbers each
   * @throws IllegalArgumentException as {@link MapStep#of}
   */
  public static Behaviour of(
      MapWeights weights, IActivation defaultActivation, Probe probe, double[]... tokens) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("tokens: found none, expected at least 1");
    }
    BehaviourRun run = new BehaviourRun(weights, defaultActivation, probe, SMALL);
    RandomSource random = RandomSource.of(probe.seed, "behaviour");
    for (double[] token : tokens) {
      run.token(token, random);
    }
    return run.result();
  }

  /** The share of tokens on which it settles. */
  public double settledShare() {
    return (double) settledAfter.stream().filter(steps -> steps >= 0).count() / settledAfter.size();
  }

  /** Whether it settles on every token. */
  public boolean settles() {
    return settledShare() == 1;
  }

  /** The median number of steps to settle, if half of the tokens do. */
  public OptionalInt medianSteps() {
    int[] sorted =
        settledAfter.stream().mapToInt(s -> s < 0 ? Integer.MAX_VALUE : s).sorted().toArray();
    int middle = sorted[(sorted.length - 1) / 2];
    return middle == Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of(middle);
  }

  /** The median of {@link #sensitivities}; empty if no token settled. */
  public OptionalDouble medianSensitivity() {
    double[] sorted = sensitivities.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
  }

  /** Whether a changed token changes the settled state, by 1e-3 of the change at least. */
  public boolean responds() {
    return medianSensitivity().orElse(0) > 1e-3;
  }

  /**
   * After how many steps the start is forgotten: all pairs, on all tokens, have come as near as
   * this and stay so.
   *
   * @param share of their first distance, above 0
   * @return empty if they have not when the steps are used up
   */
  public OptionalInt forgetsAfter(double share) {
    if (!(share > 0)) {
      throw new IllegalArgumentException("share: found " + share + ", expected above 0");
    }
    int step = farthest.size();
    while (step > 0 && farthest.get(step - 1) <= share) {
      step--;
    }
    return step == farthest.size() ? OptionalInt.empty() : OptionalInt.of(step);
  }

  /** Whether some pair is not yet within 1e-3 of its first distance at the end. */
  public boolean remembers() {
    return forgetsAfter(1e-3).isEmpty();
  }

  /** Three lines. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "settles on %.0f %% of %d tokens%s%n%s%n%s",
        100 * settledShare(),
        settledAfter.size(),
        medianSteps().isPresent() ? ", half of them within " + medianSteps().getAsInt() : "",
        medianSensitivity().isPresent()
            ? String.format(
                Locale.ROOT,
                "responds by %.3g of the token's change (median)",
                medianSensitivity().getAsDouble())
            : "what it responds by cannot be told: no token settles",
        remembers()
            ? "remembers its start through " + (farthest.size() - 1) + " steps"
            : "forgets its start to a thousandth in " + forgetsAfter(1e-3).getAsInt() + " steps");
  }
}
