package org.iterativemaps.examples.notebook;

import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;
import org.commonmark.renderer.html.HtmlWriter;
import org.commonmark.renderer.text.LineBreakRendering;
import org.commonmark.renderer.text.TextContentRenderer;

/**
 * Text written in Markdown (CommonMark with GitHub's tables). HTML inside it is shown, not obeyed.
 *
 * @param markdown the source
 */
record Prose(String markdown) implements Block {

  private static final List<Extension> TABLES = List.of(TablesExtension.create());
  private static final Parser PARSER = Parser.builder().extensions(TABLES).build();
  private static final HtmlRenderer TO_HTML =
      HtmlRenderer.builder()
          .extensions(TABLES)
          .escapeHtml(true)
          .sanitizeUrls(true)
          .attributeProviderFactory(
              context ->
                  (node, tag, attributes) -> {
                    if (tag.equals("table")) {
                      attributes.put(
                          "tabindex", "0"); // a box that scrolls must be reachable by key
                    }
                  })
          .build();
  private static final TextContentRenderer TO_TEXT =
      TextContentRenderer.builder()
          .extensions(TABLES)
          .lineBreakRendering(LineBreakRendering.SEPARATE_BLOCKS)
          .build();

  @Override
  public void writeTo(HtmlWriter html) {
    html.raw(TO_HTML.render(PARSER.parse(markdown)));
  }

  /** The same for a terminal: without the marks. */
  String plain() {
    return TO_TEXT.render(PARSER.parse(markdown));
  }
}
