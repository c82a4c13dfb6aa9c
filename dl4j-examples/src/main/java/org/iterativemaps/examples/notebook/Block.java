package org.iterativemaps.examples.notebook;

import org.commonmark.renderer.html.HtmlWriter;

/** One piece of a page; knows how to write itself as HTML. */
@FunctionalInterface
interface Block {

  /**
   * Appends this piece.
   *
   * @param html takes tags and text; escapes the latter
   */
  void writeTo(HtmlWriter html);
}
