package org.iterativemaps.examples.notebook;

import java.time.Duration;
import java.util.List;

/** What has to be known to repeat a run, for the foot of its page. */
final class RunFacts {
  private RunFacts() {}

  static String of(NotebookOptions options, Duration elapsed) {
    return String.join(
        " · ",
        List.of(
            "seed " + options.seed(),
            options.quick() ? "--quick" : "full size",
            options.threads() + " threads",
            "Java " + System.getProperty("java.version"),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            Format.duration(elapsed) + " in all"));
  }
}
