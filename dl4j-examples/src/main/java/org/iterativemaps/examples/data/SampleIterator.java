package org.iterativemaps.examples.data;

import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Batches of numbered samples, in random order or their own, made when they are asked for. */
public final class SampleIterator implements DataSetIterator {

  private static final long serialVersionUID = 1L;

  /** Size of the batches. */
  private final int batch;

  /** Of the order. */
  private final long seed;

  /** Features per sample. */
  private final int inputs;

  /** Labels per sample. */
  private final int outputs;

  private final transient Function<int[], DataSet> source;

  /** How many samples there are. */
  private final int count;

  /** Numbers of the samples in this epoch's order; null for their own order. */
  private final int[] order;

  private transient DataSetPreProcessor preProcessor;

  /** Place in the order. */
  private int next;

  /** Counts the resets. */
  private int epoch;

  /**
   * Starts at the first epoch.
   *
   * @param count how many samples there are
   * @param batch size of the batches; the last one may be smaller
   * @param seed of the order, which changes with every reset
   * @param inputs features per sample (and time step)
   * @param outputs labels per sample
   * @param source makes the batch of the samples with these numbers
   */
  public SampleIterator(
      int count, int batch, long seed, int inputs, int outputs, Function<int[], DataSet> source) {
    this(count, batch, seed, inputs, outputs, source, true);
    shuffle();
  }

  private SampleIterator(
      int count,
      int batch,
      long seed,
      int inputs,
      int outputs,
      Function<int[], DataSet> source,
      boolean shuffled) {
    if (count < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "count, batch: found " + count + ", " + batch + ", expected at least 1 each");
    }
    this.batch = batch;
    this.seed = seed;
    this.inputs = inputs;
    this.outputs = outputs;
    this.source = source;
    this.count = count;
    this.order = shuffled ? new int[count] : null;
  }

  /**
   * Batches in the order of the numbers, the same after every reset; takes no memory per sample.
   *
   * @param count how many samples there are
   * @param batch size of the batches; the last one may be smaller
   * @param inputs features per sample (and time step)
   * @param outputs labels per sample
   * @param source makes the batch of the samples with these numbers
   * @return an iterator
   */
  public static SampleIterator inOrder(
      int count, int batch, int inputs, int outputs, Function<int[], DataSet> source) {
    return new SampleIterator(count, batch, 0, inputs, outputs, source, false);
  }

  /** An order that depends on seed and epoch alone, so that a run can be taken up again. */
  private void shuffle() {
    if (order == null) {
      return;
    }
    Arrays.setAll(order, i -> i);
    Random random = Seeds.of(seed, epoch);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
  }

  @Override
  public boolean hasNext() {
    return next < count;
  }

  @Override
  public DataSet next() {
    return next(batch);
  }

  @Override
  public DataSet next(int num) {
    if (!hasNext()) {
      throw new NoSuchElementException("All " + count + " samples are used; reset first");
    }
    int end = next + Math.min(count - next, num);
    DataSet data =
        source.apply(IntStream.range(next, end).map(i -> order == null ? i : order[i]).toArray());
    next = end;
    if (preProcessor != null) {
      preProcessor.preProcess(data);
    }
    return data;
  }

  @Override
  public void reset() {
    next = 0;
    epoch++;
    shuffle();
  }

  @Override
  public int inputColumns() {
    return inputs;
  }

  @Override
  public int totalOutcomes() {
    return outputs;
  }

  @Override
  public int batch() {
    return batch;
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  @Override
  public boolean asyncSupported() {
    return true;
  }

  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public DataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  @Override
  public List<String> getLabels() {
    return IntStream.range(0, outputs).mapToObj(Integer::toString).toList();
  }
}
