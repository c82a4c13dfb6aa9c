package org.iterativemaps.examples.notebook;

import java.nio.file.Path;
import java.util.Base64;
import org.commonmark.renderer.html.HtmlWriter;

/**
 * A picture, kept inside the page.
 *
 * @param file the same picture beside the page
 * @param png its bytes
 * @param width in CSS pixels, where there is room
 * @param alt what the picture says, in words
 * @param caption printed below; may be empty
 */
record Image(Path file, byte[] png, int width, String alt, String caption) implements Block {

  @Override
  public void writeTo(HtmlWriter html) {
    String source = "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    html.tag("figure");
    html.tag("img", Html.attributes("src", source, "alt", alt, "width", "" + width), true);
    if (!caption.isEmpty()) {
      html.tag("figcaption");
      html.text(caption);
      html.tag("/figcaption");
    }
    Html.close(html, "figure");
  }
}
