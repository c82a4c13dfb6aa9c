package org.iterativemaps.kernel.fused;

import java.util.Locale;
import org.iterativemaps.kernel.WrongPropertyException;

/**
 * Which calls may be run by the way that turns out to be the fastest, where the rules are not sure
 * ({@link CallWays}). By default those of inference: another way rounds otherwise, and training
 * makes another network of that, which one and the same seed is not to give.
 */
enum Measuring {
  /** None: results are the same from run to run. */
  NONE,
  /** Inference. */
  INFERENCE,
  /** Inference and training. */
  ALL;

  /** System property: none, inference (default) or all. */
  static final String PROPERTY = "org.iterativemaps.measure";

  boolean isFor(boolean isTraining) {
    return this == ALL || this == INFERENCE && !isTraining;
  }

  /**
   * As the system property says.
   *
   * @throws WrongPropertyException if it is none of the names
   */
  static Measuring fromProperty() {
    String property = System.getProperty(PROPERTY, "");
    if (property.isBlank()) {
      return INFERENCE;
    }
    for (Measuring value : values()) {
      if (value.name().toLowerCase(Locale.ROOT).equals(property.trim())) {
        return value;
      }
    }
    throw new WrongPropertyException(PROPERTY, property, "none, inference or all");
  }
}
