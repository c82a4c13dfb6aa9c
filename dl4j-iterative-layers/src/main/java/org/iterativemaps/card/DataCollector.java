package org.iterativemaps.card;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.iterativemaps.layers.LayerWeights;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Shapes and hashes of data that come in batches. */
final class DataCollector {
  private static final long VARIES = -1;

  private final List<Column> features = new ArrayList<>();
  private final List<Column> labels = new ArrayList<>();
  private final List<Column> featureMasks = new ArrayList<>();
  private final List<Column> labelMasks = new ArrayList<>();
  private long examples;

  /** One array of all batches. */
  private static final class Column {
    final ValueDigest digest = new ValueDigest();
    long[] shape; // of an example; null before the first

    void add(INDArray batch) {
      long[] one = LongStream.of(batch.shape()).skip(1).toArray();
      double[] values = LayerWeights.numbers(batch);
      int count = (int) batch.size(0);
      int length = count == 0 ? 0 : values.length / count;
      for (int example = 0; example < count; example++) {
        digest.add((long) one.length);
        LongStream.of(one).forEach(digest::add);
        for (int i = 0; i < length; i++) {
          digest.add(values[example * length + i]);
        }
      }
      if (shape == null || shape.length != one.length) {
        shape = one;
      }
      for (int i = 0; i < shape.length; i++) {
        shape[i] = shape[i] == one[i] ? one[i] : VARIES;
      }
    }

    String text() {
      if (shape != null && shape.length == 0) {
        return "1";
      }
      return shape == null
          ? "?"
          : LongStream.of(shape)
              .mapToObj(size -> size == VARIES ? "?" : Long.toString(size))
              .collect(Collectors.joining("x"));
    }
  }

  /** A batch; whatever is null is not there. */
  void add(
      INDArray[] newFeatures,
      INDArray[] newLabels,
      INDArray[] newFeatureMasks,
      INDArray[] newLabelMasks) {
    if (newFeatures == null || newFeatures.length == 0 || newFeatures[0] == null) {
      throw new IllegalArgumentException("data: found a batch without features, expected some");
    }
    examples += newFeatures[0].size(0);
    add(features, newFeatures, newFeatures.length);
    add(labels, newLabels, 0);
    add(featureMasks, newFeatureMasks, features.size());
    add(labelMasks, newLabelMasks, labels.size());
  }

  private static void add(List<Column> columns, INDArray[] batch, int least) {
    while (columns.size() < Math.max(least, batch == null ? 0 : batch.length)) {
      columns.add(new Column());
    }
    for (int i = 0; batch != null && i < batch.length; i++) {
      if (batch[i] != null) {
        columns.get(i).add(batch[i]);
      }
    }
  }

  DataSummary summary(String name) {
    ValueDigest all = new ValueDigest();
    for (List<Column> columns : List.of(features, labels, featureMasks, labelMasks)) {
      columns.forEach(column -> all.add(column.digest.digest()));
    }
    return new DataSummary(
        name,
        examples,
        features.stream().map(Column::text).toList(),
        labels.stream().map(Column::text).toList(),
        all.hex());
  }
}
