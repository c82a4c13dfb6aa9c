package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.Map;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences of digits, to be given back in ascending order. Rows are tokens, the tokens of a
 * sequence one after the other.
 *
 * @param digits one-hot, [sequences * time, 10]
 * @param places of the tokens in their sequence, one-hot, [sequences * time, time]
 * @param sorted one-hot, [sequences * time, 10]
 */
record SortedDigits(INDArray digits, INDArray places, INDArray sorted) {
  static final int DIGITS = 10;

  /** Random sequences. */
  static SortedDigits draw(int sequences, int time, RandomSource random) {
    INDArray digits = Nd4j.zeros(DataType.FLOAT, (long) sequences * time, DIGITS);
    INDArray places = Nd4j.zeros(DataType.FLOAT, (long) sequences * time, time);
    INDArray sorted = Nd4j.zeros(DataType.FLOAT, (long) sequences * time, DIGITS);
    for (int s = 0; s < sequences; s++) {
      int[] drawn = new int[time];
      for (int t = 0; t < time; t++) {
        drawn[t] = (int) (random.nextDouble() * DIGITS);
        digits.putScalar(s * time + t, drawn[t], 1);
        places.putScalar(s * time + t, t, 1);
      }
      Arrays.sort(drawn);
      for (int t = 0; t < time; t++) {
        sorted.putScalar(s * time + t, drawn[t], 1);
      }
    }
    return new SortedDigits(digits, places, sorted);
  }

  /** By the names of the placeholders. */
  Map<String, INDArray> placeholders() {
    return Map.of("digits", digits, "places", places, "sorted", sorted);
  }
}
