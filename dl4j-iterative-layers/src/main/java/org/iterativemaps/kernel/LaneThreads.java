package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.function.IntConsumer;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Runs the parts of a call side by side, in the JVM's common pool: no thread of ours stays behind,
 * and several networks training at once share the processors rather than multiply threads.
 */
final class LaneThreads {
  /** System property with the most threads of a call; by default as many as ND4J uses. */
  static final String PROPERTY = "org.iterativemaps.threads";

  private LaneThreads() {}

  /**
   * The most threads of a call.
   *
   * @throws IllegalArgumentException if the system property is no positive number
   */
  static int most() {
    String property = System.getProperty(PROPERTY);
    if (property == null || property.isBlank()) {
      int nd4j = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
      return Math.max(1, Math.min(nd4j, Runtime.getRuntime().availableProcessors()));
    }
    try {
      int threads = Integer.parseInt(property.trim());
      if (threads > 0) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "system property " + PROPERTY + ": found '" + property + "', expected a number of threads");
  }

  /**
   * Runs parts 0 … count-1, one of them here; returns when all are done.
   *
   * @throws RuntimeException what a part threw, after all have ended
   */
  static void run(int count, IntConsumer part) {
    if (count == 1) {
      part.accept(0);
      return;
    }
    List<ForkJoinTask<?>> others = new ArrayList<>();
    for (int i = 1; i < count; i++) {
      int index = i;
      others.add(ForkJoinPool.commonPool().submit(() -> part.accept(index)));
    }
    try {
      part.accept(0);
    } finally {
      // Taken back and run here where no thread of the pool has come to it.
      others.forEach(ForkJoinTask::quietlyJoin);
    }
    others.forEach(ForkJoinTask::join);
  }
}
