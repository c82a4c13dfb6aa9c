package org.iterativemaps.examples.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.plots.Entries;
import org.iterativemaps.examples.plots.Picture;
import org.iterativemaps.examples.plots.SpyPlot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Option;

class NotebookTest {

  @TempDir Path folder;
  private final StringWriter terminal = new StringWriter();

  private <R> Outcome<R> run(Notebook<R> notebook, String... args) {
    String[] all = new String[args.length + 2];
    all[0] = "--out";
    all[1] = folder.toString();
    System.arraycopy(args, 0, all, 2, args.length);
    return Notebook.run(notebook, new PrintWriter(terminal, true), all);
  }

  private static String html(Outcome<?> outcome) throws IOException {
    return Files.readString(outcome.page());
  }

  /** Shows one of everything. */
  public static final class OneOfEach implements Notebook<Integer> {
    @Option(names = "--extra")
    private int extra;

    @Override
    public Integer run(Page page) throws Exception {
      page.text("Some **bold** prose.\n\n| a | b |\n|---|---|\n| 1 | 2 |");
      int sum = page.step("Add the extra", () -> 40 + extra);
      page.step(
          "Draw",
          () -> {
            Picture picture =
                SpyPlot.of("m").slot("x", 3).block("x", "x", Entries.diagonal(3)).picture();
            page.picture("matrix", picture, "A diagonal.");
          });
      page.table(Table.of("name", "value").row("sum", sum));
      page.print("seed " + page.seed() + " quick " + page.quick() + " threads " + page.threads());
      page.check("the sum is 42", sum == 42);
      return sum;
    }
  }

  @Test
  void showsEverythingAndReturnsTheResult() throws IOException {
    Outcome<Integer> outcome = run(new OneOfEach(), "--extra", "2", "--quick", "--seed", "7");
    assertEquals(0, outcome.exitCode(), terminal.toString());
    assertEquals(42, outcome.result());
    assertEquals(folder.resolve("OneOfEach.html"), outcome.page());
    String html = html(outcome);
    for (String expected :
        List.of(
            "<h1 class=\"title\">One of each</h1>",
            "<strong>bold</strong>",
            "<td>1</td>",
            "40 + extra",
            ">42</pre>",
            "src=\"data:image/png;base64,",
            "alt=\"m: block matrix",
            "A diagonal.",
            "seed 7 quick true",
            "ok: the sum is 42",
            "Times of this run")) {
      assertTrue(html.contains(expected), expected);
    }
    assertFalse(html.contains("<script"), "pages run no script");
    assertTrue(Files.size(folder.resolve("matrix.png")) > 0);
    assertEquals(folder.resolve("matrix.png"), outcome.picture());
    for (String expected : List.of("Some bold prose.", "Add the extra", "42", "A diagonal.")) {
      assertTrue(terminal.toString().contains(expected), expected);
    }
  }

  @Test
  void aBrokenClaimSetsTheExitCodeAndTheNotebookGoesOn() throws IOException {
    Outcome<Integer> outcome = run(new OneOfEach(), "--extra", "3");
    assertEquals(1, outcome.exitCode());
    assertEquals(43, outcome.result());
    assertTrue(html(outcome).contains("FAILED: the sum is 42"));
  }

  @Test
  void aFailingStepShowsOnceWithMessageAndStackAndEndsTheNotebook() throws IOException {
    Outcome<Object> outcome =
        run(
            page -> {
              page.text("before");
              page.step("Goes wrong", NotebookTest::goWrong);
              page.text("never reached");
              return null;
            });
    assertEquals(1, outcome.exitCode());
    assertNull(outcome.result());
    String html = html(outcome);
    assertTrue(html.contains("before"));
    assertTrue(html.contains("failed after"));
    assertTrue(html.contains("Something failed in this run"));
    assertEquals(
        2, html.split("Failed: java.lang.IllegalStateException: no &lt;luck&gt;", -1).length);
    assertTrue(html.contains("NotebookTest.goWrong(NotebookTest.java"));
    assertFalse(html.contains("never reached"));
    assertTrue(terminal.toString().contains("FAILED, see"));
  }

  private static void goWrong() {
    throw new IllegalStateException("no <luck>");
  }

  @Test
  void anErrorOutsideOfStepsShowsToo() throws IOException {
    Outcome<Object> outcome =
        run(
            page -> {
              throw new AssertionError("out of luck");
            });
    assertEquals(1, outcome.exitCode());
    assertTrue(html(outcome).contains("java.lang.AssertionError: out of luck"));
  }

  @Test
  void nothingThatIsShownIsTakenForHtml() throws IOException {
    String evil = "<script>alert('\"&')</script>";
    Outcome<Object> outcome =
        run(
            page -> {
              page.text("prose " + evil + " [link](javascript:alert(1))");
              page.print("print " + evil);
              page.step("step " + evil, () -> evil);
              page.table(Table.of("column " + evil).row("cell " + evil).caption(evil));
              page.check("claim " + evil, true);
              Picture picture = SpyPlot.of("\"><b>").slot("x", 1).picture();
              page.picture("p", picture, "caption " + evil);
              return null;
            });
    String html = html(outcome);
    assertFalse(html.contains("<script"), "an element got through");
    assertFalse(html.contains("javascript:"), "a link got through");
    assertFalse(html.contains("\"><b>"), "an attribute was left");
    for (String where :
        List.of("prose ", "print ", "step ", "column ", "cell ", "claim ", "caption ")) {
      assertTrue(html.contains(where + "&lt;script&gt;"), where);
    }
  }

  @Test
  void helpListsCommonAndOwnOptionsAndRunsNothing() {
    Outcome<Integer> outcome = run(new OneOfEach(), "--help");
    assertEquals(0, outcome.exitCode());
    assertNull(outcome.page());
    for (String option : List.of("--quick", "--seed", "--out", "--threads", "--extra")) {
      assertTrue(terminal.toString().contains(option), option);
    }
  }

  @Test
  void wrongArgumentsAreRefusedWithExitCode2() {
    assertEquals(2, run(new OneOfEach(), "--threads", "0").exitCode());
    assertTrue(terminal.toString().contains("expected at least 1 but found 0"));
    assertEquals(2, run(new OneOfEach(), "--sed", "1").exitCode());
    assertTrue(terminal.toString().contains("--seed"), "suggests the option");
  }

  @Test
  void pictureNamesAreCheckedAndUsedOnce() {
    Picture picture = SpyPlot.of("m").slot("x", 1).picture();
    Outcome<Object> outcome =
        run(
            page -> {
              assertThrows(
                  IllegalArgumentException.class, () -> page.picture("../up", picture, ""));
              page.picture("twice", picture, "");
              assertThrows(
                  IllegalArgumentException.class, () -> page.picture("twice", picture, ""));
              return null;
            });
    assertEquals(0, outcome.exitCode());
  }

  @Test
  void progressWithoutATerminalPrintsLines() {
    Outcome<Object> outcome =
        run(
            page -> {
              try (Progress progress = page.progress("Training", 3)) {
                for (int i = 0; i < 3; i++) {
                  progress.note("loss " + i);
                  progress.step();
                }
              }
              return null;
            });
    assertNotNull(outcome.page());
    List<String> lines = terminal.toString().lines().filter(l -> l.startsWith("Training")).toList();
    assertFalse(lines.isEmpty());
    assertTrue(lines.size() <= 3, "quiet: " + lines);
    assertTrue(lines.get(lines.size() - 1).contains("3/3"), lines.toString());
  }
}
