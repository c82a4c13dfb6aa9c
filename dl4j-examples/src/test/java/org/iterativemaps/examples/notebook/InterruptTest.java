package org.iterativemaps.examples.notebook;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class InterruptTest {

  /** Runs until it is stopped. */
  public static final class Endless implements Notebook<Void> {
    @Override
    public Void run(Page page) throws Exception {
      page.step("Done before", () -> page.print("some result"));
      page.step("Endless work", () -> Thread.sleep(600_000));
      page.text("never reached");
      return null;
    }

    public static void main(String[] args) {
      Notebook.main(new Endless(), args);
    }
  }

  @Test
  @Timeout(60)
  void stoppingTheProgramLeavesWhatWasDoneSoFar(@TempDir Path folder) throws Exception {
    Process program = start(folder);
    try (BufferedReader out = program.inputReader()) {
      String line = out.readLine();
      while (line != null && !line.equals("Endless work")) {
        line = out.readLine();
      }
      program.toHandle().destroy(); // like Ctrl-C, this lets shutdown hooks run
      assertTrue(program.waitFor(30, TimeUnit.SECONDS));
      assertTrue(out.lines().anyMatch(l -> l.startsWith("Interrupted")));
    } finally {
      program.destroyForcibly();
    }
    assertNotEquals(0, program.exitValue());
    String html = Files.readString(folder.resolve("Endless.html"));
    assertTrue(html.contains("this page shows what was done so far"));
    assertTrue(html.contains("some result"));
    assertTrue(html.contains("interrupted after"));
    assertFalse(html.contains("never reached"));
  }

  private static Process start(Path folder) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Endless.class.getName(),
            "--out",
            folder.toString())
        .redirectErrorStream(true)
        .start();
  }
}
