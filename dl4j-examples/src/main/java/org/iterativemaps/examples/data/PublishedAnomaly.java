package org.iterativemaps.examples.data;

/**
 * The Random Anomaly task as its authors made it, in three parts that share no sequence; see {@link
 * RandomAnomaly#asPublished()}.
 */
public final class PublishedAnomaly {

  private static final int DRAWN_SIDE = 28;

  private final PublishedProtocol train;
  private final PublishedProtocol validation;
  private final PublishedProtocol test;

  private PublishedAnomaly(DigitSource train, DigitSource validation, DigitSource test) {
    this.train = new PublishedProtocol(train);
    this.validation = new PublishedProtocol(validation);
    this.test = new PublishedProtocol(test);
  }

  /**
   * With digits that are there.
   *
   * @param train at least one
   * @param validation to decide by, others than to train with, at least one
   * @param test others again, at least one
   * @return the task
   */
  public static PublishedAnomaly of(DigitImages train, DigitImages validation, DigitImages test) {
    return new PublishedAnomaly(
        DigitSource.of(train), DigitSource.of(validation), DigitSource.of(test));
  }

  /**
   * With digits that {@link DrawnDigits} makes for every frame, 28 by 28.
   *
   * @return the task
   */
  public static PublishedAnomaly drawn() {
    DigitSource digits = DigitSource.drawn(DRAWN_SIDE);
    return new PublishedAnomaly(digits, digits, digits);
  }

  /**
   * Sequences to train with.
   *
   * @param seed of all that is random
   * @return the part
   */
  public RandomAnomaly train(long seed) {
    return RandomAnomaly.train(train, seed);
  }

  /**
   * Sequences to decide by.
   *
   * @param seed of all that is random; may be that of the training
   * @return the part
   */
  public RandomAnomaly validation(long seed) {
    return RandomAnomaly.validation(validation, seed);
  }

  /**
   * Sequences to test with.
   *
   * @param seed of all that is random; may be that of the training
   * @return the part
   */
  public RandomAnomaly test(long seed) {
    return RandomAnomaly.test(test, seed);
  }

  /**
   * A frame as it looked before it was normalised.
   *
   * @param frame values of a sequence; not modified
   * @return 0 (paper) to 1 (ink)
   */
  public static float[] ink(float[] frame) {
    return PublishedProtocol.ink(frame);
  }
}
