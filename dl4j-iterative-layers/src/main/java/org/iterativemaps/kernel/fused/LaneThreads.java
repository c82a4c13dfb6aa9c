package org.iterativemaps.kernel.fused;

import org.nd4j.nativeblas.NativeOpsHolder;

/** How many threads a call may take. */
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
}
