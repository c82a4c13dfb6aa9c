package org.iterativemaps.benchmarks;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one benchmark runs.
 *
 * @param type the JMH class
 * @param description one line
 * @param peers subjects that the others are compared with
 * @param groups what is run in full
 * @param quick what is run within five minutes
 */
record Plan(
    Class<?> type, String description, Set<String> peers, List<Group> groups, List<Group> quick) {

  String name() {
    return type.getSimpleName();
  }

  /** This plan with more subjects to compare with. */
  Plan withPeers(List<Row> rows) {
    Set<String> more = new TreeSet<>(peers);
    rows.forEach(row -> more.add(row.subject()));
    return new Plan(type, description, more, groups, quick);
  }
}
