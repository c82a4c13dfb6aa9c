package org.iterativemaps.examples;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.examples.notebook.Spread;

/**
 * A clock of what this thread takes of a core: whatever else the machine does is not counted. It is
 * for notebooks of one thread.
 */
final class CoreTime {
  private static final ThreadMXBean CORE = ManagementFactory.getThreadMXBean();

  private final List<Double> milliseconds = new ArrayList<>();
  private long start;

  /** Begins to measure. */
  void start() {
    start = CORE.getCurrentThreadCpuTime();
  }

  /** Notes what it took since {@link #start}. */
  void stop() {
    add((CORE.getCurrentThreadCpuTime() - start) / 1e6);
  }

  /** Notes a time. */
  void add(double milliseconds) {
    this.milliseconds.add(milliseconds);
  }

  /** The median of the second half, in milliseconds: during the first one code is compiled. */
  double median() {
    return Spread.of(
            milliseconds.stream()
                .skip(milliseconds.size() / 2)
                .mapToDouble(Double::doubleValue)
                .toArray())
        .median();
  }
}
