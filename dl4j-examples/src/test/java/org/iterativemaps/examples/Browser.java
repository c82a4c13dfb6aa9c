package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real browser without a window, where the machine has one. */
record Browser(String program) {
  /** What the browser saw. */
  record Seen(int pictures, int loaded, int width, int scrollWidth, List<String> console) {}

  static final String MISSING =
      "PAGES WERE NOT OPENED: no Chromium or Chrome on the PATH."
          + " Debian, Ubuntu: apt-get install chromium";

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

  /** The first one on the PATH; says loudly if there is none. */
  static Optional<Browser> find() {
    List<String> names = List.of("chromium", "chromium-browser", "google-chrome", "chrome");
    Optional<Browser> found =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .flatMap(directory -> names.stream().map(name -> Path.of(directory, name)))
            .filter(Files::isExecutable)
            .map(path -> new Browser(path.toString()))
            .findFirst();
    if (found.isEmpty()) {
      System.err.println("\n*** " + MISSING + " ***\n");
    }
    return found;
  }

  /**
   * Opens a notebook's page if there is a browser: no console messages, all pictures, no sideways
   * scrolling.
   */
  static void checkPage(Path page, int leastPictures) throws IOException, InterruptedException {
    Optional<Browser> browser = find();
    if (browser.isPresent()) {
      Seen seen = browser.get().open(page);
      assertEquals(List.of(), seen.console);
      assertTrue(seen.pictures >= leastPictures, seen.toString());
      assertEquals(seen.pictures, seen.loaded);
      assertEquals(400, seen.width);
      assertEquals(400, seen.scrollWidth);
    }
  }

  /** Opens a page on a screen 400 pixels wide; leaves its files beside the page. */
  Seen open(Path page) throws IOException, InterruptedException {
    Path frame = page.resolveSibling("frame.html");
    Files.writeString(frame, FRAME.replace("PAGE", page.getFileName().toString()));
    Path dom = page.resolveSibling("dom.txt");
    Path log = page.resolveSibling("log.txt");
    List<String> command = new ArrayList<>(List.of(program));
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
            "--user-data-dir=" + page.resolveSibling("profile"),
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
