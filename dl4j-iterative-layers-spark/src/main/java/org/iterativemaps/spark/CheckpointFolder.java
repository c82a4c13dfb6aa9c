package org.iterativemaps.spark;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.saving.ModelFile;

/** Checkpoints on the disk: the plan of a run, and a file for each of the last ones. */
final class CheckpointFolder {
  private static final String PLAN = "plan.properties";
  private static final Pattern NAME = Pattern.compile("round-(\\d{6,9})\\.zip");

  private final SparkSettings.Checkpoints settings;

  private CheckpointFolder(SparkSettings.Checkpoints settings) {
    this.settings = settings;
  }

  /** What the file after so many rounds is called. */
  static String name(int rounds) {
    return String.format(Locale.ROOT, "round-%06d.zip", rounds);
  }

  /** How many rounds a checkpoint has. */
  static int rounds(Path file) {
    Matcher name = NAME.matcher(file.getFileName().toString());
    return name.matches() ? Integer.parseInt(name.group(1)) : -1;
  }

  /** All checkpoints, the last one at the end. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> rounds(file) >= 0)
          .sorted((a, b) -> Integer.compare(rounds(a), rounds(b)))
          .toList();
    }
  }

  /**
   * Before the first round.
   *
   * @param done rounds of the checkpoint that the run goes on from; 0 for none
   * @throws IllegalArgumentException if there are checkpoints of more rounds, or of another plan
   */
  static CheckpointFolder begin(SparkSettings.Checkpoints settings, AveragingPlan plan, int done) {
    Path folder = settings.folder();
    try {
      Files.createDirectories(folder);
      List<Path> files = files(folder);
      if (!files.isEmpty()
          && (rounds(files.get(files.size() - 1)) > done || !readPlan(folder).equals(plan))) {
        throw new IllegalArgumentException(
            "checkpoints: found "
                + files.get(files.size() - 1).getFileName()
                + " of an earlier run in "
                + folder
                + ", expected "
                + (done == 0 ? "none" : "those of this run, up to " + name(done))
                + "; go on from it with resume(Checkpoint.latest(folder), …), or give another"
                + " folder");
      }
      Path beside = folder.resolve("." + PLAN);
      Files.writeString(beside, text(plan));
      Files.move(
          beside,
          folder.resolve(PLAN),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("checkpoints: " + folder + " cannot be used: " + e, e);
    }
    return new CheckpointFolder(settings);
  }

  private static String text(AveragingPlan plan) {
    return String.join(
        "\n",
        "seed=" + plan.seed(),
        "workers=" + plan.workers(),
        "batchSize=" + plan.batchSize(),
        "localSteps=" + plan.localSteps(),
        "examples=" + plan.examples(),
        "");
  }

  /** The plan of the run that wrote the folder. */
  static AveragingPlan readPlan(Path folder) throws IOException {
    Path file = folder.resolve(PLAN);
    if (!Files.exists(file)) {
      throw new IOException(
          file + ": not found, expected beside checkpoints; copy it from where they were written");
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
      return new AveragingPlan(
          number(properties, "seed"),
          Math.toIntExact(number(properties, "workers")),
          Math.toIntExact(number(properties, "batchSize")),
          Math.toIntExact(number(properties, "localSteps")),
          number(properties, "examples"));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new IOException(
          file + ": found " + e.getMessage() + ", expected the numbers of a run's plan", e);
    }
  }

  private static long number(Properties properties, String key) {
    String text = properties.getProperty(key);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + "=" + text, e);
    }
  }

  /** Saves the network if it is time to, and lets older ones go. */
  void after(int rounds, boolean isLast, Model network) {
    if (rounds % settings.everyRounds() != 0 && !isLast) {
      return;
    }
    Path folder = settings.folder();
    try {
      ModelFile.save(network, folder.resolve(name(rounds)));
      List<Path> files = files(folder);
      for (Path old : files.subList(0, Math.max(0, files.size() - settings.keep()))) {
        Files.deleteIfExists(old);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "checkpoints: round "
              + rounds
              + " cannot be saved in "
              + folder
              + ": "
              + e
              + "; make room, and resume from the last checkpoint",
          e);
    }
  }
}
