package org.iterativemaps.kernel;

/** Time steps between the states that kernels keep for back-propagation. */
public final class SegmentLength {
  /** System property: time steps between kept states; 0 (default) keeps all. */
  public static final String PROPERTY = "org.iterativemaps.segment";

  private SegmentLength() {}

  /**
   * Time steps between kept states as the system property says; 0, keep all, without it.
   *
   * @throws WrongPropertyException if it is no number from 0
   */
  public static int fromProperty() {
    String property = System.getProperty(PROPERTY);
    if (property == null || property.isBlank()) {
      return 0;
    }
    try {
      int segment = Integer.parseInt(property.trim());
      if (segment >= 0) {
        return segment;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new WrongPropertyException(PROPERTY, property, "time steps, or 0 to keep all");
  }
}
