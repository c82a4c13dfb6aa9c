package org.iterativemaps.map.values;

import java.io.Serializable;
import java.util.Arrays;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A rule for the values of a block's weights: of weights that are never trained (reservoirs, frozen
 * parts, exact wires), and of trained ones before training.
 *
 * <p>Random values of fixed blocks are drawn from the map's seed and the names of the two slots,
 * the same on every JVM and platform, and rounded to the network's floating type only when they are
 * used. Initial values of trained blocks come from the network's seed instead.
 */
public sealed interface WeightValues extends Serializable
    permits WeightValues.Constant,
        WeightValues.Gaussian,
        WeightValues.Uniform,
        WeightValues.Explicit,
        VariancePreserving,
        SpectralScaling,
        NormScaling,
        OrthogonalValues,
        IdentityLeaning,
        ScatteredValues {

  /**
   * Every weight the same.
   *
   * @param value finite
   */
  static WeightValues constant(double value) {
    return new Constant(value);
  }

  /**
   * Normally distributed.
   *
   * @param mean finite
   * @param standardDeviation finite, at least 0
   */
  static WeightValues gaussian(double mean, double standardDeviation) {
    return new Gaussian(mean, standardDeviation);
  }

  /**
   * Uniformly distributed in [low, high).
   *
   * @param low finite
   * @param high finite, at least low
   */
  static WeightValues uniform(double low, double high) {
    return new Uniform(low, high);
  }

  /**
   * Exactly these values.
   *
   * @param values one per entry of the block's mask, in its order (by target unit, then by source
   *     unit), all finite; copied
   */
  static WeightValues explicit(double... values) {
    return new Explicit(values);
  }

  /**
   * Normally distributed, with a variance by the weights that really arrive at each target unit:
   * gain² / fan-in.
   *
   * @param gain finite, at least 0: 1 for linear and tanh, sqrt(2) for ReLU
   */
  static WeightValues fanIn(double gain) {
    return new VariancePreserving(gain, false);
  }

  /**
   * Normally distributed, with a variance by the weights that really arrive at the target unit and
   * leave the source unit: gain² 2 / (fan-in + fan-out).
   *
   * @param gain finite, at least 0: 1 for linear and tanh, sqrt(2) for ReLU
   */
  static WeightValues fanAverage(double gain) {
    return new VariancePreserving(gain, true);
  }

  /**
   * Normally distributed and then scaled, so that the largest modulus of the eigenvalues is exactly
   * this. The block runs from a slot to itself.
   *
   * @param radius finite, at least 0: below 1 for an echo-state reservoir
   */
  static WeightValues spectralRadius(double radius) {
    return new SpectralScaling(radius);
  }

  /**
   * Normally distributed and then scaled, so that the largest singular value is exactly this: what
   * the block makes of a vector is at most so many times as long.
   *
   * @param norm finite, at least 0: a loop of blocks whose norms have a product below 1 fades
   */
  static WeightValues spectralNorm(double norm) {
    return new NormScaling(norm);
  }

  /**
   * Orthogonal, for dense blocks and {@link Sparsity#groups}.
   *
   * @param gain finite, at least 0; 1 keeps the length of every vector
   */
  static WeightValues orthogonal(double gain) {
    return new OrthogonalValues(gain);
  }

  /**
   * A multiple of the identity and normally distributed noise beside it.
   *
   * @param scale of the diagonal, finite; 1 keeps a state as it is
   * @param noise finite, at least 0: standard deviation of what the noise adds to a target unit
   */
  static WeightValues identityLeaning(double scale, double noise) {
    return new IdentityLeaning(scale, noise);
  }

  /**
   * Values where a pattern puts them, and 0 at the other weights of the block.
   *
   * @param pattern which weights have values
   * @param values theirs
   */
  static WeightValues scattered(Sparsity pattern, WeightValues values) {
    return new ScatteredValues(pattern, values);
  }

  /**
   * The values, one per entry.
   *
   * @param mask the weights that exist
   * @param random where the numbers come from
   * @throws IllegalArgumentException if the rule does not fit the mask
   */
  double[] draw(WeightMask mask, RandomSource random);

  /**
   * See {@link WeightValues#constant(double)}.
   *
   * @param value finite
   */
  record Constant(double value) implements WeightValues {
    /** Checks the value. */
    public Constant {
      checkFinite("value", value);
    }

    @Override
    public double[] draw(WeightMask mask, RandomSource random) {
      double[] values = new double[mask.entryCount()];
      Arrays.fill(values, value);
      return values;
    }
  }

  /**
   * See {@link WeightValues#gaussian(double, double)}.
   *
   * @param mean finite
   * @param standardDeviation finite, at least 0
   */
  record Gaussian(double mean, double standardDeviation) implements WeightValues {
    /** Checks the values. */
    public Gaussian {
      checkFinite("mean", mean);
      checkFinite("standardDeviation", standardDeviation);
      if (standardDeviation < 0) {
        throw new IllegalArgumentException(
            "standardDeviation: found " + standardDeviation + ", expected at least 0");
      }
    }

    @Override
    public double[] draw(WeightMask mask, RandomSource random) {
      double[] values = new double[mask.entryCount()];
      Arrays.setAll(values, i -> mean + standardDeviation * random.nextGaussian());
      return values;
    }
  }

  /**
   * See {@link WeightValues#uniform(double, double)}.
   *
   * @param low finite
   * @param high finite, at least low
   */
  record Uniform(double low, double high) implements WeightValues {
    /** Checks the values. */
    public Uniform {
      checkFinite("low", low);
      checkFinite("high", high);
      if (high < low) {
        throw new IllegalArgumentException(
            "high: found " + high + ", expected at least low = " + low);
      }
    }

    @Override
    public double[] draw(WeightMask mask, RandomSource random) {
      double[] values = new double[mask.entryCount()];
      Arrays.setAll(values, i -> low + (high - low) * random.nextDouble());
      return values;
    }
  }

  /** See {@link WeightValues#explicit(double...)}. */
  final class Explicit implements WeightValues {
    private static final long serialVersionUID = 1L;

    private final double[] values;

    private Explicit(double[] values) {
      this.values = values.clone();
      for (int i = 0; i < values.length; i++) {
        checkFinite("values[" + i + "]", values[i]);
      }
    }

    /** The values in entry order, in a new array. */
    public double[] values() {
      return values.clone();
    }

    @Override
    public double[] draw(WeightMask mask, RandomSource random) {
      int count = mask.entryCount();
      if (count != values.length) {
        throw new IllegalArgumentException(
            "fixed values: found "
                + values.length
                + ", expected one for each of the "
                + count
                + " entries of the mask");
      }
      return values.clone();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Explicit that && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Explicit[" + values.length + " values]";
    }
  }

  private static void checkFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + ": found " + value + ", expected a finite number");
    }
  }

  /** For the rules in files of their own: a finite number, at least 0. */
  static void checkNotNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", expected a finite number, at least 0");
    }
  }

  /** Refuses a block between slots of different sizes. */
  static void checkSquare(String what, WeightMask mask) {
    if (mask.fromSize() != mask.toSize()) {
      throw new IllegalArgumentException(
          what
              + " needs a block between slots of one size, found "
              + mask.fromSize()
              + " to "
              + mask.toSize()
              + " units");
    }
  }
}
