package org.iterativemaps.examples.jupyter;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.Snippet.Status;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.VarSnippet;
import jdk.jshell.execution.LocalExecutionControlProvider;

/**
 * Runs the cells of a Java notebook as its kernel does: by JShell, in one session, in this process
 * and with its class path, which stands in for what the cells' magics would bring.
 */
final class JavaCells implements AutoCloseable {

  private static final Pattern MAGIC = Pattern.compile("^%(\\S*).*$", Pattern.MULTILINE);
  private static final Set<String> KNOWN_MAGICS = Set.of("maven", "mavenRepo");

  private final JShell shell =
      JShell.builder()
          .executionEngine(new LocalExecutionControlProvider(), Map.of())
          .compilerOptions(
              "-classpath",
              System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")))
          .build();

  /**
   * What a cell left behind.
   *
   * @param printed to the standard output
   * @param value of the expression at its end; null if it ends with something else
   */
  record Outcome(String printed, Object value) {

    /** The value as Jupyter is given it: content by kind (MIME type). */
    Map<String, String> data() {
      Map<String, String> data = new LinkedHashMap<>();
      if (value instanceof BufferedImage image) {
        data.put("image/png", png(image));
        data.put("text/plain", image.getWidth() + " by " + image.getHeight() + " pixels");
      } else if (value != null) {
        data.put("text/plain", value.toString());
      }
      return data;
    }

    private static String png(BufferedImage image) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try {
        ImageIO.write(image, "png", bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
  }

  /** A cell that was refused or failed; the message has the code. */
  static final class CellException extends Exception {
    private static final long serialVersionUID = 1;

    CellException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** The arguments of the magics of a kind, such as the coordinates of {@code maven}. */
  static List<String> magics(String name, String cell) {
    List<String> arguments = new ArrayList<>();
    for (Matcher m = MAGIC.matcher(cell); m.find(); ) {
      if (m.group(1).equals(name)) {
        arguments.addAll(List.of(m.group().substring(1 + name.length()).strip().split("\\s+")));
      }
    }
    return arguments;
  }

  /** Runs a cell to its end, or to what goes wrong in it. */
  Outcome run(String cell) throws CellException {
    for (Matcher m = MAGIC.matcher(cell); m.find(); ) {
      if (!KNOWN_MAGICS.contains(m.group(1))) {
        throw new CellException(
            m.group() + ": found a magic that is none of " + KNOWN_MAGICS, null);
      }
    }
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      Object value = evaluate(MAGIC.matcher(cell).replaceAll(""));
      return new Outcome(
          printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"), value);
    } finally {
      System.setOut(out);
    }
  }

  /** The value of an expression in terms of what the cells defined. */
  Object value(String expression) throws CellException {
    one(Shown.class.getName() + ".put(" + expression + ");");
    return Shown.take();
  }

  private Object evaluate(String code) throws CellException {
    Snippet last = null;
    CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(code);
    while (next.completeness().isComplete() && !next.source().isBlank()) {
      last = one(next.source());
      next = shell.sourceCodeAnalysis().analyzeCompletion(next.remaining());
    }
    if (next.completeness() != Completeness.EMPTY) {
      throw new CellException("found code without an end: " + next.remaining(), null);
    }
    if (last instanceof VarSnippet variable
        && variable.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND) {
      return value(variable.name());
    }
    return last instanceof ExpressionSnippet expression
            && expression.subKind() == Snippet.SubKind.VAR_VALUE_SUBKIND
        ? value(expression.name())
        : null;
  }

  /** Evaluates a declaration, statement or expression; throws unless all of it is as it should. */
  private Snippet one(String source) throws CellException {
    Snippet snippet = null;
    for (SnippetEvent event : shell.eval(source)) {
      if (event.exception() != null) {
        throw new CellException(source.strip() + "\n" + told(event.exception()), event.exception());
      }
      if (event.causeSnippet() == null) {
        snippet = event.snippet();
        if (event.status() != Status.VALID) {
          String reasons =
              shell
                  .diagnostics(snippet)
                  .map((Diag reason) -> reason.getMessage(Locale.ROOT))
                  .collect(Collectors.joining("\n"));
          throw new CellException(source.strip() + "\n" + event.status() + " " + reasons, null);
        }
      }
    }
    return snippet;
  }

  private static String told(Exception exception) {
    return exception instanceof EvalException thrown
        ? thrown.getExceptionClassName() + ": " + thrown.getMessage()
        : exception.toString();
  }

  @Override
  public void close() {
    shell.close();
  }
}
