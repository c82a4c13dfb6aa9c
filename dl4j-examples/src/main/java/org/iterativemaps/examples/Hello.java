package org.iterativemaps.examples;

import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;

/** The shortest notebook: copy it to start a new one. */
// region all
public final class Hello implements Notebook<Integer> {

  @Override
  public Integer run(Page page) throws Exception {
    page.text("A step shows its **code**, its value and its time.");
    return page.step("Add", () -> 40 + 2);
  }

  /**
   * Starts it.
   *
   * @param args {@code --help} lists the options every notebook has
   */
  public static void main(String[] args) {
    Notebook.main(new Hello(), args);
  }
}
// endregion
