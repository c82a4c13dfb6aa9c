package org.iterativemaps.examples.notebook;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.iterativemaps.examples.plots.Picture;

/**
 * Where a notebook shows what it does: on the terminal at once, in one HTML file at the end.
 *
 * <p>A notebook uses it from one thread. What has been shown so far can be written at any moment
 * from another one, which is how Ctrl-C leaves a page behind.
 */
public final class Page {

  private static final StackWalker STACK =
      StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
  private static final Set<Class<?>> SHOWN_VALUES =
      Set.of(String.class, Boolean.class, Integer.class, Long.class, Float.class, Double.class);

  private final String title;
  private final Path folder;
  private final NotebookOptions options;
  private final PrintWriter out;
  private final long start = System.nanoTime();

  private final List<Block> blocks = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final Deque<Step> open = new ArrayDeque<>();
  private final Set<String> pictureNames = new HashSet<>();
  private Path firstPicture;
  private PageStatus status = PageStatus.RUNNING;
  private boolean failed;
  private Throwable shownFailure;
  private Duration elapsed = Duration.ZERO;

  Page(String title, Path folder, NotebookOptions options, PrintWriter out) {
    this.title = title;
    this.folder = folder;
    this.options = options;
    this.out = out;
    printOnly("\n" + title + "\n" + "=".repeat(title.length()));
  }

  /**
   * Whether the small version is wanted ({@code --quick}).
   *
   * @return true for the small version
   */
  public boolean quick() {
    return options.quick();
  }

  /**
   * Seed of everything random ({@code --seed}).
   *
   * @return any number
   */
  public long seed() {
    return options.seed();
  }

  /**
   * How many threads to compute with ({@code --threads}); ND4J has been told when it was given.
   *
   * @return at least 1
   */
  public int threads() {
    return options.threads();
  }

