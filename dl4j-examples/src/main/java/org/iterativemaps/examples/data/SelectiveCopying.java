package org.iterativemaps.examples.data;

import java.util.Arrays;
import java.util.Locale;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Selective copying: a few symbols stand at random places among blanks, and at the end, where marks
 * stand, they are to be given in their order. What is to be kept depends on what is read, and what
 * is to be told on what was told before.
 *
 * <p>Source of the task: A. Gu, T. Dao, "Mamba: Linear-Time Sequence Modeling with Selective State
 * Spaces" (2023), section 4.1.1, after L. Jing and others, "Gated Orthogonal Recurrent Units: On
 * Learning to Forget" (2019).
 *
 * @param symbols different ones, at least 2
 * @param copied how many are to be copied, at least 1
 * @param length time steps before the first mark, at least {@code copied}
 */
public record SelectiveCopying(int symbols, int copied, int length) {

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public SelectiveCopying {
    if (symbols < 2 || copied < 1 || length < copied) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "symbols, copied, length: found %d, %d, %d, expected at least 2, 1 and as many as are"
                  + " copied",
              symbols,
              copied,
              length));
    }
  }

  /**
   * Numbers per time step.
   *
   * @return one for each symbol, for the blank and for the mark
   */
  public int features() {
    return symbols + 2;
  }

  /**
   * Time steps of a sequence.
   *
   * @return those before the first mark, and the marks
   */
  public int time() {
    return length + copied;
  }

  /**
   * Draws sequences.
   *
   * @param count how many, at least 1
   * @param random where they come from
   * @return features [count, features, time] and labels [count, symbols, time], one-hot; labels
   *     count at the marks alone, as the mask of labels says
   */
  public DataSet draw(int count, RandomSource random) {
    if (count < 1) {
      throw new IllegalArgumentException("count: found " + count + ", expected at least 1");
    }
    float[][][] features = new float[count][features()][time()];
    float[][][] labels = new float[count][symbols][time()];
    float[][] mask = new float[count][time()];
    for (int i = 0; i < count; i++) {
      long[] places = random.choose(length, copied);
      Arrays.fill(features[i][symbols], 0, length, 1); // blanks
      for (int k = 0; k < copied; k++) {
        int symbol = (int) (random.nextDouble() * symbols);
        features[i][symbols][(int) places[k]] = 0;
        features[i][symbol][(int) places[k]] = 1;
        features[i][symbols + 1][length + k] = 1;
        labels[i][symbol][length + k] = 1;
        mask[i][length + k] = 1;
      }
    }
    return new DataSet(Nd4j.create(features), Nd4j.create(labels), null, Nd4j.create(mask));
  }
}
