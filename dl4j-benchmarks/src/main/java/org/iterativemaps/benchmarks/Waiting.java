package org.iterativemaps.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What OpenMP's threads do while they wait for each other, by the environment variable {@code
 * OMP_WAIT_POLICY}. ND4J reads it once, so that each setting needs a process of its own. DL4J's
 * recurrent layers are mostly faster where threads spin, its dense ones where they sleep; a peer is
 * measured both ways, and the better time counts.
 */
enum Waiting {
  /** They sleep, and leave the cores to others. */
  PASSIVE,
  /** They spin, as they do where the variable is not set. */
  SPINNING;

  private static final String VARIABLE = "OMP_WAIT_POLICY";

  /** The setting of an environment. */
  static Waiting of(Map<String, String> environment) {
    return "passive".equals(environment.getOrDefault(VARIABLE, "").toLowerCase(Locale.ROOT))
        ? PASSIVE
        : SPINNING;
  }

  /** Changes an environment to this setting. */
  void set(Map<String, String> environment) {
    if (this == PASSIVE) {
      environment.put(VARIABLE, "passive");
    } else {
      environment.remove(VARIABLE);
    }
  }

  /** "passive" or "spinning". */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Of rows that differ in their setting alone the fastest, in the order they first came. */
  static List<Row> better(List<Row> rows) {
    List<Row> better = new ArrayList<>();
    for (Row row : rows) {
      int place = 0;
      while (place < better.size() && !better.get(place).isSameCase(row)) {
        place++;
      }
      if (place == better.size()) {
        better.add(row);
      } else if (row.medianMicros() < better.get(place).medianMicros()) {
        better.set(place, row);
      }
    }
    return better;
  }
}
