package org.iterativemaps.surgery;

import java.lang.reflect.Field;

/** DL4J's private fields. */
final class Fields {
  private Fields() {}

  /**
   * A field of a class, made accessible.
   *
   * @throws IllegalStateException if there is none: another version of DL4J
   */
  static Field find(Class<?> type, String name) {
    try {
      Field field = type.getDeclaredField(name);
      field.setAccessible(true);
      return field;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this version of DL4J has no field "
              + type.getSimpleName()
              + "."
              + name
              + ", which surgery on a live network needs; use DL4J 1.0.0-M2.1",
          e);
    }
  }

  static Object get(Class<?> type, Object target, String name) {
    return get(find(type, name), target);
  }

  static void set(Class<?> type, Object target, String name, Object value) {
    set(find(type, name), target, value);
  }

  static Object get(Field accessible, Object target) {
    try {
      return accessible.get(target);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(accessible + " is not accessible", e);
    }
  }

  static void set(Field accessible, Object target, Object value) {
    try {
      accessible.set(target, value);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(accessible + " is not accessible", e);
    }
  }
}
