package org.iterativemaps.examples;

import org.iterativemaps.examples.data.DigitImages;

/**
 * Digits in three parts, none with an image of another.
 *
 * @param train to train with
 * @param validation to decide by: when to stop, which learning rate
 * @param test to evaluate with, once
 */
record DigitSets(DigitImages train, DigitImages validation, DigitImages test) {

  /** Keeps the last of every {@code part} images to train with for the validation. */
  static DigitSets of(DigitImages train, DigitImages test, int part) {
    int kept = train.count() - train.count() / part;
    return new DigitSets(train.range(0, kept), train.range(kept, train.count()), test);
  }

  /**
   * The first of every part.
   *
   * @param images to train with, at most
   * @param others to decide by, and as many to test with, at most
   * @return views on the same pixels
   */
  DigitSets atMost(int images, int others) {
    return new DigitSets(first(train, images), first(validation, others), first(test, others));
  }

  private static DigitImages first(DigitImages all, int most) {
    return all.range(0, Math.min(most, all.count()));
  }
}
