package org.iterativemaps.map;

import java.io.Serializable;

/**
 * How the activated value a of a state slot becomes its new value z'.
 *
 * <pre>
 *   replace                z' = a
 *   residual(s)            z' = z + s a
 *   gated(keep)            z' = g * z + (1 - g) * a            g the slot "keep", as in a GRU
 *   gated(keep, write)     z' = f * z + i * a                  f and i two slots, as in an LSTM
 * </pre>
 *
 * <p>Gates are read as any slot is: a wire gives its value of this step, a state slot its old one.
 * They have the size of the slot they gate.
 *
 * @param kind which of the four
 * @param scale s of a residual update, 1 for others
 * @param keep name of the slot that multiplies the old value, or null
 * @param write name of the slot that multiplies the new one, or null
 */
public record Update(Kind kind, double scale, String keep, String write) implements Serializable {

  /** The four kinds. */
  public enum Kind {
    /** The new value alone. */
    REPLACE,
    /** Added to the old one. */
    RESIDUAL,
    /** A mean of old and new, weighted by one gate. */
    GATED,
    /** Old and new value, each with a gate of its own. */
    TWO_GATES
  }

  private static final Update REPLACE = new Update(Kind.REPLACE, 1, null, null);

  /**
   * Checks what the kind needs.
   *
   * @throws IllegalArgumentException if a gate is missing, the scale is not a number, or it is not
   *     1 and the update not residual
   */
  public Update {
    if (kind == null || Double.isNaN(scale) || Double.isInfinite(scale)) {
      throw new IllegalArgumentException(
          "update: found kind " + kind + " with scale " + scale + ", expected a finite scale");
    }
    if (kind != Kind.RESIDUAL && scale != 1) {
      throw new IllegalArgumentException(
          "update: found "
              + kind
              + " with scale "
              + scale
              + ", expected 1; RESIDUAL alone has one");
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
