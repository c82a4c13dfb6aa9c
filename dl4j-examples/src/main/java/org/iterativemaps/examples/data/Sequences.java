package org.iterativemaps.examples.data;

import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences of equal length, each with target numbers for its end.
 *
 * @param features features[sample][feature][time]; at least one sample; not copied
 * @param targets targets[sample][output]; not copied
 */
public record Sequences(float[][][] features, float[][] targets) {

  /**
   * Refuses lengths that do not match.
   *
   * @param features features[sample][feature][time]
   * @param targets targets[sample][output]
   */
  public Sequences {
    if (features.length == 0 || features.length != targets.length) {
      throw new IllegalArgumentException(
          "features, targets: found "
              + features.length
              + ", "
              + targets.length
              + " samples, expected equally many, at least one");
    }
  }

  /**
   * How many sequences there are.
   *
   * @return at least 1
   */
  public int count() {
    return targets.length;
  }

  /**
   * Some of the sequences, in their order.
   *
   * @param from first index
   * @param to index after the last
   * @return the same numbers, not copied
   */
  public Sequences range(int from, int to) {
    return new Sequences(
        java.util.Arrays.copyOfRange(features, from, to),
        java.util.Arrays.copyOfRange(targets, from, to));
  }

  /**
   * Batches to train with: features [batch, feature, time], labels [batch, output].
   *
   * @param batch size of the batches; the last one may be smaller
   * @param seed of the order, which changes with every reset
   * @return an iterator
   */
  public DataSetIterator iterator(int batch, long seed) {
    return new SampleIterator(
        count(), batch, seed, features[0].length, targets[0].length, this::batch);
  }

  private DataSet batch(int[] samples) {
    float[][][] inputs = new float[samples.length][][];
    float[][] outputs = new float[samples.length][];
    for (int i = 0; i < samples.length; i++) {
      inputs[i] = features[samples[i]];
      outputs[i] = targets[samples[i]];
    }
    return new DataSet(Nd4j.create(inputs), Nd4j.create(outputs));
  }
}
