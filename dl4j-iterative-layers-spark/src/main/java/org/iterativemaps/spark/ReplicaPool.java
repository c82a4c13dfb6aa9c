package org.iterativemaps.spark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Networks of an executor, between two tasks: building one costs more than a step. They are kept of
 * one configuration only, and whoever takes one sets all of its numbers.
 */
final class ReplicaPool {
  private static final Deque<Replica> FREE = new ArrayDeque<>();
  private static String configuration = "";

  private ReplicaPool() {}

  /** One of this configuration, if there is any. */
  static synchronized Optional<Replica> take(String wanted) {
    keepOnly(wanted);
    return Optional.ofNullable(FREE.poll());
  }

  /** For later. */
  static synchronized void putBack(String itsConfiguration, Replica replica) {
    if (configuration.equals(itsConfiguration)) {
      FREE.push(replica);
    }
  }

  /** Forgets those of any other configuration. */
  static synchronized void keepOnly(String wanted) {
    if (!configuration.equals(wanted)) {
      FREE.clear();
      configuration = wanted;
    }
  }
}
