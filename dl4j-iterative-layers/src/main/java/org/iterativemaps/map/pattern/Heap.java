package org.iterativemaps.map.pattern;

import java.util.Locale;

/** What arrays may take of the memory of this JVM: a sentence in place of an OutOfMemoryError. */
public final class Heap {
  private Heap() {}

  /**
   * Refuses arrays that would fill the heap.
   *
   * @param what needs them, for the message
   * @param bytes they take
   * @throws IllegalArgumentException if that is more than three quarters of what the JVM may use
   */
  public static void check(String what, double bytes) {
    long most = Runtime.getRuntime().maxMemory();
    if (bytes > 0.75 * most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s: needs %.0f MB of memory, more than three quarters of the %d MB that this JVM may"
                  + " use; raise -Xmx, or use fewer weights or smaller slots",
              what,
              bytes / (1 << 20),
              most >> 20));
    }
  }
}
