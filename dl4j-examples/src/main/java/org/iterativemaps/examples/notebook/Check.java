package org.iterativemaps.examples.notebook;

import org.commonmark.renderer.html.HtmlWriter;

/**
 * A claim and whether it held.
 *
 * @param claim what should be so
 * @param holds whether it is
 */
record Check(String claim, boolean holds) implements Block {

  /** The line for the terminal; a word, not only a colour, tells how it went. */
  String plain() {
    return (holds ? "ok: " : "FAILED: ") + claim;
  }

  @Override
  public void writeTo(HtmlWriter html) {
    Html.element(html, "p", holds ? "check held" : "check broken", plain());
  }
}
