package org.iterativemaps.surgery;

import java.lang.reflect.Field;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * New values for several private fields of an object, set together.
 *
 * <p>All that can fail (finding a field, making it accessible, reading the value that is there) is
 * done beforehand, so that {@link #commit} and {@link #undo} cannot.
 */
final class FieldSwap {
  private final Object target;
  private final Map<Field, Object> before = new LinkedHashMap<>();
  private final Map<Field, Object> after = new LinkedHashMap<>();

  FieldSwap(Object target) {
    this.target = target;
  }

  /** Takes the values of these fields from another object of the class. */
  FieldSwap take(Class<?> type, Object source, String... names) {
    for (String name : names) {
      Field field = Fields.find(type, name);
      before.put(field, Fields.get(field, target));
      after.put(field, Fields.get(field, source));
    }
    return this;
  }

  void commit() {
    after.forEach((field, value) -> Fields.set(field, target, value));
  }

  void undo() {
    before.forEach((field, value) -> Fields.set(field, target, value));
  }
}