  /**
   * Folder of the page, for other files the notebook wants to leave, such as a saved model.
   *
   * @return an existing folder
   */
  public Path folder() {
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create the folder " + folder, e);
    }
  }

  /**
   * Shows prose.
   *
   * @param markdown CommonMark, tables in GitHub's way; HTML in it is shown as text
   */
  public void text(String markdown) {
    Prose prose = new Prose(markdown);
    add(prose);
    printOnly("\n" + prose.plain());
  }

  /**
   * Shows a line of output as a program would print it.
   *
   * @param line any text, shown with its blanks and line breaks
   */
  public void print(String line) {
    add(Preformatted.output(line));
    printOnly(line);
  }

  /**
   * Shows a part of the source file this is called from.
   *
   * @param name of a method, a nested class, or a region ({@code // region name} to {@code //
   *     endregion})
   */
  public void code(String name) {
    code(callerOf("code").getDeclaringClass(), name);
  }

  /**
   * Shows a part of another source file of the examples.
   *
   * @param type class in that file
   * @param name of a method, a nested class, or a region
   * @throws IllegalArgumentException when there is no such part, or no such source at hand
   */
  public void code(Class<?> type, String name) {
    SourceExcerpt source =
        SourceExcerpt.of(type)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The source of "
                            + type.getName()
                            + " is not on the class path below "
                            + SourceExcerpt.FOLDER
                            + ", or this Java has no compiler; run with a JDK and put the sources"
                            + " into the resources"));
    String excerpt =
        source
            .named(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "name: found '"
                            + name
                            + "', expected a method, nested class or region in the source of "
                            + type.getName()));
    add(Preformatted.code(excerpt));
  }

  /**
   * Shows a table.
   *
   * @param table complete; rows added later do show on the page but not on the terminal
   */
  public void table(Table table) {
    add(table::writeTo);
    printOnly("\n" + table);
  }

  /**
   * Shows a picture and keeps it as a PNG file beside the page.
   *
   * @param name of the file, without ending: small letters, digits and hyphens, used once
   * @param picture what to show
   * @param caption a sentence below the picture, or empty
   */
  public void picture(String name, Picture picture, String caption) {
    if (!name.matches("[a-z0-9][a-z0-9-]*")) {
      throw new IllegalArgumentException(
          "name: found '" + name + "', expected small letters, digits and hyphens");
    }
    if (!pictureNames.add(name)) {
      throw new IllegalArgumentException("name: a picture '" + name + "' is on this page already");
    }
    byte[] png = picture.png();
    Path file = folder().resolve(name + ".png");
    try {
      Files.write(file, png);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the picture " + file, e);
    }
    firstPicture = firstPicture == null ? file : firstPicture;
    add(new Image(file, png, picture.width(), picture.alt(), caption));
    printOnly("\n[picture] " + (caption.isEmpty() ? picture.alt() : caption) + "\n  " + file);
  }

  /**
   * States what should be so. A broken claim sets the exit code; the notebook goes on.
   *
   * @param claim a sentence, with the numbers in it
   * @param holds whether it is so
   * @return {@code holds}
   */
  public boolean check(String claim, boolean holds) {
    Check check = new Check(claim, holds);
    add(check);
    printOnly(check.plain());
    failed |= !holds;
    return holds;
  }

  /**
   * Shows a bar with the time left.
   *
   * @param task what is being done
   * @param total how many pieces of work there are
   * @return to be told of each piece, and closed
   */
  public Progress progress(String task, long total) {
    return new Progress(task, total, out);
  }

  /**
   * Runs and times a part of the notebook. The page shows the code of {@code body}, taken from the
   * source file, then what it shows, and its value if that is a number or text.
   *
   * @param <T> type of the value
   * @param name heading of the part
   * @param body a lambda expression or method reference
   * @return its value
   * @throws Exception what the body throws; it shows on the page
   */
  public <T> T step(String name, Callable<T> body) throws Exception {
    Step step = begin(name);
    try {
      T value = body.call();
      if (value != null && SHOWN_VALUES.contains(value.getClass())) {
        print(Format.value(value));
      }
      end(step, Step.State.DONE);
      return value;
    } catch (Throwable failure) { // an Error, too, has to show in its step
      fail(failure);
      end(step, Step.State.FAILED);
      throw failure;
    }
  }

  /**
   * Runs and times a part of the notebook that has no value.
   *
   * @param name heading of the part
   * @param body a lambda expression or method reference
   * @throws Exception what the body throws; it shows on the page
   */
  public void step(String name, Action body) throws Exception {
    step(
        name,
        () -> {
          body.run();
          return null;
        });
  }

  /** A part of a notebook without a value. */
  @FunctionalInterface
  public interface Action {
    /**
     * Does it.
     *
     * @throws Exception whatever goes wrong
     */
    void run() throws Exception;
  }

  private Step begin(String name) {
    StackWalker.StackFrame caller = callerOf("step");
    Optional<String> code =
        SourceExcerpt.of(caller.getDeclaringClass())
            .flatMap(source -> source.bodyOfCall("step", caller.getLineNumber()));
    Step step = new Step(name, code);
    add(step);
    synchronized (this) {
      open.push(step);
      steps.add(step);
    }
    printOnly("\n" + name + "\n" + "-".repeat(name.length()));
    return step;
  }

  private void end(Step step, Step.State how) {
    synchronized (this) {
      if (open.remove(step)) { // else it has been interrupted
        step.end(how);
      }
    }
    printOnly("(" + step.timing() + ")");
  }

  private static StackWalker.StackFrame callerOf(String method) {
    return STACK.walk(
        frames ->
            frames
                .filter(frame -> frame.getDeclaringClass() != Page.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(method + " has no caller")));
  }

  private synchronized void add(Block block) {
    (open.isEmpty() ? blocks : open.peek().blocks).add(block);
  }

  private void printOnly(String line) {
    out.println(line);
    out.flush();
  }

  /** Shows a failure once, where it first comes by. */
  void fail(Throwable failure) {
    failed = true;
    if (failure != shownFailure) {
      shownFailure = failure;
      add(new Failure(failure));
      printOnly("FAILED: " + failure);
    }
  }

  /** The notebook has come to its end, good or bad. */
  synchronized void finish() {
    end(failed ? PageStatus.FAILED : PageStatus.DONE);
  }

  /** The notebook was stopped from outside. */
  synchronized void interrupt() {
    open.forEach(step -> step.end(Step.State.INTERRUPTED));
    open.clear();
    end(PageStatus.INTERRUPTED);
  }

  private void end(PageStatus how) {
    if (status == PageStatus.RUNNING) {
      status = how;
      elapsed = Duration.ofNanos(System.nanoTime() - start);
    }
  }

  boolean failed() {
    return failed;
  }

  Duration elapsed() {
    return elapsed;
  }

  Path firstPicture() {
    return firstPicture;
  }

  synchronized void write(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(
        file, HtmlPage.render(title, status, blocks, steps, RunFacts.of(options, elapsed)));
  }
}
