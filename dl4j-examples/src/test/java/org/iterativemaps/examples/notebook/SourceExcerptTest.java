package org.iterativemaps.examples.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceExcerptTest {

  private final SourceExcerpt source = SourceExcerpt.of(SourceExcerptTest.class).orElseThrow();

  // region three lines
  private static final String ONE = "a } brace in a string";

  private static final char TWO = '}';

  // endregion

  private static int method(int a) {
    // a comment with a brace }
    return a + 1;
  }

  private record Nested(int value) {}

  @Test
  void findsMethodsTypesAndRegionsByName() {
    assertEquals(
        "private static int method(int a) {\n  // a comment with a brace }\n  return a + 1;\n}",
        source.named("method").orElseThrow());
    assertEquals("private record Nested(int value) {}", source.named("Nested").orElseThrow());
    assertEquals(
        "private static final String ONE = \"a } brace in a string\";\n\n"
            + "private static final char TWO = '}';",
        source.named("three lines").orElseThrow());
    assertEquals(Optional.empty(), source.named("absent"));
    assertEquals(7, method(6) + new Nested(0).value() + ONE.indexOf(TWO) - 2);
  }

  /** Each step's code is checked against what stands here. */
  static final class Steps implements Notebook<Void> {
    @Override
    public Void run(Page page) throws Exception {
      page.step(
          "block",
          () -> {
            // outer comment
            page.print("outer");
            page.step("nested expression", () -> 1 + 2);
          });
      page.step("reference", Steps::referenced);
      return null;
    }

    private static int referenced() {
      return 5;
    }
  }

  @Test
  void stepsShowTheCodeTheyRun(@TempDir Path folder) throws Exception {
    Outcome<Void> outcome =
        Notebook.run(new Steps(), new PrintWriter(Writer.nullWriter()), "--out", folder.toString());
    String html = Files.readString(outcome.page());
    assertTrue(
        html.contains(
            ">// outer comment\npage.print(&quot;outer&quot;);\n"
                + "page.step(&quot;nested expression&quot;, () -&gt; 1 + 2);</pre>"),
        html);
    assertTrue(html.contains(">1 + 2</pre>"), html);
    assertTrue(html.contains(">private static int referenced() {\n  return 5;\n}</pre>"), html);
  }

  @Test
  void anExcerptThatIsNotThereIsAnError(@TempDir Path folder) {
    Outcome<Object> outcome =
        Notebook.run(
            page -> {
              var unknown =
                  assertThrows(IllegalArgumentException.class, () -> page.code("unknown"));
              assertTrue(unknown.getMessage().contains("'unknown'"), unknown.getMessage());
              var foreign =
                  assertThrows(
                      IllegalArgumentException.class, () -> page.code(String.class, "length"));
              assertTrue(foreign.getMessage().contains("java.lang.String"), foreign.getMessage());
              page.code("findsMethodsTypesAndRegionsByName");
              page.code(Table.class, "caption");
              return null;
            },
            new PrintWriter(Writer.nullWriter()),
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode());
  }
}
