package org.iterativemaps.reservoir;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Picks the samples out of batches of sequences, states and targets, and hands them on in blocks of
 * DOUBLE: time steps that masks leave, but for the first ones of every sequence.
 */
final class Samples {
  /** Samples of a block: few enough to stay near the processor, enough for a matrix product. */
  static final int BLOCK = 2048;

  private final int warmup;
  private final Sink sink;
  private INDArray states; // [size, BLOCK], 'c'
  private INDArray targets;
  private int filled;
  private long count;
  private int[] seen; // time steps of every sequence so far

  /** What takes the samples. */
  interface Sink {
    /**
     * A block.
     *
     * @param states [size, samples], 'c'; the sink's own until it returns
     * @param targets [outputs, samples], 'c'
     */
    void add(INDArray states, INDArray targets);
  }

  Samples(int warmup, Sink sink) {
    this.warmup = warmup;
    this.sink = sink;
  }

  /**
   * A batch of sequences, or their next segment.
   *
   * @param stateBatch [batch, size, time], or [batch, size] of samples without time
   * @param targetBatch [batch, outputs, time], or [batch, outputs]
   * @param mask [batch, time], or [batch, 1] without time; null for all
   * @param isStart whether sequences begin here
   */
  void add(INDArray stateBatch, INDArray targetBatch, INDArray mask, boolean isStart) {
    check(stateBatch, targetBatch, mask);
    if (stateBatch.rank() == 2) {
      if (warmup > 0) {
        throw new IllegalArgumentException(
            "warmup: found "
                + warmup
                + ", expected 0 for states without time, of shape "
                + Arrays.toString(stateBatch.shape()));
      }
      seen = new int[1];
      addSequence(-1, stateBatch, targetBatch, row(mask, -1));
      return;
    }
    int batch = (int) stateBatch.size(0);
    if (isStart) {
      seen = new int[batch];
    }
    for (int i = 0; i < batch; i++) {
      addSequence(i, stateBatch, targetBatch, row(mask, i));
    }
  }

  private static double[] row(INDArray mask, int row) {
    return mask == null ? null : (row < 0 ? mask.reshape(-1) : mask.getRow(row)).toDoubleVector();
  }

  private static void check(INDArray states, INDArray targets, INDArray mask) {
    boolean fits =
        states.rank() == targets.rank()
            && (states.rank() == 2 || states.rank() == 3)
            && states.size(0) == targets.size(0)
            && (states.rank() == 2 || states.size(2) == targets.size(2));
    if (!fits) {
      throw new IllegalArgumentException(
          "targets: found shape "
              + Arrays.toString(targets.shape())
              + " for states of shape "
              + Arrays.toString(states.shape())
              + ", expected as many examples and time steps: [batch, outputs, time], or [batch,"
              + " outputs] where states are [batch, size]");
    }
    long samples = states.size(0) * (states.rank() == 3 ? states.size(2) : 1);
    if (mask != null && mask.length() != samples) {
      throw new IllegalArgumentException(
          "mask: found shape "
              + Arrays.toString(mask.shape())
              + ", expected one number for each of the "
              + samples
              + " samples");
    }
  }

  /** Runs of time steps of a sequence that count; sequence -1 are all samples without time. */
  private void addSequence(int sequence, INDArray of, INDArray target, double[] mask) {
    int time = (int) (sequence < 0 ? of.size(0) : of.size(2));
    int place = Math.max(sequence, 0);
    int begin = 0;
    while (begin < time) {
      if (mask != null && mask[begin] == 0) {
        begin++;
      } else if (seen[place] < warmup) {
        seen[place]++;
        begin++;
      } else {
        int end = begin;
        while (end < time && (mask == null || mask[end] != 0)) {
          end++;
        }
        addRun(sequence, of, target, begin, end);
        begin = end;
      }
    }
  }

  private void addRun(int sequence, INDArray of, INDArray target, int begin, int end) {
    if (states == null) {
      states = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {of.size(1), BLOCK}, 'c');
      targets = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {target.size(1), BLOCK}, 'c');
    } else if (states.size(0) != of.size(1) || targets.size(0) != target.size(1)) {
      throw new IllegalArgumentException(
          "data: found "
              + of.size(1)
              + " states and "
              + target.size(1)
              + " targets, expected "
              + states.size(0)
              + " and "
              + targets.size(0)
              + " as in the data before");
    }
    for (int at = begin; at < end; ) {
      int length = Math.min(end - at, BLOCK - filled);
      columns(states, filled, filled + length).assign(samples(of, sequence, at, at + length));
      columns(targets, filled, filled + length).assign(samples(target, sequence, at, at + length));
      filled += length;
      at += length;
      if (filled == BLOCK) {
        flush();
      }
    }
  }

  /** [size, samples]; in one step: ND4J's views of views go wrong. */
  private static INDArray samples(INDArray of, int sequence, int begin, int end) {
    var interval = NDArrayIndex.interval(begin, end);
    return sequence < 0
        ? of.get(interval, NDArrayIndex.all()).transpose()
        : of.get(NDArrayIndex.point(sequence), NDArrayIndex.all(), interval)
            .reshape(of.size(1), (long) end - begin);
  }

  private static INDArray columns(INDArray of, int begin, int end) {
    return of.get(NDArrayIndex.all(), NDArrayIndex.interval(begin, end));
  }

  private void flush() {
    boolean isWhole = filled == BLOCK;
    sink.add(
        isWhole ? states : columns(states, 0, filled).dup('c'),
        isWhole ? targets : columns(targets, 0, filled).dup('c'));
    count += filled;
    filled = 0;
  }

  /**
   * Hands on what is left.
   *
   * @return how many samples there were
   * @throws IllegalArgumentException if there was none
   */
  long end() {
    if (filled > 0) {
      flush();
    }
    if (count == 0) {
      throw new IllegalArgumentException(
          "data: found no sample that counts, expected time steps after the warm-up of "
              + warmup
              + " that no mask hides; give longer sequences, or a shorter warm-up");
    }
    return count;
  }
}
