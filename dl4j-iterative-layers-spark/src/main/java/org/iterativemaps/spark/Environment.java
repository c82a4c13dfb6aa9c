package org.iterativemaps.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.nd4j.linalg.factory.Nd4j;

/** Versions of a process, and whether ND4J runs in it. No record: Kryo 4 has none. */
final class Environment implements Serializable {
  private static final long serialVersionUID = 1L;

  private final String host;
  private final String sparkVersion;
  private final String scalaVersion;
  private final String javaVersion;
  private final String problem; // null: ND4J runs

  Environment(
      String host, String sparkVersion, String scalaVersion, String javaVersion, String problem) {
    this.host = host;
    this.sparkVersion = sparkVersion;
    this.scalaVersion = scalaVersion;
    this.javaVersion = javaVersion;
    this.problem = problem;
  }

  /** Of this process. */
  static Environment here() {
    return new Environment(
        Workers.host(),
        versionOfSpark(),
        scala.util.Properties.versionNumberString(),
        Integer.toString(Runtime.version().feature()),
        nd4jProblem());
  }

  /** As Spark's own jar says it: the constant in its package object has no name in Java. */
  private static String versionOfSpark() {
    try (InputStream in =
        Environment.class.getClassLoader().getResourceAsStream("spark-version-info.properties")) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty("version", "unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String nd4jProblem() {
    try {
      return Nd4j.scalar(1f).getFloat(0) == 1f ? null : "ND4J does not compute";
    } catch (LinkageError | RuntimeException e) {
      return missing(e);
    }
  }

  /** What "Could not initialize class Nd4j" means. */
  static String missing(Throwable error) {
    Throwable root = error;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = error.toString() + " " + root;
    if (root instanceof UnsatisfiedLinkError
        || text.contains("nd4j")
        || text.contains("Nd4j")
        || text.contains("bytedeco")) {
      return "found no working ND4J ("
          + root
          + "), expected its backend and the native libraries of "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
          + "; give executors the jars of nd4j-native with the classifier of their platform, and of"
          + " openblas and javacpp with theirs";
    }
    return "found "
        + root
        + ", expected the classes that the driver has; give executors the same jars";
  }

  /**
   * Asks executors before anything is moved or trained.
   *
   * @param tasks how many to ask: as many as run at a time reach most executors that are there
   * @throws SparkTrainingException if one of them has another version of Spark, Scala or Java than
   *     the driver, or no working ND4J
   */
  static void checkWorkers(JavaSparkContext spark, int tasks) {
    Environment driver = here();
    List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
    List<Environment> workers;
    try {
      workers = spark.parallelize(numbers, tasks).mapPartitions(new Ask()).collect();
    } catch (Exception e) { // SparkException is checked, and Scala does not say so
      throw Workers.failure("asking the executors for their versions", e);
    }
    workers.forEach(driver::check);
  }

  /**
   * Compares a worker with this driver.
   *
   * @throws SparkTrainingException if they differ, or the worker has no working ND4J
   */
  void check(Environment worker) {
    checkSame("Spark", sparkVersion, worker.sparkVersion, worker);
    checkSame("Scala", scalaVersion, worker.scalaVersion, worker);
    checkSame("Java", javaVersion, worker.javaVersion, worker);
    if (worker.problem != null) {
      throw new SparkTrainingException(worker.host + ": " + worker.problem);
    }
  }

  private void checkSame(String what, String ours, String theirs, Environment worker) {
    if (!ours.equals(theirs)) {
      throw new SparkTrainingException(
          worker.host
              + ": found "
              + what
              + " "
              + theirs
              + ", expected "
              + ours
              + " as on the driver; run driver and executors on the same version");
    }
  }

  @Override
  public String toString() {
    return "Spark " + sparkVersion + ", Scala " + scalaVersion + ", Java " + javaVersion;
  }

  private static final class Ask implements FlatMapFunction<Iterator<Integer>, Environment> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Environment> call(Iterator<Integer> numbers) {
      return List.of(here()).iterator();
    }
  }
}
