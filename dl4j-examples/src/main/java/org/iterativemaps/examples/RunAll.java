package org.iterativemaps.examples;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.iterativemaps.examples.notebook.IndexPage;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.NotebookOptions;
import org.iterativemaps.examples.notebook.Outcome;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs every notebook, one after the other, and keeps an index page up to date meanwhile. */
@Command(name = "all", description = "All notebooks, in reading order, and an index page.")
final class RunAll implements Callable<Integer> {

  private final List<Example> examples;
  @Mixin private NotebookOptions options;
  @Spec private CommandSpec spec;

  RunAll(List<Example> examples) {
    this.examples = examples.stream().filter(Example::isNotebook).toList();
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path root = options.root();
    IndexPage index = new IndexPage(root.resolve("index.html"));
    List<String> failed = new ArrayList<>();
    for (Example example : examples) {
      List<String> args = options.arguments(root.resolve(example.name()));
      Outcome<?> outcome = Notebook.run(example.notebook(), out, args.toArray(String[]::new));
      index.add(example.name(), example.description(), outcome);
      if (outcome.exitCode() != 0) {
        failed.add(example.name());
      }
    }
    out.printf(
        Locale.ROOT, "%n%d passed, %d failed%n", examples.size() - failed.size(), failed.size());
    failed.forEach(name -> out.println("FAILED: " + name));
    out.println("Index: " + index.file());
    out.flush();
    return failed.isEmpty() ? 0 : 1;
  }
}
