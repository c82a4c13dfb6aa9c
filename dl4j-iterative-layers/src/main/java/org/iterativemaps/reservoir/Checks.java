package org.iterativemaps.reservoir;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What arguments have to be. */
final class Checks {
  private Checks() {}

  static double aboveZero(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", expected a finite number above 0");
    }
    return value;
  }

  static double notNegative(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", expected a finite number, at least 0");
    }
    return value;
  }

  static int atLeast(int least, String name, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + ": found " + value + ", expected at least " + least);
    }
    return value;
  }

  static <T> T notNull(String name, T value) {
    if (value == null) {
      throw new IllegalArgumentException(name + ": found null, expected one");
    }
    return value;
  }

  /**
   * Refuses what is no batch of sequences.
   *
   * @return the same
   */
  static INDArray sequences(String name, INDArray value) {
    if (value == null || value.rank() != 3) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + (value == null ? "null" : "an array of shape " + Arrays.toString(value.shape()))
              + ", expected [batch, size, time]; ForecastTask.sequence(…) makes it of numbers");
    }
    return value;
  }

  /** Refuses NaN and infinities, and says where the first one is. */
  static INDArray finite(String name, INDArray value) {
    if (!Double.isFinite(value.sumNumber().doubleValue())) {
      INDArray row = value.dup('c');
      for (long i = 0; i < row.length(); i++) {
        double number = row.getDouble(i);
        if (!Double.isFinite(number)) {
          throw new IllegalArgumentException(
              name
                  + ": found "
                  + number
                  + " at "
                  + place(i, row.shape())
                  + ", expected finite numbers; leave the time step out with a mask, or fill it in");
        }
      }
    }
    return value;
  }

  private static String place(long index, long[] shape) {
    long[] place = new long[shape.length];
    long rest = index;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      place[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return Arrays.toString(place);
  }
}
