package org.iterativemaps.examples.notebook;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.factory.Nd4jBackend;

/** What has to be known to repeat a run, for the foot of its page. */
final class RunFacts {
  private RunFacts() {}

  static String of(NotebookOptions options, Duration elapsed) {
    return String.join(
        " · ",
        List.of(
            "seed " + options.seed(),
            options.quick() ? "--quick" : "full size",
            options.threads() + (options.threads() == 1 ? " thread" : " threads"),
            artifact(MultiLayerNetwork.class),
            backends(),
            "Java " + System.getProperty("java.version"),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            Format.duration(elapsed) + " in all"));
  }

  /** The jars of ND4J's backends on the class path, without starting any. */
  private static String backends() {
    return ServiceLoader.load(Nd4jBackend.class).stream()
        .map(provider -> artifact(provider.type()))
        .collect(Collectors.joining(", "));
  }

  /** Name and version of the artifact a class came from, such as "nd4j-native-1.0.0-M2.1". */
  private static String artifact(Class<?> type) {
    URI jar = URI.create(type.getProtectionDomain().getCodeSource().getLocation().toString());
    return jar.getPath().replaceFirst(".*/", "").replaceFirst("\\.jar$", "");
  }
}
