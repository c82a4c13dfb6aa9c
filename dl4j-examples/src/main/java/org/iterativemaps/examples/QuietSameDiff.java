package org.iterativemaps.examples;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * Keeps the console clean: SameDiff 1.0.0-M2.1 prints a line for every operation when it first
 * differentiates a graph. For programs only; writers made from {@link System#out} before still
 * print.
 */
public final class QuietSameDiff {
  private QuietSameDiff() {}

  /**
   * Runs something that differentiates a graph.
   *
   * @param <T> type of its value
   * @param quietly what to run
   * @return its value
   */
  public static <T> T call(Supplier<T> quietly) {
    PrintStream out = System.out;
    System.setOut(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    try {
      return quietly.get();
    } finally {
      System.setOut(out);
    }
  }

  /**
   * Runs something that differentiates a graph.
   *
   * @param quietly what to run
   */
  public static void run(Runnable quietly) {
    call(
        () -> {
          quietly.run();
          return null;
        });
  }
}
