package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.iterativemaps.examples.notebook.Notebook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EchoStateTest {

  @Test
  void onlyTheReadOutLearnsAndItForecasts(@TempDir Path folder) throws Exception {
    StringWriter printed = new StringWriter();
    var ran =
        Notebook.run(
            new EchoState(),
            new PrintWriter(printed),
            "--quick",
            "--seed",
            "1",
            "--out",
            folder.toString());
    assertEquals(0, ran.exitCode(), printed.toString());
    Browser.checkPage(ran.page(), 3);
    EchoState.Outcome outcome = ran.result();
    assertEquals(0.9, outcome.radius(), 1e-9);
    assertEquals(101, outcome.trained());
    assertTrue(outcome.reservoirUnchanged());
    assertEquals(6, outcome.memory().size());
    outcome.memory().forEach((kind, of) -> assertTrue(of[0] > 1 && of[0] < 31, kind + of[0]));
    double leaky = outcome.memory().get("leaky, 0.3")[0];
    assertTrue(
        outcome.memory().get("residual, cyclic")[0] > leaky, "turning keeps more than fading");
    assertTrue(outcome.lastValue() > 0.5, "too easy: " + outcome);
    assertTrue(outcome.gradient() < 0.5 * outcome.lastValue(), outcome.toString());
    assertTrue(outcome.ridge() < 0.5 * outcome.gradient(), outcome.toString());
    for (double[] errors : outcome.errors()) {
      assertTrue(errors[1] < errors[0] && errors[1] < errors[2], "0.9 is best of 0.1, 0.9, 2");
    }
  }
}
