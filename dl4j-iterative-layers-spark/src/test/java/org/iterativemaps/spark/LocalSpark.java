package org.iterativemaps.spark;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Spark in this process, with two threads; one for all tests, as a process can have no more. */
final class LocalSpark {
  /** Of the JVM, for Spark and the Vector API. */
  static final List<String> FLAGS =
      List.of(
          "--add-modules=jdk.incubator.vector",
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

  private static JavaSparkContext context;

  private LocalSpark() {}

  static synchronized JavaSparkContext context() {
    if (context == null || context.sc().isStopped()) {
      context = new JavaSparkContext(conf().setMaster("local[2]"));
    }
    return context;
  }

  /** For whoever needs another one. */
  static synchronized void stop() {
    if (context != null) {
      context.stop();
    }
  }

  /** On loopback, without a user interface. */
  static SparkConf conf() {
    return new SparkConf()
        .setAppName("tests")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "127.0.0.1")
        .set("spark.driver.bindAddress", "127.0.0.1");
  }
}
