package org.iterativemaps.examples.notebook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.commonmark.renderer.html.HtmlWriter;

/** A page that links to the pages of several notebooks, with the first picture of each. */
public final class IndexPage {

  private final Path file;
  private final List<Block> entries = new ArrayList<>();

  /**
   * Starts an empty index.
   *
   * @param file HTML file to write, in a folder above the notebooks' pages
   */
  public IndexPage(Path file) {
    this.file = file.toAbsolutePath();
  }

  /**
   * The HTML file.
   *
   * @return absolute
   */
  public Path file() {
    return file;
  }

  /**
   * Adds a notebook that has run, and writes the index.
   *
   * @param name of the notebook
   * @param description one line
   * @param outcome of the run
   * @throws IOException if the index cannot be written
   */
  public void add(String name, String description, Outcome<?> outcome) throws IOException {
    entries.add(html -> write(html, name, description, outcome));
    Files.createDirectories(file.getParent());
    Files.writeString(
        file,
        HtmlPage.render("Notebooks", PageStatus.DONE, entries, List.of(), "In reading order"));
  }

  private void write(HtmlWriter html, String name, String description, Outcome<?> outcome) {
    boolean passed = outcome.exitCode() == 0;
    Html.open(html, "section", passed ? "step done" : "step failed");
    html.tag("h2");
    if (outcome.page() == null) {
      html.text(name + " ");
    } else {
      html.tag("a", Html.attributes("href", relative(outcome.page())));
      html.text(name);
      html.raw("</a> ");
    }
    Html.element(html, "span", "timing", Format.duration(outcome.elapsed()));
    Html.close(html, "h2");
    Html.element(html, "p", "description", description);
    if (!passed) {
      new Check(name + " ran without failures", false).writeTo(html);
    }
    if (outcome.picture() != null) {
      String source = relative(outcome.picture());
      String alt = "First picture of " + name;
      html.tag("img", Html.attributes("src", source, "alt", alt, "width", "420"), true);
    }
    Html.close(html, "section");
  }

  private String relative(Path target) {
    return file.getParent().relativize(target.toAbsolutePath()).toString().replace('\\', '/');
  }
}
