package org.iterativemaps.reservoir;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/**
 * A reservoir: a recurrent network whose weights are drawn once and never trained,
 *
 * <pre>    h' = (1 - r) h + r A( W h + s V x + c b )</pre>
 *
 * r the leak rate, A the activation, W scaled to a spectral radius, V uniform in [-1, 1] with the
 * input scaling s, and b uniform in [-1, 1] with the bias scaling c. It is a block map of fixed
 * blocks, so that everything that works with maps works with it.
 *
 * <pre>{@code
 * Reservoir reservoir = Reservoir.of(100).spectralRadius(1.25).leakRate(0.3);
 * }</pre>
 *
 * <p>Immutable: every method gives another one. All random numbers follow from the seed, on every
 * JVM and platform. Sources: Jaeger, "The echo state approach to analysing and training recurrent
 * neural networks" (2001); of leaky units Jaeger, Lukoševičius, Popovici, Siewert (2007); of
 * residual ones see {@link #residual}.
 */
public final class Reservoir {
  /** What a residual reservoir makes of its old state: an orthogonal matrix O. */
  public enum Branch {
    /** Drawn uniformly from all orthogonal matrices; dense. */
    RANDOM,
    /** Every unit hands its value to the next one, the last one to the first. */
    CYCLIC,
    /** Every unit keeps its value. */
    IDENTITY
  }

  /** Weights into every unit where nothing else is said. */
  public static final int DEFAULT_FAN_IN = 10;

  final int units;
  private Sparsity pattern; // null: the default fan-in
  private WeightValues weights = WeightValues.spectralRadius(0.9);
  private Sparsity inputPattern = Sparsity.dense();
  private double[] inputScaling = {1};
  private double biasScaling;
  private double leakRate = 1;
  private IActivation activation = Activation.TANH.getActivationFunction();
  private long seed = BlockMap.DEFAULT_SEED;
  private Branch branch; // null: not residual
  private double kept;
  private double added;

  private Reservoir(int units) {
    this.units = units;
  }

  private Reservoir(Reservoir other) {
    this.units = other.units;
    this.pattern = other.pattern;
    this.weights = other.weights;
    this.inputPattern = other.inputPattern;
    this.inputScaling = other.inputScaling;
    this.biasScaling = other.biasScaling;
    this.leakRate = other.leakRate;
    this.activation = other.activation;
    this.seed = other.seed;
    this.branch = other.branch;
    this.kept = other.kept;
    this.added = other.added;
  }

  /**
   * Units with a spectral radius of 0.9, ten weights into each, a leak rate of 1, tanh, inputs
   * scaled by 1, no bias.
   *
   * @param units at least 1
   */
  public static Reservoir of(int units) {
    return new Reservoir(Checks.atLeast(1, "units", units));
  }

  /**
   * The largest modulus of the eigenvalues of W, whose weights are normally distributed.
   *
   * @param radius finite, at least 0; for leaky units values above 1 may do
   */
  public Reservoir spectralRadius(double radius) {
    return weights(WeightValues.spectralRadius(Checks.notNegative("spectralRadius", radius)));
  }

  /**
   * Values of W by another rule, in place of a spectral radius: {@code WeightValues.constant(0.9)}
   * on a {@link Sparsity#ring} is the simple cycle reservoir.
   */
  public Reservoir weights(WeightValues values) {
    Reservoir changed = new Reservoir(this);
    changed.weights = Checks.notNull("weights", values);
    return changed;
  }

  /**
   * Which weights W has: {@link Sparsity#density}, a {@link Sparsity#ring}, a {@link
   * Sparsity#smallWorld} …; {@link #DEFAULT_FAN_IN} into every unit (or all, of fewer units) where
   * it is not called.
   */
  public Reservoir pattern(Sparsity sparsity) {
    Reservoir changed = new Reservoir(this);
    changed.pattern = Checks.notNull("pattern", sparsity);
    changed.pattern.check(units, units);
    return changed;
  }

  /** Which weights V has; all where it is not called. */
  public Reservoir inputPattern(Sparsity sparsity) {
    Reservoir changed = new Reservoir(this);
    changed.inputPattern = Checks.notNull("inputPattern", sparsity);
    return changed;
  }

