package org.iterativemaps.examples.notebook;

import java.util.OptionalInt;

/**
 * A main that reads like a notebook: it tells its story on a {@link Page} and returns its numbers.
 *
 * <p>The page and the command line (see {@link NotebookOptions}) come for free. Fields annotated
 * with picocli's {@code @Option} become options of this notebook. The class needs a public
 * constructor without arguments; {@code org.iterativemaps.examples.Hello} is the shortest example.
 *
 * @param <R> what the notebook returns, for tests to assert on
 */
@FunctionalInterface
public interface Notebook<R> {

  /**
   * Runs the notebook from top to bottom.
   *
   * @param page where everything is shown
   * @return the numbers of this notebook
   * @throws Exception whatever goes wrong; it shows on the page and sets the exit code
   */
  R run(Page page) throws Exception;

  /**
   * Title of the page: the words of the class name unless overridden.
   *
   * @return plain text
   */
  default String title() {
    String words = getClass().getSimpleName().replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ");
    return !words.matches("[\\w ]+")
        ? "Notebook"
        : words.charAt(0) + words.substring(1).toLowerCase(java.util.Locale.ROOT);
  }

  /**
   * How many threads ND4J computes with unless {@code --threads} says otherwise. Where arrays are
   * small, threads that wait for each other take longer than one alone.
   *
   * @return at least 1, or empty to leave it to ND4J
   */
  default OptionalInt threads() {
    return OptionalInt.empty();
  }

  /**
   * Runs a notebook as the program: prints, writes the page and ends the JVM with the exit code.
   *
   * @param notebook what to run
   * @param args command line, see {@link NotebookOptions}
   */
  static void main(Notebook<?> notebook, String... args) {
    System.exit(new NotebookCommand<>(notebook).execute(args));
  }

  /**
   * Runs a notebook inside another program, such as a test, without ending the JVM.
   *
   * @param <R> what the notebook returns
   * @param notebook what to run
   * @param out where to print
   * @param args command line, see {@link NotebookOptions}
   * @return result, exit code and page
   */
  static <R> Outcome<R> run(Notebook<R> notebook, java.io.PrintWriter out, String... args) {
    NotebookCommand<R> command = new NotebookCommand<>(notebook);
    command.commandLine().setOut(out).setErr(out);
    int exitCode = command.execute(args);
    return command
        .outcome()
        .orElseGet(() -> new Outcome<>(null, exitCode, null, null, java.time.Duration.ZERO));
  }
}
