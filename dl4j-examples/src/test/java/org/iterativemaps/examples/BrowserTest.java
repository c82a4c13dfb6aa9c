package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Opens pages in a real browser: no messages on its console, pictures load, nothing scrolls
 * sideways on a screen 400 pixels wide.
 */
@Timeout(120)
class BrowserTest {

  @TempDir Path folder;
  private Browser browser;

  @BeforeEach
  void findBrowser() {
    browser = Browser.find().orElse(null);
    if (browser == null) {
      abort(Browser.MISSING);
    }
  }

  @Test
  void aNotebookWithEverythingIsSoundOnASmallScreen() throws Exception {
    Outcome<Integer> outcome =
        Notebook.run(
            new PlotGallery(),
            new PrintWriter(Writer.nullWriter()),
            "--quick",
            "--out",
            folder.toString());
    assertEquals(0, outcome.exitCode());
    Browser.checkPage(outcome.page(), 9);
  }

  @Test
  void theIndexIsSoundToo() throws Exception {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    List<Example> examples = List.of(new Example(PlotGallery.class, "a description"));
    int exitCode =
        Examples.commandLine(examples)
            .setOut(nowhere)
            .execute("all", "--quick", "--out", folder.toString());
    assertEquals(0, exitCode);
    Browser.Seen seen = browser.open(folder.resolve("index.html"));
    assertEquals(new Browser.Seen(1, 1, 400, 400, List.of()), seen);
  }

  @Test
  void theseChecksCanFail() throws Exception {
    Path page = folder.resolve("broken.html");
    Files.writeString(
        page,
        "<!DOCTYPE html><meta name=viewport content='width=device-width'>"
            + "<img src='data:image/png;base64,AAAA' alt='broken'><img src='absent.png' alt='gone'>"
            + "<div style='width:900px'>wide</div><script>console.error('broken')</script>");
    Browser.Seen seen = browser.open(page);
    assertEquals(2, seen.pictures());
    assertEquals(0, seen.loaded());
    assertTrue(seen.scrollWidth() > seen.width(), seen.toString());
    assertFalse(seen.console().isEmpty());
  }
}
