package org.iterativemaps.examples.notebook;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Parts of a source file, found with the JDK's own parser.
 *
 * <p>The build puts the sources on the class path below {@value #FOLDER}, so that the excerpts come
 * from the very text that was compiled.
 */
final class SourceExcerpt {

  static final String FOLDER = "/sources/";

  private final String text;
  private final CompilationUnitTree unit;
  private final SourcePositions positions;

  private SourceExcerpt(String text, CompilationUnitTree unit, SourcePositions positions) {
    this.text = text;
    this.unit = unit;
    this.positions = positions;
  }

  /**
   * Opens the source of a class.
   *
   * @param type any class; nested ones are looked up in their file
   * @return empty when the source is not on the class path, or there is no compiler to parse it
   */
  static Optional<SourceExcerpt> of(Class<?> type) {
    Class<?> outermost = type;
    while (outermost.getEnclosingClass() != null) {
      outermost = outermost.getEnclosingClass();
    }
    String path =
        FOLDER + outermost.getName().replaceFirst("\\$.*", "").replace('.', '/') + ".java";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (InputStream source = outermost.getResourceAsStream(path)) {
      return source == null || compiler == null
          ? Optional.empty()
          : Optional.of(parse(compiler, new String(source.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the source " + path, e);
    }
  }

  private static SourceExcerpt parse(JavaCompiler compiler, String text) throws IOException {
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Source.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
          }
        };
    JavacTask task =
        (JavacTask)
            compiler.getTask(null, null, problem -> {}, List.of("-proc:none"), null, List.of(file));
    CompilationUnitTree unit = task.parse().iterator().next();
    return new SourceExcerpt(text, unit, Trees.instance(task).getSourcePositions());
  }

  /**
   * What was handed to a call as its last argument: the body of a lambda, or the method a method
   * reference names.
   *
   * @param method simple name of the called method
   * @param line where the call stands; the innermost call around that line is meant
   * @return empty when there is no such call, or its last argument is neither
   */
  Optional<String> bodyOfCall(String method, long line) {
    MethodInvocationTree[] found = new MethodInvocationTree[1];
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
        if (name(call.getMethodSelect()).equals(method)
            && lineOf(start(call)) <= line
            && line <= lineOf(end(call))) {
          found[0] = call; // scanned from outside inwards, so the last one is the innermost
        }
        return super.visitMethodInvocation(call, unused);
      }
    }.scan(unit, null);
    if (found[0] == null || found[0].getArguments().isEmpty()) {
      return Optional.empty();
    }
    List<? extends ExpressionTree> arguments = found[0].getArguments();
    ExpressionTree last = arguments.get(arguments.size() - 1);
    if (last instanceof MemberReferenceTree reference) {
      return method(reference.getName().toString());
    }
    return last instanceof LambdaExpressionTree lambda
        ? Optional.of(bodyOf(lambda))
        : Optional.empty();
  }

  /**
   * A part of the file by its name.
   *
   * @param name of a method, of a nested class, or of a region between the comment lines {@code //
   *     region name} and {@code // endregion}
   * @return empty when there is none
   */
  Optional<String> named(String name) {
    return method(name).or(() -> type(name)).or(() -> region(name));
  }

  private Optional<String> method(String name) {
    StringBuilder all = new StringBuilder();
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitMethod(MethodTree method, Void unused) {
        if (method.getName().contentEquals(name) && start(method) >= 0) {
          all.append(all.isEmpty() ? "" : "\n\n").append(textOf(method));
        }
        return super.visitMethod(method, unused);
      }
    }.scan(unit, null);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.toString());
  }

  private Optional<String> type(String name) {
    String[] found = new String[1];
    new TreeScanner<Void, Void>() {
      @Override
      public Void visitClass(ClassTree type, Void unused) {
        if (type.getSimpleName().contentEquals(name)) {
          found[0] = textOf(type);
        }
        return super.visitClass(type, unused);
      }
    }.scan(unit, null);
    return Optional.ofNullable(found[0]);
  }

  private Optional<String> region(String name) {
    Matcher matcher =
        Pattern.compile(
                "(?ms)^\\h*// region " + Pattern.quote(name) + "\\h*\\R(.*?)^\\h*// endregion\\b")
            .matcher(text);
    return matcher.find()
        ? Optional.of(matcher.group(1).stripTrailing().stripIndent().strip())
        : Optional.empty();
  }

  private String bodyOf(LambdaExpressionTree lambda) {
    Tree body = lambda.getBody();
    if (lambda.getBodyKind() == LambdaExpressionTree.BodyKind.EXPRESSION) {
      return textOf(body);
    }
    String inside = text.substring(start(body) + 1, end(body) - 1);
    return inside.replaceFirst("^\\h*\\R", "").stripTrailing().stripIndent().strip();
  }

  /** The text of a node without the indentation it has in the file. */
  private String textOf(Tree tree) {
    int start = start(tree);
    int lineStart = text.lastIndexOf('\n', start) + 1;
    return (" ".repeat(start - lineStart) + text.substring(start, end(tree))).stripIndent().strip();
  }

  private static String name(ExpressionTree method) {
    return method instanceof MemberSelectTree select
        ? select.getIdentifier().toString()
        : method.toString();
  }

  private int start(Tree tree) {
    return (int) positions.getStartPosition(unit, tree);
  }

  private int end(Tree tree) {
    return (int) positions.getEndPosition(unit, tree);
  }

  private long lineOf(int position) {
    return unit.getLineMap().getLineNumber(position);
  }
}
