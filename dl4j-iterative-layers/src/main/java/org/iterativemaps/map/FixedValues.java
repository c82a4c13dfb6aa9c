package org.iterativemaps.map;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The values of weights that are never trained (reservoirs, frozen parts, exact wires).
 *
 * <p>Random values are drawn from the map's seed and the names of the two slots, the same on every
 * JVM and platform, and rounded to the network's floating type only when they are used.
 */
public sealed interface FixedValues extends Serializable {

  /**
   * Every weight the same.
   *
   * @param value finite
   */
  static FixedValues constant(double value) {
    return new Constant(value);
  }

  /**
   * Normally distributed.
   *
   * @param mean finite
   * @param standardDeviation finite, at least 0
   */
  static FixedValues gaussian(double mean, double standardDeviation) {
    return new Gaussian(mean, standardDeviation);
  }

  /**
   * Uniformly distributed in [low, high).
   *
   * @param low finite
   * @param high finite, at least low
   */
  static FixedValues uniform(double low, double high) {
    return new Uniform(low, high);
  }

  /**
   * Exactly these values.
   *
   * @param values one per entry of the block's mask, in its order (by target unit, then by source
   *     unit), all finite; copied
   */
  static FixedValues explicit(double... values) {
    return new Explicit(values);
  }

  /**
   * The values, one per entry.
   *
   * @param count how many entries the mask has
   * @param random where the numbers come from
   * @throws IllegalArgumentException if there is not exactly one explicit value per entry
   */
  double[] draw(int count, RandomSource random);

  /**
   * See {@link FixedValues#constant(double)}.
   *
   * @param value finite
   */
  record Constant(double value) implements FixedValues {
    /** Checks the value. */
    public Constant {
      checkFinite("value", value);
    }

    @Override
    public double[] draw(int count, RandomSource random) {
      double[] values = new double[count];
      Arrays.fill(values, value);
      return values;
    }
  }

  /**
   * See {@link FixedValues#gaussian(double, double)}.
   *
   * @param mean finite
   * @param standardDeviation finite, at least 0
   */
  record Gaussian(double mean, double standardDeviation) implements FixedValues {
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
    public double[] draw(int count, RandomSource random) {
      double[] values = new double[count];
      Arrays.setAll(values, i -> mean + standardDeviation * random.nextGaussian());
      return values;
    }
  }

  /**
   * See {@link FixedValues#uniform(double, double)}.
   *
   * @param low finite
   * @param high finite, at least low
   */
  record Uniform(double low, double high) implements FixedValues {
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
    public double[] draw(int count, RandomSource random) {
      double[] values = new double[count];
      Arrays.setAll(values, i -> low + (high - low) * random.nextDouble());
      return values;
    }
  }

  /** See {@link FixedValues#explicit(double...)}. */
  final class Explicit implements FixedValues {
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
    public double[] draw(int count, RandomSource random) {
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
}
