package org.iterativemaps.card;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/**
 * Which data a network was trained on: how many examples, their shapes, and a hash that tells
 * whether other data are the same.
 *
 * <p>The hash depends on values alone: not on the arrays' layout, on whether they are FLOAT or
 * DOUBLE while they hold the same numbers, nor on the batches they come in (of sequences, as long
 * as padding makes them equally long in all batches). It does depend on the order of the examples,
 * and on what the iterator's preprocessor did. It is the SHA-256 of the SHA-256s of all arrays, one
 * after the other: the features' in their order, the labels', their time masks' in the same order.
 * An array's is that of its examples: for each the number of its dimensions and their sizes as
 * integers of eight bytes, and its values, row by row, as IEEE doubles of eight bytes; everything
 * big-endian. Where an array is missing, as masks mostly are, its hash is that of nothing.
 *
 * @param name what people call it, one line
 * @param examples how many, at least 0
 * @param features shapes of an example's features, such as "28x28", by array; "?" for a size that
 *     differs from batch to batch
 * @param labels the same of its labels; empty without labels
 * @param sha256 64 hexadecimal digits in lower case; null if it was not computed
 */
public record DataSummary(
    String name, long examples, List<String> features, List<String> labels, String sha256) {

  /** Copies the lists, and checks name, count and hash. */
  public DataSummary {
    Headings.check("data: name", name);
    if (examples < 0) {
      throw new IllegalArgumentException(
          "data: examples: found " + examples + ", expected at least 0");
    }
    features = List.copyOf(features);
    labels = List.copyOf(labels);
    if (sha256 != null && !sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "data: sha256: found '" + sha256 + "', expected 64 hexadecimal digits in lower case");
    }
  }

  /**
   * Goes through all data once; an iterator that can be reset is, before and after. Masks count
   * where they are given: data that have them in some batches alone are others in other batches.
   *
   * @param name what people call them
   */
  public static DataSummary of(String name, DataSetIterator data) {
    DataCollector collector = new DataCollector();
    if (data.resetSupported()) {
      data.reset();
    }
    while (data.hasNext()) {
      DataSet batch = data.next();
      collector.add(
          array(batch.getFeatures()),
          array(batch.getLabels()),
          array(batch.getFeaturesMaskArray()),
          array(batch.getLabelsMaskArray()));
    }
    if (data.resetSupported()) {
      data.reset();
    }
    return collector.summary(name);
  }

  /** The same for graphs of several inputs or outputs. */
  public static DataSummary of(String name, MultiDataSetIterator data) {
    DataCollector collector = new DataCollector();
    if (data.resetSupported()) {
      data.reset();
    }
    while (data.hasNext()) {
      MultiDataSet batch = data.next();
      collector.add(
          batch.getFeatures(),
          batch.getLabels(),
          batch.getFeaturesMaskArrays(),
          batch.getLabelsMaskArrays());
    }
    if (data.resetSupported()) {
      data.reset();
    }
    return collector.summary(name);
  }

  /**
   * Of arrays whose first dimension is the examples.
   *
   * @param name what people call them
   * @param labels null if there are none
   */
  public static DataSummary of(String name, INDArray features, INDArray labels) {
    DataCollector collector = new DataCollector();
    collector.add(array(features), array(labels), null, null);
    return collector.summary(name);
  }

  private static INDArray[] array(INDArray array) {
    return array == null ? null : new INDArray[] {array};
  }
}
