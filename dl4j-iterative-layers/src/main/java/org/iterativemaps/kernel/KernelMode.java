package org.iterativemaps.kernel;

import java.util.Arrays;
import java.util.Locale;

/** Which kernel the user asked for, by the system property {@value #PROPERTY}. */
public enum KernelMode {
  /** The fastest for each map that works here, see {@link KernelChoice}. */
  AUTO,
  /** The fused kernel on {@code jdk.incubator.vector}; an error where that cannot be loaded. */
  SIMD,
  /** The fused kernel in plain Java, for every map. */
  SCALAR,
  /** ND4J operations. */
  REFERENCE;

  /** Name of the system property. */
  public static final String PROPERTY = "org.iterativemaps.kernel";

  /**
   * What the system property says now; {@link #AUTO} if it is not set.
   *
   * @throws IllegalArgumentException if it names no mode
   */
  public static KernelMode fromProperty() {
    return parse(System.getProperty(PROPERTY));
  }

  /**
   * A mode by name, in any case.
   *
   * @param name null or blank gives {@link #AUTO}
   * @throws IllegalArgumentException if there is no such mode
   */
  static KernelMode parse(String name) {
    if (name == null || name.isBlank()) {
      return AUTO;
    }
    String wanted = name.trim().toUpperCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(mode -> mode.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "system property "
                        + PROPERTY
                        + ": found '"
                        + name
                        + "', expected auto, simd, scalar or reference"));
  }
}
