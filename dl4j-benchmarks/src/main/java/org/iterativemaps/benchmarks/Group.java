package org.iterativemaps.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Parameter values to run in every combination. A parameter that means nothing to a subject, such
 * as the density of a dense peer, has the one value {@link #NOT_APPLICABLE}.
 *
 * @param values by parameter name
 */
record Group(Map<String, String[]> values) {
  /** A value that stands for "does not matter". */
  static final String NOT_APPLICABLE = "-";

  static Group of() {
    return new Group(new LinkedHashMap<>());
  }

  Group with(String parameter, String... any) {
    values.put(parameter, any);
    return this;
  }

  Group subjects(String... any) {
    return with("subject", any);
  }
}
