package org.iterativemaps.examples.notebook;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.commonmark.renderer.html.HtmlWriter;

/**
 * An exception, message first, stack below.
 *
 * @param cause what was thrown
 */
record Failure(Throwable cause) implements Block {

  @Override
  public void writeTo(HtmlWriter html) {
    StringWriter stack = new StringWriter();
    cause.printStackTrace(new PrintWriter(stack));
    html.tag("div", Html.attributes("class", "failure", "role", "alert"));
    Html.element(html, "p", "message", "Failed: " + cause);
    Preformatted.output(stack.toString()).writeTo(html);
    Html.close(html, "div");
  }
}
