package org.iterativemaps.examples.data;

import java.util.Locale;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One time step of a sequence holds a symbol, all others hold distractors, of which there are as
 * many kinds; at the end the symbol is to be told. How long it has to be kept is its delay: the
 * time steps behind it.
 *
 * @param symbols different ones, at least 2
 */
public record DelayedRecall(int symbols) {

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is too small
   */
  public DelayedRecall {
    if (symbols < 2) {
      throw new IllegalArgumentException("symbols: found " + symbols + ", expected at least 2");
    }
  }

  /**
   * Numbers per time step.
   *
   * @return one for each symbol and each distractor
   */
  public int features() {
    return 2 * symbols;
  }

  /**
   * Draws sequences.
   *
   * @param count how many, at least 1
   * @param length time steps of each
   * @param least delay, at least 0
   * @param most delay, less than the length; each from least to most is equally likely
   * @param random where they come from
   * @return features [count, features, length] and labels [count, symbols], one-hot
   */
  public DataSet draw(int count, int length, int least, int most, RandomSource random) {
    if (count < 1 || least < 0 || most < least || length <= most) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "count, length, least, most: found %d, %d, %d, %d, expected at least one sequence, and"
                  + " delays with 0 <= least <= most < length",
              count,
              length,
              least,
              most));
    }
    float[][][] features = new float[count][features()][length];
    float[][] labels = new float[count][symbols];
    for (int i = 0; i < count; i++) {
      int place = length - 1 - least - below(most - least + 1, random);
      for (int t = 0; t < length; t++) {
        int kind = below(symbols, random);
        features[i][t == place ? kind : symbols + kind][t] = 1;
        if (t == place) {
          labels[i][kind] = 1;
        }
      }
    }
    return new DataSet(Nd4j.create(features), Nd4j.create(labels));
  }

  private static int below(int bound, RandomSource random) {
    return (int) (random.nextDouble() * bound);
  }
}
