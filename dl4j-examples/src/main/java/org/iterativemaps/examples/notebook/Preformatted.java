package org.iterativemaps.examples.notebook;

import org.commonmark.renderer.html.HtmlWriter;

/**
 * Text shown as it is, in a box that scrolls when it is too wide.
 *
 * @param kind class of the box: "code" or "output"
 * @param label what a screen reader calls it
 * @param text any text
 */
record Preformatted(String kind, String label, String text) implements Block {

  static Preformatted code(String text) {
    return new Preformatted("code", "Source code", text);
  }

  static Preformatted output(String text) {
    return new Preformatted("output", "Output", text);
  }

  @Override
  public void writeTo(HtmlWriter html) {
    html.tag(
        "pre",
        Html.attributes("class", kind, "tabindex", "0", "aria-label", label, "role", "region"));
    html.text(text);
    Html.close(html, "pre");
  }
}
