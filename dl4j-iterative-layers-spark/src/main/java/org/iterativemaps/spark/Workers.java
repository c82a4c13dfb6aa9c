package org.iterativemaps.spark;

import java.io.InvalidClassException;
import java.util.concurrent.Callable;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;

/** What goes wrong on workers, in sentences that reach the driver. */
final class Workers {
  private Workers() {}

  /**
   * Does something on a worker. Whatever it throws comes out as a {@link SparkTrainingException}
   * that says where it was.
   *
   * @param what it is, for messages
   */
  static <T> T say(String what, Callable<T> work) {
    try {
      return work.call();
    } catch (SparkTrainingException e) {
      throw e;
    } catch (LinkageError e) {
      throw new SparkTrainingException(
          what + ": " + Environment.missing(e) + " (on " + host() + ")");
    } catch (Exception e) {
      throw new SparkTrainingException(what + " (on " + host() + "): " + e, e);
    }
  }

  static String host() {
    SparkEnv environment = SparkEnv.get();
    return environment == null
        ? "the driver"
        : "executor "
            + environment.executorId()
            + " at "
            + environment.blockManager().blockManagerId().host();
  }

  /**
   * What the driver says of a job that failed: what its worker said, if it said anything.
   *
   * @param what was being done
   */
  static SparkTrainingException failure(String what, Exception failed) {
    if (failed instanceof InterruptedException) {
      Thread.currentThread().interrupt(); // whoever asked for it sees it
    }
    for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
      if (cause instanceof SparkTrainingException said) {
        return new SparkTrainingException(said.getMessage(), failed);
      }
      if (cause instanceof LinkageError || cause instanceof InvalidClassException) {
        return mismatch(what, cause.toString(), failed);
      }
    }
    String text = failed instanceof SparkException ? String.valueOf(failed.getMessage()) : "";
    for (String name :
        new String[] {
          "java.io.InvalidClassException",
          "java.lang.NoSuchMethodError",
          "java.lang.UnsupportedClassVersionError",
          "java.lang.NoClassDefFoundError",
          "java.lang.ClassNotFoundException"
        }) {
      if (text.contains(name)) {
        return mismatch(what, text.substring(text.indexOf(name)).lines().findFirst().get(), failed);
      }
    }
    return new SparkTrainingException(what + ": Spark gave up: " + firstLine(failed), failed);
  }

  private static String firstLine(Exception failed) {
    return failed.toString().lines().findFirst().orElse("");
  }

  private static SparkTrainingException mismatch(String what, String found, Exception failed) {
    return new SparkTrainingException(
        what
            + ": found "
            + found
            + " on an executor, expected the classes that the driver has ("
            + Environment.here()
            + "); give executors the same jars, and the cluster the same versions of Spark, Scala"
            + " and Java",
        failed);
  }
}
