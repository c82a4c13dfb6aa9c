package org.iterativemaps.examples.notebook;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The command line around one notebook: reads the options, runs the notebook, writes the page
 * whichever way it ends.
 *
 * @param <R> what the notebook returns
 */
public final class NotebookCommand<R> implements Callable<Integer> {

  private final Notebook<R> notebook;
  private final String name;
  private final NotebookOptions options = new NotebookOptions();
  private final CommandLine commandLine;
  private Outcome<R> outcome;

  /**
   * Wraps a notebook.
   *
   * @param notebook what to run; its {@code @Option} fields become options
   */
  public NotebookCommand(Notebook<R> notebook) {
    this.notebook = notebook;
    String simpleName = notebook.getClass().getSimpleName();
    this.name = simpleName.matches("\\w+") ? simpleName : "Notebook"; // a lambda has no such name
    CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name(name);
    spec.addMixin("options", CommandSpec.forAnnotatedObject(options));
    spec.addMixin("notebook", CommandSpec.forAnnotatedObjectLenient(notebook));
    commandLine = new CommandLine(spec);
  }

  /**
   * The command line, to print elsewhere or to become a subcommand.
   *
   * @return live object
   */
  public CommandLine commandLine() {
    return commandLine;
  }

  /**
   * What the last run left behind.
   *
   * @return empty before the first run, and when a run only printed help or refused its arguments
   */
  public Optional<Outcome<R>> outcome() {
    return Optional.ofNullable(outcome);
  }

  /**
   * Runs the notebook with the given arguments.
   *
   * @param args see {@link NotebookOptions}
   * @return exit code
   */
  public int execute(String... args) {
    outcome = null;
    return commandLine.execute(args);
  }

  /**
   * Runs the notebook with the options that were parsed.
   *
   * @return exit code
   */
  @Override
  public Integer call() {
    PrintWriter out = commandLine.getOut();
    notebook.threads().ifPresent(options::threadsUnlessGiven);
    if (!options.threadsGiven()) {
      return call(out);
    }
    int before = ComputeThreads.limit();
    ComputeThreads.limitTo(options.threads());
    try {
      return call(out);
    } finally {
      ComputeThreads.limitTo(before); // the next notebook may want others
    }
  }

  private int call(PrintWriter out) {
    Path folder = options.folder(name);
    Page page = new Page(notebook.title(), folder, options, out);
    Path file = folder.resolve(name + ".html");
    Thread onInterrupt = new Thread(() -> leave(page, file, out), "notebook-interrupted");
    Runtime.getRuntime().addShutdownHook(onInterrupt);
    R result = null;
    try {
      result = notebook.run(page);
    } catch (Throwable failure) { // an Error, too, has to show on the page
      page.fail(failure);
    }
    page.finish();
    write(page, file);
    removeHook(onInterrupt);
    out.println();
    out.println((page.failed() ? "FAILED, see " : "Page: ") + file);
    out.flush();
    outcome =
        new Outcome<>(result, page.failed() ? 1 : 0, file, page.firstPicture(), page.elapsed());
    return outcome.exitCode();
  }

  /**
   * What the shutdown hook does when the notebook was interrupted; public state is the page only.
   */
  static void leave(Page page, Path file, PrintWriter out) {
    page.interrupt();
    write(page, file);
    out.println();
    out.println("Interrupted; what was done so far: " + file);
    out.flush();
  }

  private static void write(Page page, Path file) {
    try {
      page.write(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the page " + file, e);
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException alreadyShuttingDown) {
      // Ctrl-C in the last moment: the hook writes the finished page once more.
    }
  }
}
