package org.iterativemaps.examples.notebook;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options every notebook has. */
public final class NotebookOptions {

  /**
   * System property naming the folder below which pages go; the build sets it to its target folder.
   */
  static final String FOLDER_PROPERTY = "iterativemaps.notebooks";

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  @Option(names = "--quick", description = "A small version that ends soon, for tests.")
  private boolean quick;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "Seed of everything random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for the page and its pictures (default: below the build's target folder).")
  private Path out;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = ThreadCount.class,
      description =
          "Threads to compute with (default: one per processor, fewer where few are faster).")
  private Integer threads;

  /**
   * Whether the small version is wanted.
   *
   * @return true with {@code --quick}
   */
  public boolean quick() {
    return quick;
  }

  /**
   * Seed of everything random.
   *
   * @return 42 unless given
   */
  public long seed() {
    return seed;
  }

  /**
   * How many threads to compute with.
   *
   * @return at least 1
   */
  public int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Sets the number of threads where the command line left it open. */
  void threadsUnlessGiven(int count) {
    if (threads == null) {
      threads = count;
    }
  }

  /**
   * Whether {@code --threads} was given, so that libraries' own defaults have to be overruled.
   *
   * @return true when given
   */
  public boolean threadsGiven() {
    return threads != null;
  }

  /**
   * Folder for what the named example writes.
   *
   * @param name simple name of the example
   * @return {@code --out} as it is, or the default folder of that example
   */
  public Path folder(String name) {
    return out != null ? out : defaultRoot().resolve(name);
  }

  /**
   * Folder for what all examples write together, one folder each below it.
   *
   * @return {@code --out} as it is, or the default root
   */
  public Path root() {
    return out != null ? out : defaultRoot();
  }

  /**
   * The arguments that give another notebook these options.
   *
   * @param folder what to pass for {@code --out}
   * @return arguments in the form of a command line
   */
  public List<String> arguments(Path folder) {
    List<String> args = new ArrayList<>(List.of("--out", folder.toString(), "--seed", "" + seed));
    if (quick) {
      args.add("--quick");
    }
    if (threads != null) {
      args.addAll(List.of("--threads", threads.toString()));
    }
    return args;
  }

  private static Path defaultRoot() {
    String folder = System.getProperty(FOLDER_PROPERTY);
    return folder != null
        ? Path.of(folder)
        : Path.of(System.getProperty("java.io.tmpdir"), "dl4j-iterative-layers", "notebooks");
  }

  /** Refuses thread counts below one. */
  static final class ThreadCount implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      int count;
      try {
        count = Integer.parseInt(value);
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + value + "' is not a whole number");
      }
      if (count < 1) {
        throw new TypeConversionException("expected at least 1 but found " + count);
      }
      return count;
    }
  }
}
