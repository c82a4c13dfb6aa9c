package org.iterativemaps.spark;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * Spark's stand-alone master and two workers with a core each, processes of their own on loopback,
 * with the class path of this one. Closing it ends them and all that they have started.
 */
final class Cluster implements AutoCloseable {
  private static final Pattern STARTED = Pattern.compile("at (spark://127\\.0\\.0\\.1:\\d+)");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final String master;

  private Cluster(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    Path jars = Files.createDirectories(folder.resolve("jars"));
    int count = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Path path = Path.of(entry).toAbsolutePath();
      if (Files.isRegularFile(path)) {
        String name = String.format(Locale.ROOT, "%03d-%s", count++, path.getFileName());
        Files.createSymbolicLink(jars.resolve(name), path);
      }
    }
    start("Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0");
    master = waitFor("Master-0", STARTED).group(1);
    for (int worker = 1; worker <= 2; worker++) {
      start(
          "Worker",
          "--host",
          "127.0.0.1",
          "--webui-port",
          "0",
          "--cores",
          "1",
          "--memory",
          "2g",
          "--work-dir",
          folder.resolve("work-" + worker).toString(),
          master);
      waitFor("Worker-" + worker, Pattern.compile("Successfully registered with master"));
    }
  }

  /**
   * Starts all.
   *
   * @param folder for jars and logs
   */
  static Cluster start(Path folder) throws IOException, InterruptedException {
    return new Cluster(folder);
  }

  private void start(String role, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-XX:TieredStopAtLevel=1"); // to start sooner
    command.add("-Dtest.log=info");
    command.addAll(LocalSpark.FLAGS);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    String packageName = role.toLowerCase(Locale.ROOT);
    command.add("org.apache.spark.deploy." + packageName + "." + role);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", folder.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectErrorStream(true);
    builder.redirectOutput(log(role + "-" + processes.size()).toFile());
    processes.add(builder.start());
  }

  private Path log(String process) {
    return folder.resolve(process + ".log");
  }

  private Matcher waitFor(String process, Pattern line) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      String text = Files.readString(log(process), java.nio.charset.StandardCharsets.ISO_8859_1);
      Matcher matcher = line.matcher(text);
      if (matcher.find()) {
        return matcher;
      }
      if (System.nanoTime() > end || !processes.get(processes.size() - 1).isAlive()) {
        close();
        throw new IllegalStateException(process + " did not say " + line + " but\n" + text);
      }
      Thread.sleep(50);
    }
  }

  /** For a driver, whose executors have the classes of this process. */
  SparkConf conf() {
    List<String> folders = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (Files.isDirectory(Path.of(entry))) {
        folders.add(Path.of(entry).toAbsolutePath().toString());
      }
    }
    return LocalSpark.conf()
        .setMaster(master)
        .setSparkHome(folder.toString())
        .set("spark.executor.memory", "1g")
        .set("spark.executor.cores", "1")
        .set("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .set("spark.cores.max", "2")
        .set("spark.executor.extraClassPath", String.join(File.pathSeparator, folders))
        .set(
            "spark.executor.extraJavaOptions",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=4g " + String.join(" ", LocalSpark.FLAGS))
        .set("spark.executorEnv.OMP_NUM_THREADS", "1");
  }

  /** Ends the last worker and its executors, without giving them time for anything. */
  void killAWorker() {
    Process worker = processes.get(processes.size() - 1);
    worker.descendants().forEach(ProcessHandle::destroyForcibly);
    worker.destroyForcibly();
  }

  /** What executors and others have written, for messages. */
  String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    try (var files = Files.walk(folder)) {
      for (Path file :
          files.filter(f -> f.endsWith("stderr") || f.toString().endsWith(".log")).toList()) {
        text.append(file).append('\n').append(Files.readString(file)).append('\n');
      }
    }
    return text.toString();
  }

  /** How many of its processes, with those that they have started, are alive. */
  long alive() {
    return processes.stream()
        .mapToLong(process -> (process.isAlive() ? 1 : 0) + process.descendants().count())
        .sum();
  }

  @Override
  public void close() throws InterruptedException {
    List<ProcessHandle> all = new ArrayList<>();
    for (Process process : processes) {
      process.descendants().forEach(all::add);
      all.add(process.toHandle());
    }
    all.forEach(ProcessHandle::destroyForcibly);
    for (Process process : processes) {
      process.waitFor();
    }
  }
}
