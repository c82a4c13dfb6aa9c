package org.iterativemaps.benchmarks;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * What one benchmark runs.
 *
 * @param type the JMH class
 * @param description one line
 * @param peers subjects that the others are compared with
 * @param groups what is run in full
 * @param quick what is run within five minutes
 * @param operations of a row, 10^9 floating-point operations per second; null if nobody counts them
 */
record Plan(
    Class<?> type,
    String description,
    Set<String> peers,
    List<Group> groups,
    List<Group> quick,
    ToDoubleFunction<Row> operations) {

  /** One whose operations nobody counts. */
  Plan(
      Class<?> type, String description, Set<String> peers, List<Group> groups, List<Group> quick) {
    this(type, description, peers, groups, quick, null);
  }

  /** This plan with the operations of its rows. */
  Plan counting(ToDoubleFunction<Row> gigaflops) {
    return new Plan(type, description, peers, groups, quick, gigaflops);
  }

  String name() {
    return type.getSimpleName();
  }

  /** This plan with more subjects to compare with. */
  Plan withPeers(List<Row> rows) {
    Set<String> more = new TreeSet<>(peers);
    rows.forEach(row -> more.add(row.subject()));
    return new Plan(type, description, more, groups, quick, operations);
  }
}
