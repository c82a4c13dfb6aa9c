package org.iterativemaps.examples.notebook;

import java.util.LinkedHashMap;
import java.util.Map;
import org.commonmark.renderer.html.HtmlWriter;

/** Short forms over commonmark's HTML writer, which does the escaping. */
final class Html {
  private Html() {}

  /** {@code <name class="cssClass">content</name>}, the content escaped. */
  static void element(HtmlWriter html, String name, String cssClass, String content) {
    open(html, name, cssClass);
    html.text(content);
    close(html, name);
  }

  /** {@code <name class="cssClass">}. */
  static void open(HtmlWriter html, String name, String cssClass) {
    html.tag(name, attributes("class", cssClass));
  }

  /** Names and values in turn, kept in that order so that the same page is the same file. */
  static Map<String, String> attributes(String... namesAndValues) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      attributes.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return attributes;
  }

  /** {@code </name>} and a new line. */
  static void close(HtmlWriter html, String name) {
    html.tag("/" + name);
    html.line();
  }
}
