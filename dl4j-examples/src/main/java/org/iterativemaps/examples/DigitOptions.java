package org.iterativemaps.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.DrawnDigits;
import org.iterativemaps.examples.data.HandwrittenDigits;
import org.iterativemaps.examples.data.Mnist;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which digits an example reads: the options that all of them share, as a picocli mixin. */
final class DigitOptions {

  private static final String DOWNLOAD = "download";
  private static final int DRAWN_SIDE = 28;

  @ArgGroup private Choice choice = new Choice();

  /** At most one of them may be given. */
  private static final class Choice {
    @Option(
        names = "--drawn",
        description = "Read digits drawn by the program, 28 by 28, instead of handwritten ones.")
    private boolean drawn;

    @Option(
        names = "--mnist",
        paramLabel = "DIR|download",
        description =
            "Read MNIST instead of the handwritten digits that are bundled: a folder with its four"
                + " IDX files, or 'download'.")
    private String mnist;
  }

  /**
   * What they are called.
   *
   * @return in the middle of a sentence
   */
  String name() {
    return choice.mnist != null ? "MNIST" : choice.drawn ? "drawn digits" : "handwritten digits";
  }

  /**
   * What tells results on these digits from results on others.
   *
   * @return one line
   */
  String key() {
    return choice.mnist != null ? "MNIST in " + Path.of(choice.mnist).toAbsolutePath() : name();
  }

  /**
   * Where they come from.
   *
   * @return Markdown, to stand beside what shows them
   */
  String source() {
    if (choice.mnist != null) {
      return "Digits: Y. LeCun, C. Cortes, C. J. C. Burges, MNIST, 1998.";
    }
    return choice.drawn ? "Digits: drawn by the program." : HandwrittenDigits.ATTRIBUTION;
  }

  /** Whether the program draws them, as many as are wanted. */
  boolean drawn() {
    return choice.drawn;
  }

  /** The options again, for another process. */
  List<String> arguments() {
    if (choice.mnist != null) {
      return List.of("--mnist", choice.mnist);
    }
    return choice.drawn ? List.of("--drawn") : List.of();
  }

  /**
   * Reads or draws them, the same for the same arguments in every process.
   *
   * @param quick whether few will do; all of the handwritten ones are few
   * @param seed of the drawing; of digits from files the same ones are always tested with
   * @return three parts, none with an image of another
   * @throws IOException if a file is missing or damaged
   */
  DigitSets load(boolean quick, long seed) throws IOException {
    int train = quick ? 2000 : 10_000;
    int others = quick ? 500 : 2000;
    if (choice.drawn) {
      DigitImages all = DrawnDigits.make(train + 2 * others, DRAWN_SIDE, seed);
      return new DigitSets(
          all.range(0, train),
          all.range(train, train + others),
          all.range(train + others, train + 2 * others));
    }
    if (choice.mnist == null) {
      return DigitSets.of(HandwrittenDigits.train(), HandwrittenDigits.test(), 5);
    }
    boolean download = choice.mnist.equals(DOWNLOAD);
    Path folder = download ? null : Path.of(choice.mnist);
    DigitSets all =
        DigitSets.of(
            download ? Mnist.downloadTrain() : Mnist.train(folder),
            download ? Mnist.downloadTest() : Mnist.test(folder),
            10);
    return quick ? all.atMost(train, others) : all;
  }
}
