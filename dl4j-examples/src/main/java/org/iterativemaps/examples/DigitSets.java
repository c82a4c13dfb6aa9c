package org.iterativemaps.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.DrawnDigits;
import org.iterativemaps.examples.data.Mnist;

/**
 * The images of {@link DigitRows}, the same for the same arguments in every process.
 *
 * @param train to train with
 * @param validation to decide when to stop
 * @param test to evaluate with, once
 */
record DigitSets(DigitImages train, DigitImages validation, DigitImages test) {

  /**
   * Reads or draws them.
   *
   * @param mnist folder with the IDX files, or null to draw digits
   * @param quick whether few will do
   * @param seed of the drawing
   */
  static DigitSets load(Path mnist, boolean quick, long seed) throws IOException {
    if (mnist == null) {
      int train = quick ? 2000 : 10_000;
      int others = quick ? 500 : 2000;
      DigitImages all = DrawnDigits.make(train + 2 * others, 28, seed);
      return new DigitSets(
          all.range(0, train),
          all.range(train, train + others),
          all.range(train + others, train + 2 * others));
    }
    DigitImages all = Mnist.train(mnist);
    DigitImages test = Mnist.test(mnist);
    int validation = all.count() / 10;
    int used = quick ? Math.min(2000, all.count() - validation) : all.count() - validation;
    return new DigitSets(
        all.range(0, used),
        all.range(all.count() - validation, all.count()),
        test.range(0, quick ? Math.min(500, test.count()) : test.count()));
  }
}
