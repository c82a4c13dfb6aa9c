package org.iterativemaps.examples.notebook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.commonmark.renderer.html.HtmlWriter;

/** A titled, timed part of a page with the code that ran and what it showed. */
final class Step implements Block {

  enum State {
    RUNNING,
    DONE,
    FAILED,
    INTERRUPTED
  }

  final String title;
  final Optional<String> code;
  final List<Block> blocks = new ArrayList<>();
  private final long start = System.nanoTime();
  private Duration elapsed = Duration.ZERO;
  private State state = State.RUNNING;

  Step(String title, Optional<String> code) {
    this.title = title;
    this.code = code;
  }

  void end(State how) {
    elapsed = Duration.ofNanos(System.nanoTime() - start);
    state = how;
  }

  /** How it went and how long it took: "1.23 s", "failed after 1.23 s". */
  String timing() {
    return switch (state) {
      case RUNNING -> "running";
      case DONE -> Format.duration(elapsed);
      case FAILED -> "failed after " + Format.duration(elapsed);
      case INTERRUPTED -> "interrupted after " + Format.duration(elapsed);
    };
  }

  @Override
  public void writeTo(HtmlWriter html) {
    Html.open(html, "section", "step " + state.name().toLowerCase(java.util.Locale.ROOT));
    html.tag("h2");
    html.text(title + " ");
    Html.element(html, "span", "timing", timing());
    Html.close(html, "h2");
    code.map(Preformatted::code).ifPresent(block -> block.writeTo(html));
    blocks.forEach(block -> block.writeTo(html));
    Html.close(html, "section");
  }
}
