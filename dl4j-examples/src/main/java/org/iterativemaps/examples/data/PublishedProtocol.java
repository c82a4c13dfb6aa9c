package org.iterativemaps.examples.data;

import java.util.List;
import java.util.Random;

/** Sequences as the task's authors made them; see {@link RandomAnomaly#asPublished()}. */
final class PublishedProtocol implements AnomalyProtocol {

  private static final float MEAN = 0.1307f;
  private static final float DEVIATION = 0.3081f;

  private final DigitSource digits;
  private final BilinearResize resize;

  PublishedProtocol(DigitSource digits) {
    this.digits = digits;
    this.resize = new BilinearResize(digits.side(), RandomAnomaly.SIDE);
  }

  @Override
  public int side() {
    return RandomAnomaly.SIDE;
  }

  @Override
  public RandomAnomaly.Sample draw(Random random) {
    PublishedFamily[] families = PublishedFamily.values();
    int digit = digits.drawClass(random);
    int usual = random.nextInt(families.length);
    int odd = random.nextInt(families.length - 1);
    odd += odd >= usual ? 1 : 0; // any but the usual one
    int anomaly = random.nextInt(RandomAnomaly.POSITIONS);
    float[][] frames = new float[RandomAnomaly.FRAMES][];
    for (int t = 0; t < RandomAnomaly.POSITIONS; t++) {
      float[] levels = resize.apply(digits.image(digit, random));
      PublishedFamily family = families[t == anomaly ? odd : usual];
      frames[t] = normalized(family.apply(levels, RandomAnomaly.SIDE, random), levels);
    }
    frames[RandomAnomaly.POSITIONS] = new float[RandomAnomaly.SIDE * RandomAnomaly.SIDE];
    return new RandomAnomaly.Sample(
        List.of(frames), digit, anomaly, families[usual], families[odd]);
  }

  /**
   * Normalised, and clamped to what the unchanged image would have.
   *
   * @param values 0 to 1, a little outside where noise was added; overwritten
   * @param levels of the unchanged image, 0 to 255
   * @return the values
   */
  static float[] normalized(float[] values, float[] levels) {
    float least = levels[0];
    float greatest = levels[0];
    for (float level : levels) {
      least = Math.min(least, level);
      greatest = Math.max(greatest, level);
    }
    float low = normal(least / GreyLevels.WHITE);
    float high = normal(greatest / GreyLevels.WHITE);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(low, Math.min(high, normal(values[i])));
    }
    return values;
  }

  private static float normal(float value) {
    return (value - MEAN) / DEVIATION;
  }

  /** The values from 0 to 1 again, to be shown. */
  static float[] ink(float[] frame) {
    float[] values = new float[frame.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(0, Math.min(1, frame[i] * DEVIATION + MEAN));
    }
    return values;
  }
}
