package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The updates of one kind of sweep and what they read, as the structures of iterative_map.cu. */
final class Updates {
  /** A sum that starts from nothing. */
  static final int NOTHING = -1;

  /** A sum that starts from the bias. */
  static final int BIAS = -2;

  private static final int READS = 6; // its place among the words of an update

  private final List<int[]> updates = new ArrayList<>();
  private final List<int[]> reads = new ArrayList<>();

  /**
   * What an update is beside its reads.
   *
   * @param target row that is written, the first of its units
   * @param units rows
   * @param start row that the sum starts from, {@link #NOTHING} or {@link #BIAS}
   * @param isStartMasked whether it is multiplied with the time mask
   * @param bias place of the bias among all parameters
   * @param activation null for none
   * @param value forward: the row for the pre-activation; back: the row that the derivative is
   *     computed from; or {@link #NOTHING}
   * @param handed forward: the row for the masked value, or {@link #NOTHING}
   */
  record Head(
      int target,
      int units,
      int start,
      boolean isStartMasked,
      int bias,
      CudaActivation activation,
      int value,
      int handed) {

    /** A sum without an activation. */
    static Head sum(int target, int units, int start, boolean isStartMasked, int bias) {
      return new Head(target, units, start, isStartMasked, bias, null, NOTHING, NOTHING);
    }
  }

  void add(Head head) {
    CudaActivation activation = head.activation;
    updates.add(
        new int[] {
          head.target,
          head.units,
          head.start,
          head.isStartMasked ? 1 : 0,
          head.bias,
          reads.size(),
          0,
          activation == null ? CudaActivation.NO_CODE : activation.code(),
          Float.floatToRawIntBits(activation == null ? 0 : activation.alpha()),
          head.value,
          head.handed
        });
  }

  /**
   * A product that the last update sums.
   *
   * @param matrix the block, or its transpose on the way back
   * @param row first row of the source
   * @param units of the source
   * @param shift time steps from this one to the record that is read
   * @param isMasked whether the product is multiplied with the time mask
   */
  void read(int matrix, int row, int units, int shift, boolean isMasked) {
    updates.get(updates.size() - 1)[READS]++;
    reads.add(new int[] {matrix, row, units, shift, isMasked ? 1 : 0});
  }

  int count() {
    return updates.size();
  }

  int[] updateWords() {
    return words(updates);
  }

  int[] readWords() {
    return words(reads);
  }

  static int[] words(List<int[]> structures) {
    return structures.stream().flatMapToInt(Arrays::stream).toArray();
  }
}
