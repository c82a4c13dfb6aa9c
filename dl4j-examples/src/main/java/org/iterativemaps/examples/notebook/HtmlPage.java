package org.iterativemaps.examples.notebook;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.commonmark.renderer.html.HtmlWriter;

/** The HTML document around the blocks: it loads nothing from anywhere and runs no script. */
final class HtmlPage {

  private static final String STYLE = style();

  private HtmlPage() {}

  static String render(
      String title, PageStatus status, List<Block> blocks, List<Step> steps, String facts) {
    StringBuilder text = new StringBuilder("<!DOCTYPE html>\n");
    HtmlWriter html = new HtmlWriter(text);
    head(html, title);
    html.tag("body");
    html.tag("main");
    Html.element(html, "h1", "title", title);
    if (!status.notice.isEmpty()) {
      Html.element(html, "p", "notice", status.notice);
    }
    blocks.forEach(block -> block.writeTo(html));
    if (steps.size() > 1) {
      Table timings = Table.of("Step", "Time").caption("Times of this run");
      steps.forEach(step -> timings.row(step.title, step.timing()));
      timings.writeTo(html);
    }
    Html.element(html, "footer", "facts", facts);
    html.raw("</main></body></html>\n");
    return text.toString();
  }

  private static void head(HtmlWriter html, String title) {
    html.tag("html", Html.attributes("lang", "en"));
    html.tag("head");
    html.tag("meta", Html.attributes("charset", "utf-8"), true);
    html.tag(
        "meta",
        Html.attributes("name", "viewport", "content", "width=device-width, initial-scale=1"),
        true);
    html.tag("meta", Html.attributes("name", "color-scheme", "content", "light"), true);
    html.tag("title");
    html.text(title);
    html.tag("/title");
    html.tag("style");
    html.raw(STYLE);
    html.tag("/style");
    Html.close(html, "head");
  }

  private static String style() {
    try (InputStream in = HtmlPage.class.getResourceAsStream("page.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read page.css", e);
    }
  }
}
