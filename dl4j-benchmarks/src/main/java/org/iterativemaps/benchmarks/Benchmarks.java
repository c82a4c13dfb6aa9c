package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Starts a benchmark by its name and prints its table. */
@Command(
    name = "Benchmarks",
    mixinStandardHelpOptions = true,
    description = "Measures map layers beside DL4J's own, in one run.")
public final class Benchmarks implements Callable<Integer> {
  private static final Comparator<Row> IN_TABLE =
      Comparator.comparing(Row::measure).thenComparing(Row::threads);

  @Parameters(index = "0", paramLabel = "NAME", description = "Which one; 'list' lists them.")
  private String name;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the rows, a line of JSON each.")
  private Path json;

  @Option(names = "--quick", description = "Short iterations, one fork: within five minutes.")
  private boolean quick;

  @Option(names = "--forks", description = "Fresh JVMs per row; default 3, with --quick 1.")
  private Integer forks;

  @Option(
      names = "--threads",
      split = ",",
      description = "Compute threads, one or several; default all cores.")
  private List<Integer> threads = List.of(Runtime.getRuntime().availableProcessors());

  @Option(
      names = "--only",
      paramLabel = "SUBJECT",
      split = ",",
      description = "These subjects only.")
  private List<String> only = List.of();

  @Option(
      names = "--peers",
      paramLabel = "FILE",
      split = ",",
      description =
          "Also compare with rows from these files, as --json and peers/run.py write them; the"
              + " fastest of a case counts. Measure them on this machine: nothing checks that.")
  private List<Path> peers = List.of();

  @Option(
      names = "--picture",
      paramLabel = "FILE",
      description = "Where to draw the curves of a ScalingBenchmark.")
  private Path picture = Path.of("dl4j-benchmarks", "target", "scaling.png");

  @Option(
      names = "--as-it-is",
      description =
          "Measure DL4J's layers in this environment only. Without it they are measured with"
              + " OMP_WAIT_POLICY=passive and without, in processes of their own, and the better"
              + " time counts.")
  private boolean asItIs;

  @Spec private CommandSpec spec;

  private final Set<String> kernels = new LinkedHashSet<>();
  private boolean failed;

  private Benchmarks() {}

  /**
   * The program.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Benchmarks()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (name.equals(LargeBenchmark.NAME)) {
      System.out.printf(Locale.ROOT, "%s: %s%n%s%n", name, LargeBenchmark.DESCRIPTION, machine());
      LargeBenchmark.run();
      return 0;
    }
    List<Plan> plans = Plans.all();
    Plan plan = plans.stream().filter(p -> p.name().equals(name)).findFirst().orElse(null);
    if (plan == null) {
      System.out.println("Benchmarks:");
      plans.forEach(p -> list(p.name(), p.description()));
      list(LargeBenchmark.NAME, LargeBenchmark.DESCRIPTION);
      return name.equals("list") ? 0 : 2;
    }
    List<Row> read;
    try {
      read = Peers.of(Peers.read(peers), plan);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    System.out.printf(Locale.ROOT, "%s: %s%n%s%n", plan.name(), plan.description(), machine());
    List<Row> rows = run(plan);
    List<Row> others = Peers.matching(read, rows);
    System.out.print(
        Report.table(
            Stream.concat(rows.stream(), others.stream()).sorted(IN_TABLE).toList(),
            plan.withPeers(others)));
    kernels.forEach(System.out::println);
    if (!peers.isEmpty()) {
      System.out.printf(
          Locale.ROOT,
          "%d rows were measured by other programs, at another time: %s%n",
          others.size(),
          peers);
    }
    if (json != null) {
      Report.writeJson(rows, json);
    }
    if (plan.type() == KernelBenchmark.class) {
      System.out.print(Peers.means(others, rows));
    }
    if (plan.type() == ScalingBenchmark.class) {
      System.out.print(ScalingLine.of(rows));
      ScalingPicture.write(rows, picture);
      System.out.println("Picture: " + picture);
    }
    return failed ? 1 : 0;
  }

  private static void list(String benchmark, String description) {
    System.out.printf(Locale.ROOT, "  %-18s %s%n", benchmark, description);
  }

  private List<Row> run(Plan plan) throws Exception {
    int fresh = forks != null ? forks : quick ? 1 : 3;
    Measurement measurement = quick ? Measurement.quick(fresh) : Measurement.full(fresh);
    List<Map<String, String>> combinations = new ArrayList<>();
    for (Group group : quick ? plan.quick() : plan.groups()) {
      combinations.addAll(Measurement.combinations(group));
    }
    combinations.removeIf(c -> !only.isEmpty() && !only.contains(c.get("subject")));
    List<Row> rows = new ArrayList<>(asItIs ? List.of() : dl4j(plan, combinations));
    long start = System.nanoTime();
    int done = 0;
    int total = combinations.size() * threads.size();
    for (int count : threads) {
      for (Map<String, String> combination : combinations) {
        Optional<String> obstacle = Subjects.obstacle(combination.get("subject"));
        rows.addAll(
            obstacle.isPresent()
                ? Measurement.notRun(plan, combination, count, obstacle.get())
                : measured(measurement, plan, combination, count));
        done++;
        double seconds = (System.nanoTime() - start) / 1e9;
        System.err.printf(
            Locale.ROOT,
            "%d/%d, %.0f s left: %s%n",
            done,
            total,
            seconds / done * (total - done),
            combination);
      }
    }
    rows.sort(IN_TABLE);
    return rows;
  }

  /** A GPU that fails must not take the rows of the others with it. */
  private List<Row> measured(
      Measurement measurement, Plan plan, Map<String, String> combination, int count)
      throws Exception {
    try {
      return measurement.run(plan, combination, count);
    } catch (RunnerException e) {
      if (!Subjects.CUDA.equals(combination.get("subject"))) {
        throw e;
      }
      failed = true;
      return Measurement.notRun(plan, combination, count, "it failed: " + Measurement.failure());
    } finally {
      kernels.addAll(Measurement.kernelLines());
    }
  }

  /** Takes DL4J's layers out of the combinations, and measures each under its better setting. */
  private List<Row> dl4j(Plan plan, List<Map<String, String>> combinations)
      throws IOException, InterruptedException {
    String subjects =
        combinations.stream()
            .map(c -> c.get("subject"))
            .filter(Subjects::isDl4j)
            .distinct()
            .collect(Collectors.joining(","));
    if (subjects.isEmpty()) {
      return List.of();
    }
    combinations.removeIf(c -> Subjects.isDl4j(c.get("subject")));
    List<String> arguments = new ArrayList<>(List.of(plan.name(), "--only", subjects));
    arguments.add("--threads");
    arguments.add(threads.stream().map(String::valueOf).collect(Collectors.joining(",")));
    if (quick) {
      arguments.add("--quick");
    }
    if (forks != null) {
      arguments.addAll(List.of("--forks", String.valueOf(forks)));
    }
    List<Row> both = new ArrayList<>();
    for (Waiting waiting : Waiting.values()) {
      System.err.printf(Locale.ROOT, "%s, threads that wait %s:%n", subjects, waiting.label());
      both.addAll(OtherProcess.rows(waiting, arguments));
    }
    return Waiting.better(both);
  }

  private static String machine() throws IOException {
    return System.getProperty("java.vm.name")
        + " "
        + Runtime.version()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, "
        + processor();
  }

  private static String processor() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return System.getProperty("os.arch");
    }
    try (Stream<String> lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    }
  }
}
