package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.iterativemaps.examples.golden.VerifyGolden;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

class ExamplesTest {

  private final StringWriter terminal = new StringWriter();

  /** Fails on purpose. */
  public static final class Failing implements Notebook<Void> {
    @Override
    public Void run(Page page) throws Exception {
      page.step("Fail", () -> Integer.parseInt("not a number"));
      return null;
    }
  }

  /** An example that is not a notebook. */
  @Command
  public static final class Plain implements Callable<Integer> {
    @Parameters private int exitCode;

    @Override
    public Integer call() {
      return exitCode;
    }
  }

  private int run(List<Example> examples, String... args) {
    PrintWriter out = new PrintWriter(terminal, true);
    CommandLine commandLine = Examples.commandLine(examples).setOut(out).setErr(out);
    return commandLine.execute(args);
  }

  @Test
  void anUnknownNameListsWhatThereIsAndSuggestsTheNearest() {
    assertEquals(2, run(Examples.IN_READING_ORDER, "Helo"));
    String said = terminal.toString();
    assertTrue(said.contains("'Helo'"), said);
    assertTrue(said.contains("Did you mean: Examples Hello"), said);
    for (Example example : Examples.IN_READING_ORDER) {
      assertTrue(said.contains(example.name()), said);
    }
  }

  @Test
  void noNameAtAllListsWhatThereIs() {
    assertEquals(2, run(Examples.IN_READING_ORDER));
    assertTrue(terminal.toString().contains("Hello"));
  }

  @Test
  void theShortestNotebookRuns(@TempDir Path folder) {
    assertEquals(0, run(Examples.IN_READING_ORDER, "Hello", "--out", folder.toString()));
    assertTrue(Files.exists(folder.resolve("Hello.html")));
  }

  @Test
  void everyExampleCanBeMadeHasADescriptionAndItsOwnName() {
    var names = new HashSet<String>();
    for (Example example : Examples.IN_READING_ORDER) {
      assertEquals(example.name(), example.commandLine().getCommandName());
      assertFalse(example.description().isBlank());
      assertTrue(names.add(example.name()), example.name());
    }
    assertFalse(names.isEmpty());
  }

  @Test
  void everyExampleHasARowInTheReadme() throws Exception {
    String readme = Files.readString(Path.of("README.md"));
    for (Example example : Examples.IN_READING_ORDER) {
      if (example.type() != VerifyGolden.class) { // a command, which docs/converting.md tells of
        assertTrue(readme.contains("| `" + example.name() + "` |"), example.name());
      }
    }
  }

  @Test
  void commandsThatAreNotNotebooksPassTheirExitCodeOn() {
    assertEquals(3, run(List.of(new Example(Plain.class, "plain")), "Plain", "3"));
  }

  @Test
  void allRunsTheNotebooksWritesAnIndexAndTellsFailures(@TempDir Path folder) throws Exception {
    List<Example> examples =
        List.of(
            new Example(Failing.class, "fails <on> purpose"),
            new Example(Plain.class, "not a notebook"),
            new Example(Hello.class, "works"));
    assertEquals(1, run(examples, "all", "--quick", "--out", folder.toString()));
    String said = terminal.toString();
    assertTrue(said.contains("1 passed, 1 failed"), said);
    assertTrue(said.contains("FAILED: Failing"), said);
    String index = Files.readString(folder.resolve("index.html"));
    assertTrue(index.contains("href=\"Failing/Failing.html\""), index);
    assertTrue(index.contains("href=\"Hello/Hello.html\""), index);
    assertTrue(index.contains("fails &lt;on&gt; purpose"), index);
    assertTrue(index.contains("FAILED"), index);
    assertTrue(Files.readString(folder.resolve("Hello/Hello.html")).contains("--quick"));
  }
}
