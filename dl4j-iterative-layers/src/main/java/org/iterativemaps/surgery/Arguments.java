package org.iterativemaps.surgery;

/** Checks of what callers give. */
final class Arguments {
  private Arguments() {}

  static <T> T given(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": found null, expected one");
    }
    return value;
  }
}
