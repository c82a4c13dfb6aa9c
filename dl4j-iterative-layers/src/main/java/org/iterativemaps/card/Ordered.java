package org.iterativemaps.card;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Maps that keep their order: a card is written the same way every time. */
final class Ordered {
  private Ordered() {}

  /** An unmodifiable copy. */
  static <K, V> Map<K, V> copy(Map<K, V> map) {
    return Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }
}
