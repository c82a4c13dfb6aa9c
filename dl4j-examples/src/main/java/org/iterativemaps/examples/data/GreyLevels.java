package org.iterativemaps.examples.data;

/**
 * Images of whole numbers from 0 to 255, as image files and the imaging library of the task's
 * authors have them. They stay floats, in which all of these numbers are exact.
 */
final class GreyLevels {

  /** The greatest level. */
  static final float WHITE = 255;

  private GreyLevels() {}

  /** From values of 0 to 1, rounded. */
  static float[] of(float[] values) {
    float[] levels = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      levels[i] = Math.round(values[i] * WHITE);
    }
    return levels;
  }

  /** To values of 0 to 1. */
  static float[] toValues(float[] levels) {
    float[] values = new float[levels.length];
    for (int i = 0; i < levels.length; i++) {
      values[i] = levels[i] / WHITE;
    }
    return values;
  }
}
