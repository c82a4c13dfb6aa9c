package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link Benchmarks} again in a process of its own, whose threads wait in another way. */
final class OtherProcess {
  private OtherProcess() {}

  /**
   * Measures some subjects.
   *
   * @param arguments of {@link Benchmarks}, but for where the rows go
   * @throws IOException if the process fails; what it said is on the error stream
   */
  static List<Row> rows(Waiting waiting, List<String> arguments)
      throws IOException, InterruptedException {
    Path file = Files.createTempFile("iterative-maps-rows", ".json");
    try {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
      command.add(Benchmarks.class.getName());
      command.addAll(arguments);
      command.addAll(List.of("--as-it-is", "--json", file.toString()));
      ProcessBuilder process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.INHERIT);
      waiting.set(process.environment());
      int exit = process.start().waitFor();
      if (exit != 0) {
        throw new IOException("measuring with " + waiting.label() + " threads ended with " + exit);
      }
      return Peers.read(List.of(file));
    } finally {
      Files.deleteIfExists(file);
    }
  }
}
