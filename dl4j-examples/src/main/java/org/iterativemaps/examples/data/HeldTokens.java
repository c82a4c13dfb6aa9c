package org.iterativemaps.examples.data;

import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Single inputs as sequences that repeat them. A recurrent map with one step per token then is the
 * map iterated as often as the sequence is long, and a loss can stand at any of its iterates.
 */
public final class HeldTokens {
  private HeldTokens() {}

  /**
   * The same numbers at every time step.
   *
   * @param values [batch, size]
   * @param steps time steps, at least 1
   * @return [batch, size, steps]
   */
  public static INDArray repeat(INDArray values, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
    }
    long batch = values.size(0);
    long size = values.size(1);
    return values.reshape(batch, size, 1).broadcast(batch, size, steps).dup('f');
  }

  /**
   * Data whose loss stands at the iterates from one step on.
   *
   * @param features [batch, size]
   * @param labels [batch, outputs]
   * @param steps how many, at least 1
   * @param first step with a loss, from 1 to steps
   * @return [batch, size, steps] and [batch, outputs, steps], with a mask of the labels
   */
  public static DataSet of(INDArray features, INDArray labels, int steps, int first) {
    if (first < 1 || first > steps) {
      throw new IllegalArgumentException(
          "first: found " + first + ", expected a step from 1 to the last, " + steps);
    }
    INDArray mask = Nd4j.zeros(DataType.FLOAT, features.size(0), steps);
    mask.get(NDArrayIndex.all(), NDArrayIndex.interval(first - 1, steps)).assign(1);
    return new DataSet(repeat(features, steps), repeat(labels, steps), null, mask);
  }

  /**
   * The same data behind other inputs: the map comes to its own from the state that those left.
   *
   * @param others [batch, size]
   * @param steps for which they are there, without a loss, at least 1
   * @param data of {@link #of}
   */
  public static DataSet after(INDArray others, int steps, DataSet data) {
    INDArray labels = data.getLabels();
    INDArray unused = Nd4j.zeros(labels.dataType(), labels.size(0), labels.size(1), steps);
    return new DataSet(
        Nd4j.concat(2, repeat(others, steps), data.getFeatures()),
        Nd4j.concat(2, unused, labels),
        null,
        Nd4j.concat(
            1, Nd4j.zeros(DataType.FLOAT, labels.size(0), steps), data.getLabelsMaskArray()));
  }

  /**
   * The same data with noise on the features, drawn anew for every time step.
   *
   * @param deviation of the normal distribution, at least 0
   * @param random where it comes from
   */
  public static DataSet shaken(DataSet data, double deviation, RandomSource random) {
    long[] shape = data.getFeatures().shape();
    float[] noise = new float[Math.toIntExact(data.getFeatures().length())];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) (deviation * random.nextGaussian());
    }
    INDArray features = data.getFeatures().add(Nd4j.createFromArray(noise).reshape(shape));
    return new DataSet(features, data.getLabels(), null, data.getLabelsMaskArray());
  }
}
