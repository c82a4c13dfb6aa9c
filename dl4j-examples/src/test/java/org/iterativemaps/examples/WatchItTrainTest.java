package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class WatchItTrainTest {

  /** DL4J's user interface is not on the class path but in the profile ui. */
  @Test
  void withoutThePagesItSaysWhatBringsThem() {
    assumeTrue(WatchItTrain.screen().isEmpty(), "the profile ui");
    StringWriter said = new StringWriter();
    int exitCode =
        new CommandLine(new WatchItTrain()).setErr(new PrintWriter(said, true)).execute("--quick");
    assertEquals(2, exitCode);
    assertTrue(said.toString().contains("mvn -q -B -Pui -Drun package"), said.toString());
  }
}
