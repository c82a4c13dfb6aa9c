package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

  /** What the browser saw. */
  private record Seen(int pictures, int loaded, int width, int scrollWidth, List<String> console) {}

  private static final Pattern REPORT = Pattern.compile("SEEN (\\d+) (\\d+) (\\d+) (\\d+)\\.");

  /** Holds the page in a frame 400 pixels wide, since browsers' windows have a least width. */
  private static final String FRAME =
      """
      <!DOCTYPE html><iframe id="f" src="PAGE" width="400" height="800" style="border:0"></iframe>
      <p id="report"></p><script>
      document.getElementById('f').onload = function () {
        var page = this.contentDocument, root = page.documentElement;
        var images = Array.from(page.images);
        var loaded = images.filter(i => i.naturalWidth > 0 && i.alt.length > 0).length;
        document.getElementById('report').textContent =
          'SEEN ' + [images.length, loaded, root.clientWidth, root.scrollWidth].join(' ') + '.';
      };
      </script>
      """;

  @TempDir Path folder;
  private String browser;

  @BeforeEach
  void findBrowser() {
    List<String> names = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    browser =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
            .flatMap(directory -> names.stream().map(name -> Path.of(directory, name)))
            .filter(Files::isExecutable)
            .map(Path::toString)
            .findFirst()
            .orElse(null);
    if (browser == null) {
      String notice =
          "BrowserTest DID NOT RUN: no Chromium or Chrome on the PATH."
              + " Debian, Ubuntu: apt-get install chromium";
      System.err.println("\n*** " + notice + " ***\n");
      abort(notice);
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
    Seen seen = open(outcome.page());
    assertEquals(List.of(), seen.console);
    assertTrue(seen.pictures >= 9, seen.toString());
    assertEquals(seen.pictures, seen.loaded);
    assertEquals(400, seen.width);
    assertEquals(400, seen.scrollWidth);
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
    Seen seen = open(folder.resolve("index.html"));
    assertEquals(new Seen(1, 1, 400, 400, List.of()), seen);
  }

  @Test
  void theseChecksCanFail() throws Exception {
    Path page = folder.resolve("broken.html");
    Files.writeString(
        page,
        "<!DOCTYPE html><meta name=viewport content='width=device-width'>"
            + "<img src='data:image/png;base64,AAAA' alt='broken'><img src='absent.png' alt='gone'>"
            + "<div style='width:900px'>wide</div><script>console.error('broken')</script>");
    Seen seen = open(page);
    assertEquals(2, seen.pictures);
    assertEquals(0, seen.loaded);
    assertTrue(seen.scrollWidth > seen.width, seen.toString());
    assertFalse(seen.console.isEmpty());
  }

  private Seen open(Path page) throws IOException, InterruptedException {
    Path frame = page.resolveSibling("frame.html");
    Files.writeString(frame, FRAME.replace("PAGE", page.getFileName().toString()));
    Path dom = folder.resolve("dom.txt");
    Path log = folder.resolve("log.txt");
    List<String> command = new ArrayList<>(List.of(browser));
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--user-data-dir=" + folder.resolve("profile"),
            "--allow-file-access-from-files",
            "--virtual-time-budget=10000",
            "--enable-logging=stderr",
            "--window-size=800,900",
            "--dump-dom",
            frame.toUri().toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(dom.toFile())
            .redirectError(log.toFile())
            .start();
    try {
      assertTrue(process.waitFor(90, TimeUnit.SECONDS), "the browser did not end");
    } finally {
      process.destroyForcibly();
    }
    String shown = Files.readString(dom);
    Matcher report = REPORT.matcher(shown);
    assertTrue(report.find(), () -> "the browser did not load the page:\n" + readLog(log));
    List<String> console = readLog(log).lines().filter(line -> line.contains("CONSOLE")).toList();
    return new Seen(
        Integer.parseInt(report.group(1)),
        Integer.parseInt(report.group(2)),
        Integer.parseInt(report.group(3)),
        Integer.parseInt(report.group(4)),
        console);
  }

  private static String readLog(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
