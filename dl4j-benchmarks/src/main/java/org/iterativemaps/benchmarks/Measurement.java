package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs JMH for one combination of parameters at a time.
 *
 * @param forks fresh JVMs per combination
 * @param warmups iterations before measuring
 * @param iterations measured iterations
 * @param millis length of an iteration
 */
record Measurement(int forks, int warmups, int iterations, int millis) {

  private static final String LOG =
      Path.of(System.getProperty("java.io.tmpdir"), "iterative-maps-jmh.log").toString();

  static Measurement full(int forks) {
    return new Measurement(forks, 4, 5, 1000);
  }

  static Measurement quick(int forks) {
    return new Measurement(forks, 6, 3, 400);
  }

  /** All combinations of a group's values. */
  static List<Map<String, String>> combinations(Group group) {
    List<Map<String, String>> all = new ArrayList<>(List.of(Map.of()));
    for (Map.Entry<String, String[]> parameter : group.values().entrySet()) {
      List<Map<String, String>> longer = new ArrayList<>();
      for (Map<String, String> start : all) {
        for (String value : parameter.getValue()) {
          Map<String, String> one = new LinkedHashMap<>(start);
          one.put(parameter.getKey(), value);
          longer.add(one);
        }
      }
      all = longer;
    }
    return all;
  }

  /** What the kernels of the last run said of themselves; empty for DL4J's own layers. */
  static Set<String> kernelLines() throws IOException {
    Path log = Path.of(LOG);
    if (!Files.isReadable(log)) {
      return Set.of();
    }
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .filter(line -> line.contains("kernel: "))
          .map(line -> line.substring(line.indexOf("kernel: ")))
          .collect(Collectors.toCollection(LinkedHashSet::new));
    }
  }

  /** The first error that the forks of the last run told. */
  static String failure() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of(LOG))) {
      return lines
          .filter(line -> line.matches("[\\w.$]*(Exception|Error)\\b.*"))
          .findFirst()
          .orElse("see " + LOG);
    }
  }

  /** Rows without numbers, of both measures. */
  static List<Row> notRun(Plan plan, Map<String, String> combination, int threads, String reason) {
    Map<String, String> parameters = new LinkedHashMap<>(combination);
    String subject = parameters.remove("subject");
    return Stream.of("forward", "training")
        .map(measure -> Row.notRun(plan.name(), parameters, subject, measure, threads, reason))
        .toList();
  }

  /** One row per method of the benchmark. */
  List<Row> run(Plan plan, Map<String, String> combination, int threads) throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(plan.type().getName() + "\\..*")
            .forks(forks)
            .warmupIterations(warmups)
            .warmupTime(TimeValue.milliseconds(millis))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.milliseconds(millis))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .output(LOG) // what the forks say, such as that a module is incubating
            .param("threads", String.valueOf(threads));
    combination.forEach((name, value) -> options.param(name, value));
    Collection<RunResult> results = new Runner(options.build()).run();
    Map<String, String> parameters = new LinkedHashMap<>(combination);
    String subject = parameters.remove("subject");
    parameters.values().removeIf(Group.NOT_APPLICABLE::equals);
    List<Row> rows = new ArrayList<>();
    for (RunResult result : results) {
      Result<?> time = result.getPrimaryResult();
      String method = result.getParams().getBenchmark();
      Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
      rows.add(
          new Row(
              plan.name(),
              parameters,
              subject,
              method.substring(method.lastIndexOf('.') + 1),
              threads,
              time.getStatistics().getPercentile(50),
              time.getStatistics().getMeanErrorAt(0.999),
              allocated == null ? Double.NaN : allocated.getScore(),
              Waiting.of(System.getenv()).label()));
    }
    return rows;
  }
}
