package org.iterativemaps.examples;

import java.util.Map;
import org.iterativemaps.map.RandomSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences of digits, to be given back in reverse. Rows are tokens, the tokens of a sequence one
 * after the other.
 *
 * @param digits one-hot, [sequences * time, 10]
 * @param places of the tokens in their sequence, one-hot, [sequences * time, time]
 * @param reversed one-hot, [sequences * time, 10]
 */
record DigitReversal(INDArray digits, INDArray places, INDArray reversed) {
  static final int DIGITS = 10;

  /** Random sequences. */
  static DigitReversal draw(int sequences, int time, RandomSource random) {
    INDArray digits = Nd4j.zeros(DataType.FLOAT, (long) sequences * time, DIGITS);
    INDArray places = Nd4j.zeros(DataType.FLOAT, (long) sequences * time, time);
    INDArray reversed = Nd4j.zeros(DataType.FLOAT, (long) sequences * time, DIGITS);
    for (int s = 0; s < sequences; s++) {
      for (int t = 0; t < time; t++) {
        int digit = (int) (random.nextDouble() * DIGITS);
        digits.putScalar(s * time + t, digit, 1);
        places.putScalar(s * time + t, t, 1);
        reversed.putScalar(s * time + time - 1 - t, digit, 1);
      }
    }
    return new DigitReversal(digits, places, reversed);
  }

  /** By the names of the placeholders. */
  Map<String, INDArray> placeholders() {
    return Map.of("digits", digits, "places", places, "reversed", reversed);
  }
}