  /**
   * s, of all features or of each one.
   *
   * @param scaling one number, or nIn of them; finite
   */
  public Reservoir inputScaling(double... scaling) {
    if (scaling.length == 0) {
      throw new IllegalArgumentException(
          "inputScaling: found no number, expected one, or one of every feature");
    }
    for (double number : scaling) {
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException(
            "inputScaling: found " + Arrays.toString(scaling) + ", expected finite numbers");
      }
    }
    Reservoir changed = new Reservoir(this);
    changed.inputScaling = scaling.clone();
    return changed;
  }

  /**
   * c.
   *
   * @param scaling finite, at least 0; 0 is without bias
   */
  public Reservoir biasScaling(double scaling) {
    Reservoir changed = new Reservoir(this);
    changed.biasScaling = Checks.notNegative("biasScaling", scaling);
    return changed;
  }

  /**
   * r, the share of a unit's value that is new in every time step.
   *
   * @param rate in (0, 1]
   */
  public Reservoir leakRate(double rate) {
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "leakRate: found " + rate + ", expected a number in (0, 1]; 1 is without leak");
    }
    Reservoir changed = new Reservoir(this);
    changed.leakRate = rate;
    return changed;
  }

  /** A. */
  public Reservoir activation(Activation function) {
    return activation(Checks.notNull("activation", function).getActivationFunction());
  }

  /** A, elementwise. */
  public Reservoir activation(IActivation function) {
    Reservoir changed = new Reservoir(this);
    changed.activation = Checks.notNull("activation", function);
    return changed;
  }

  /** Of all random numbers; 0 where it is not called. */
  public Reservoir seed(long value) {
    Reservoir changed = new Reservoir(this);
    changed.seed = value;
    return changed;
  }

  /**
   * A residual reservoir, whose old state passes by the activation through an orthogonal matrix O:
   *
   * <pre>    h' = k O h + a A( W h + s V x + c b )</pre>
   *
   * <p>Source: Ceni, Gallicchio, "Residual Echo State Networks: Residual recurrent neural networks
   * with stable dynamics and fast learning" (2024).
   *
   * @param kept k, in [0, 1]
   * @param added a, finite, above 0
   * @param branch what O is
   */
  public Reservoir residual(double kept, double added, Branch branch) {
    if (!(kept >= 0 && kept <= 1)) {
      throw new IllegalArgumentException(
          "kept: found " + kept + ", expected a number in [0, 1]; above 1 states grow");
    }
    Reservoir changed = new Reservoir(this);
    changed.kept = kept;
    changed.added = Checks.aboveZero("added", added);
    changed.branch = Checks.notNull("branch", branch);
    return changed;
  }

  /**
   * An edge-of-stability network: {@link #residual} of 1 - β and β with a random orthogonal matrix,
   * whose Jacobian has its eigenvalues around a circle of radius 1 - β. Source: Ceni, Gallicchio,
   * "Edge of stability echo state network" (2023).
   *
   * @param proximity β, in (0, 1)
   */
  public Reservoir edgeOfStability(double proximity) {
    if (!(proximity > 0 && proximity < 1)) {
      throw new IllegalArgumentException(
          "proximity: found " + proximity + ", expected a number in (0, 1)");
    }
    return residual(1 - proximity, proximity, Branch.RANDOM);
  }

  /** How many units it has. */
  public int units() {
    return units;
  }

  /**
   * It as a map from "x" to "h".
   *
   * @param nIn features of the input, at least 1
   * @throws IllegalArgumentException if options contradict each other or do not fit nIn
   */
  public BlockMap map(int nIn) {
    return stack(nIn, List.of(this));
  }

  /**
   * It as a layer of DL4J, without a trained parameter.
   *
   * @param nIn features of the input, at least 1
   * @throws IllegalArgumentException as {@link #map}
   */
  public IterativeMapRecurrentLayer layer(int nIn) {
    return new IterativeMapRecurrentLayer.Builder().map(map(nIn)).build();
  }

  /**
   * A deep reservoir as one map: every reservoir reads the new values of the one before it, at the
   * same time step, and the output "h" has the states of all, one behind the other. Source:
   * Gallicchio, Micheli, Pedrelli, "Deep reservoir computing: a critical experimental analysis"
   * (2017).
   *
   * @param nIn features of the input, at least 1
   * @param reservoirs one or more, from the input on
   * @throws IllegalArgumentException as {@link #map}
   */
  public static BlockMap stack(int nIn, List<Reservoir> reservoirs) {
    if (reservoirs == null || reservoirs.isEmpty()) {
      throw new IllegalArgumentException("reservoirs: found none, expected one or more");
    }
    return new ReservoirMap(Checks.atLeast(1, "nIn", nIn), reservoirs).build();
  }

  Sparsity pattern() {
    return pattern == null ? Sparsity.fanIn(Math.min(units, DEFAULT_FAN_IN)) : pattern;
  }

  WeightValues weights() {
    return weights;
  }

  Sparsity inputPattern() {
    return inputPattern;
  }

  /** One number for each of the sources. */
  double[] scalingOf(int sources) {
    if (inputScaling.length != 1 && inputScaling.length != sources) {
      throw new IllegalArgumentException(
          "inputScaling: found "
              + inputScaling.length
              + " numbers, expected one, or one for each of the "
              + sources
              + " inputs of the reservoir");
    }
    double[] each = new double[sources];
    Arrays.setAll(each, i -> inputScaling[inputScaling.length == 1 ? 0 : i]);
    return each;
  }

  double biasScaling() {
    return biasScaling;
  }

  double leakRate() {
    return leakRate;
  }

  IActivation activation() {
    return activation;
  }

  long seed() {
    return seed;
  }

  Branch branch() {
    return branch;
  }

  double kept() {
    return kept;
  }

  double added() {
    return added;
  }
}
