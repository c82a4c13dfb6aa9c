package org.iterativemaps.kernel.fused;

import java.util.OptionalInt;
import org.iterativemaps.kernel.WrongPropertyException;
import org.nd4j.nativeblas.NativeOpsHolder;

/** How many threads a call may take. */
public final class LaneThreads {
  /** System property with the most threads of a call; by default as many as ND4J uses. */
  static final String PROPERTY = "org.iterativemaps.threads";

  private static final ThreadLocal<Boolean> IS_ALONE = ThreadLocal.withInitial(() -> false);

  private LaneThreads() {}

  /** Runs something in which calls take this thread alone: others do the like beside it. */
  public static void alone(Runnable work) {
    boolean before = IS_ALONE.get();
    IS_ALONE.set(true);
    try {
      work.run();
    } finally {
      IS_ALONE.set(before);
    }
  }

  /**
   * The most threads of a call.
   *
   * @throws WrongPropertyException if the system property is no positive number
   */
  public static int most() {
    return IS_ALONE.get() ? 1 : allowed();
  }

  private static int allowed() {
    return fromProperty()
        .orElseGet(
            () -> {
              int nd4j = NativeOpsHolder.getInstance().getDeviceNativeOps().ompGetMaxThreads();
              return Math.max(1, Math.min(nd4j, Runtime.getRuntime().availableProcessors()));
            });
  }

  /**
   * What the system property says.
   *
   * @return empty without it
   * @throws WrongPropertyException if it is no positive number
   */
  static OptionalInt fromProperty() {
    String property = System.getProperty(PROPERTY);
    if (property == null || property.isBlank()) {
      return OptionalInt.empty();
    }
    try {
      int threads = Integer.parseInt(property.trim());
      if (threads > 0) {
        return OptionalInt.of(threads);
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new WrongPropertyException(PROPERTY, property, "a number of threads");
  }
}
