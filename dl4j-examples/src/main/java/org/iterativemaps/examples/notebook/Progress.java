package org.iterativemaps.examples.notebook;

import java.io.Console;
import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * A bar with the time left for long work; without a terminal, a line now and then.
 *
 * <p>Use it in a try-with-resources statement and call {@link #step()} after each piece of work.
 */
public final class Progress implements AutoCloseable {

  private static final Duration BETWEEN_LINES = Duration.ofSeconds(20);
  private static final int LINE_WIDTH = 100;

  private final ProgressBar bar;

  Progress(String task, long total, PrintWriter out) {
    ProgressBarBuilder builder =
        ProgressBar.builder()
            .setTaskName(task)
            .setInitialMax(total)
            .setStyle(ProgressBarStyle.ASCII);
    if (!isTerminal()) {
      builder
          .setUpdateIntervalMillis((int) BETWEEN_LINES.toMillis())
          .setConsumer(
              new DelegatingProgressBarConsumer(
                  line -> {
                    out.println(line);
                    out.flush();
                  },
                  LINE_WIDTH));
    }
    bar = builder.build();
  }

  /** One piece of work is done. */
  public void step() {
    bar.step();
  }

  /**
   * Says what is going on, beside the bar.
   *
   * @param message a few words, such as the current loss
   */
  public void note(String message) {
    bar.setExtraMessage(message);
  }

  @Override
  public void close() {
    bar.close();
  }

  /** Since JDK 22 there is a console without a terminal as well, and a method that tells. */
  private static boolean isTerminal() {
    Console console = System.console();
    if (console == null || Runtime.version().feature() < 22) {
      return console != null;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }
}
