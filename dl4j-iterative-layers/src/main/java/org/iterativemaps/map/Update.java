package org.iterativemaps.map;

import java.io.Serializable;

/**
 * How the activated value a of a state slot becomes its new value z'.
 *
 * <pre>
 *   replace                z' = a
 *   residual(s)            z' = z + s a
 *   leaky(r)               z' = (1 - r) z + r a                r the leak rate, as in a reservoir
 *   gated(keep)            z' = g * z + (1 - g) * a            g the slot "keep", as in a GRU
 *   gated(keep, write)     z' = f * z + i * a                  f and i two slots, as in an LSTM
 * </pre>
 *
 * <p>A leak rate makes a unit a low-pass filter of its own activation, with a time constant of 1 /
 * r steps: leaky-integrator units (Jaeger, Lukoševičius, Popovici, Siewert, "Optimization and
 * applications of echo state networks with leaky-integrator neurons", 2007). One that is trained is
 * a gate of the slot's own: {@link BlockMapBuilder#trainedLeak}.
 *
 * <p>Gates are read as any slot is: a wire gives its value of this step, a state slot its old one.
 * They have the size of the slot they gate.
 *
 * @param kind which of the five
 * @param scale s of a residual update, r of a leaky one, 1 for others
 * @param keep name of the slot that multiplies the old value, or null
 * @param write name of the slot that multiplies the new one, or null
 */
public record Update(Kind kind, double scale, String keep, String write) implements Serializable {

  /** The five kinds. */
  public enum Kind {
    /** The new value alone. */
    REPLACE,
    /** Added to the old one. */
    RESIDUAL,
    /** A mean of old and new, weighted by one gate. */
    GATED,
    /** Old and new value, each with a gate of its own. */
    TWO_GATES,
    /** A mean of old and new, weighted by a number. */
    LEAKY
  }

  private static final Update REPLACE = new Update(Kind.REPLACE, 1, null, null);

  /**
   * Checks what the kind needs.
   *
   * @throws IllegalArgumentException if a gate is missing, the scale is not a number, it is not 1
   *     and the update neither residual nor leaky, or a leaky update's is not in (0, 1)
   */
  public Update {
    if (kind == null || Double.isNaN(scale) || Double.isInfinite(scale)) {
      throw new IllegalArgumentException(
          "update: found kind " + kind + " with scale " + scale + ", expected a finite scale");
    }
    if (kind == Kind.LEAKY && !(scale > 0 && scale < 1)) {
      throw new IllegalArgumentException(
          "leak rate: found "
              + scale
              + ", expected above 0 and below 1; where nothing leaks, the update is replace()");
    }
    if (kind != Kind.RESIDUAL && kind != Kind.LEAKY && scale != 1) {
      throw new IllegalArgumentException(
          "update: found "
              + kind
              + " with scale "
              + scale
              + ", expected 1; RESIDUAL and LEAKY alone have one");
    }
    boolean needsKeep = kind == Kind.GATED || kind == Kind.TWO_GATES;
    if (needsKeep != (keep != null) || (kind == Kind.TWO_GATES) != (write != null)) {
      throw new IllegalArgumentException(
          "update: found " + kind + " with gates " + keep + " and " + write);
    }
  }

  /** The new value alone. */
  public static Update replace() {
    return REPLACE;
  }

  /** Old value plus new. */
  public static Update residual() {
    return residual(1);
  }

  /**
   * Old value plus s times the new one.
   *
   * @param scale s, a finite number
   */
  public static Update residual(double scale) {
    return new Update(Kind.RESIDUAL, scale, null, null);
  }

  /**
   * (1 - r) z + r a.
   *
   * @param rate r, in (0, 1]; 1 is {@link #replace}
   * @throws IllegalArgumentException if outside that range
   */
  public static Update leaky(double rate) {
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "leak rate: found "
              + rate
              + ", expected a number in (0, 1]: the share of the new value, 1 for no memory of the"
              + " old one");
    }
    return rate == 1 ? REPLACE : new Update(Kind.LEAKY, rate, null, null);
  }

  /**
   * g z + (1 - g) a.
   *
   * @param keep the slot that is g
   */
  public static Update gated(String keep) {
    return new Update(Kind.GATED, 1, keep, null);
  }

  /**
   * f z + i a.
   *
   * @param keep the slot that is f
   * @param write the slot that is i
   */
  public static Update gated(String keep, String write) {
    return new Update(Kind.TWO_GATES, 1, keep, write);
  }

  /** Whether the old value of the slot is read. */
  public boolean readsOldValue() {
    return kind != Kind.REPLACE;
  }
}
