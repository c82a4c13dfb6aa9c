package org.iterativemaps.convert;

import org.iterativemaps.map.Injection;

/**
 * How a stack of dense layers becomes a map. Immutable; start with {@link #dense()} or {@link
 * #tied(int, int)}.
 *
 * <pre>{@code
 * MlpOptions.dense()                              // every weight stays: the same outputs
 * MlpOptions.dense().density(0.1)                 // the largest tenth of every block stays
 * MlpOptions.dense().hiddenProportion(0.5)        // hidden blocks and the others get equally many
 * MlpOptions.tied(64, 4).freshWeights()           // one hidden slot of 64 units, looped 4 times
 * }</pre>
 */
public final class MlpOptions {
  private final Double density;
  private final Double hiddenProportion;
  private final Tie tie;
  private final boolean freshWeights;
  private final Injection injection;
  private final boolean isStrict;
  private final boolean withoutDropout;

  /** One looped hidden slot in place of a stack. */
  record Tie(int width, int steps) {}

  private MlpOptions(
      Double density,
      Double hiddenProportion,
      Tie tie,
      boolean freshWeights,
      Injection injection,
      boolean isStrict,
      boolean withoutDropout) {
    this.density = density;
    this.hiddenProportion = hiddenProportion;
    this.tie = tie;
    this.freshWeights = freshWeights;
    this.injection = injection;
    this.isStrict = isStrict;
    this.withoutDropout = withoutDropout;
  }

  /** Every weight stays: the map computes what the stack computed. */
  public static MlpOptions dense() {
    return new MlpOptions(null, null, null, false, null, false, false);
  }

  /**
   * One hidden slot, applied K times, in place of the hidden layers: x-&gt;h, h-&gt;h and one bias.
   * x-&gt;h is the first layer, h-&gt;h and the bias the averages over the layers; all hidden
   * layers must be of this width, or {@link #freshWeights()} be asked for. The network computes
   * something else afterwards and wants training; the report says how far the layers were apart.
   *
   * <p>The input is an impulse unless {@link #injection} says otherwise: with equal layers K steps
   * are then exactly K layers. An output layer stays a layer of its own.
   *
   * @param width units of the slot
   * @param steps K
   * @throws IllegalArgumentException if one of them is below 1
   */
  public static MlpOptions tied(int width, int steps) {
    if (width < 1 || steps < 1) {
      throw new IllegalArgumentException(
          "width and steps: found " + width + " and " + steps + ", expected at least 1");
    }
    return new MlpOptions(null, null, new Tie(width, steps), false, null, false, false);
  }

  /**
   * Prunes every block to this density; the weights of largest magnitude stay, with the protection
   * of {@link org.iterativemaps.map.change.MagnitudePruning}: at least one per block, and a way
   * from the input to the output. Together with {@link #hiddenProportion} the density is that of
   * all blocks together. An untrained network gets random patterns of this density, of which some
   * way leads to the output, too.
   *
   * @param share a fraction in (0, 1]
   * @throws IllegalArgumentException if it is outside that range, or layers are to be tied
   */
  public MlpOptions density(double share) {
    checkFraction("density", share, 1);
    notTied("density");
    return new MlpOptions(
        share, hiddenProportion, tie, freshWeights, injection, isStrict, withoutDropout);
  }

  /**
   * Prunes to this hidden proportion: of the blocks between hidden slots or of the others as many
   * weights go, the smallest first, as it takes.
   *
   * @param share of the weights between hidden slots in all weights, a fraction in (0, 1)
   * @throws IllegalArgumentException if it is outside that range, or layers are to be tied
   */
  public MlpOptions hiddenProportion(double share) {
    checkFraction("hiddenProportion", share, Math.nextDown(1.0));
    notTied("hiddenProportion");
    return new MlpOptions(density, share, tie, freshWeights, injection, isStrict, withoutDropout);
  }

  /** The tied slot starts with new weights from the first layer's initialiser. */
  public MlpOptions freshWeights() {
    if (tie == null) {
      throw new IllegalArgumentException(
          "freshWeights: only tied(width, steps) starts anew; a new network of the same shape comes"
              + " from IterativeMaps.fromMlp(network.getLayerWiseConfigurations(), options), of a"
              + " graph from IterativeMaps.fromMlp(graph.getConfiguration(), options)");
    }
    return new MlpOptions(
        density, hiddenProportion, tie, true, injection, isStrict, withoutDropout);
  }

  /** How long the input stays; hold by default, impulse for tied layers. */
  public MlpOptions injection(Injection value) {
    return new MlpOptions(
        density, hiddenProportion, tie, freshWeights, value, isStrict, withoutDropout);
  }

  /**
   * Refuses a network of which not everything becomes one map: a dense layer that no map can be, or
   * something between dense layers. Without this such a layer stays as it is, what is before and
   * after it becomes maps of its own, and the report says so: the network computes the same.
   */
  public MlpOptions strict() {
    return new MlpOptions(
        density, hiddenProportion, tie, freshWeights, injection, true, withoutDropout);
  }

  /**
   * Leaves dropout inside the stack out. Without this the stack is cut there, because a map drops
   * its input alone; what is computed after training is the same either way.
   */
  public MlpOptions withoutDropout() {
    return new MlpOptions(density, hiddenProportion, tie, freshWeights, injection, isStrict, true);
  }

  Double density() {
    return density;
  }

  Double hiddenProportion() {
    return hiddenProportion;
  }

  boolean prunes() {
    return density != null || hiddenProportion != null;
  }

  /** Whether every weight of the map is one of the network's, as it was. */
  boolean keepsValues() {
    return !prunes() && tie == null && !freshWeights;
  }

  /** Null if the layers stay apart. */
  Tie tie() {
    return tie;
  }

  boolean hasFreshWeights() {
    return freshWeights;
  }

  Injection injection() {
    return injection != null ? injection : tie == null ? Injection.HOLD : Injection.IMPULSE;
  }

  boolean isStrict() {
    return isStrict;
  }

  boolean dropsDropout() {
    return withoutDropout;
  }

  private void notTied(String option) {
    if (tie != null) {
      throw new IllegalArgumentException(
          option + ": tied layers cannot be pruned on the way; tie first, then prune the map");
    }
  }

  private static void checkFraction(String name, double value, double most) {
    if (!(value > 0 && value <= most)) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + value
              + ", expected a fraction above 0 and "
              + (most < 1 ? "below 1" : "up to 1"));
    }
  }
}
