package org.iterativemaps.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.datasets.iterator.utilty.SingletonMultiDataSetIterator;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** The same data have the same hash, other data another one. */
class DataSummaryTest {
  private static INDArray normal(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.FLOAT, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  private static String hash(INDArray features, INDArray labels) {
    return DataSummary.of("data", features, labels).sha256();
  }

  private static DataSetIterator batches(INDArray features, INDArray labels, int size) {
    List<DataSet> examples = new ArrayList<>(new DataSet(features, labels).asList());
    return new ListDataSetIterator<>(examples, size);
  }

  /** Computed by another program from what the Javadoc says. */
  @Test
  void theHashIsThatOfTheValues() {
    INDArray features = Nd4j.createFromArray(new double[][] {{0.5, -1, 2}, {3, 0.25, -0.125}});
    INDArray labels = Nd4j.createFromArray(new double[][] {{1}, {0}});
    DataSummary summary = DataSummary.of("two", features, labels);
    assertEquals(
        new DataSummary(
            "two",
            2,
            List.of("3"),
            List.of("1"),
            "ef1e18ff6fc29b49e3697f387603b4e31017a335fec9e40b8ebf3dad39b27534"),
        summary);
  }

  @Test
  void layoutTypeAndBatchesDoNotMatter() {
    for (int seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      int count = 2 + random.nextInt(10);
      INDArray features = normal(seed, count, 1 + random.nextInt(4), 1 + random.nextInt(5));
      INDArray labels = normal(seed + 100, count, 1 + random.nextInt(4));
      String hash = hash(features, labels);
      assertEquals(hash, hash(features.dup('f'), labels.dup('f')));
      assertEquals(hash, hash(features.castTo(DataType.DOUBLE), labels.castTo(DataType.DOUBLE)));
      assertEquals(hash, hash(features.permute(2, 0, 1).dup().permute(1, 2, 0), labels));
      DataSetIterator iterator = batches(features, labels, 1 + random.nextInt(count));
      DataSummary summary = DataSummary.of("data", iterator);
      assertEquals(hash, summary.sha256());
      assertEquals(count, summary.examples());
      assertEquals(summary, DataSummary.of("data", iterator)); // it was reset
      assertEquals(
          summary,
          DataSummary.of(
              "data", new SingletonMultiDataSetIterator(new MultiDataSet(features, labels))));
    }
  }

  @Test
  void otherValuesShapesOrderAndMasksMatter() {
    INDArray features = normal(1, 6, 2, 3);
    INDArray labels = normal(2, 6, 2);
    String hash = hash(features, labels);
    INDArray changed = features.dup();
    changed.putScalar(17, Math.nextUp(changed.getFloat(17)));
    assertNotEquals(hash, hash(changed, labels));
    assertNotEquals(hash, hash(features.reshape(6, 3, 2), labels));
    assertNotEquals(hash, hash(features.reshape(6, 6), labels));
    assertNotEquals(hash, hash(Nd4j.reverse(features.dup()).reshape(6, 2, 3), labels));
    assertNotEquals(hash, hash(features, null));
    assertNotEquals(hash, hash(labels, features));
    DataSet masked = new DataSet(features, labels, Nd4j.ones(6, 3), null);
    assertNotEquals(
        hash, DataSummary.of("data", new ListDataSetIterator<>(masked.asList(), 2)).sha256());
  }

  @Test
  void sizesThatDifferAreLeftOpen() {
    List<DataSet> sets =
        List.of(
            new DataSet(normal(1, 1, 2, 3), normal(1, 1, 2)),
            new DataSet(normal(1, 1, 2, 5), normal(1, 1, 2)));
    DataSummary summary = DataSummary.of("data", new ListDataSetIterator<>(sets, 1));
    assertEquals(List.of("2x?"), summary.features());
    assertEquals(List.of("2"), summary.labels());
  }

  @Test
  void wrongArgumentsAreNamed() {
    List<String> none = List.of();
    for (String name : new String[] {null, " ", "two\nlines"}) {
      assertThrows(
          IllegalArgumentException.class, () -> new DataSummary(name, 1, none, none, null));
    }
    assertThrows(IllegalArgumentException.class, () -> new DataSummary("a", -1, none, none, null));
    assertThrows(IllegalArgumentException.class, () -> new DataSummary("a", 1, none, none, "12"));
    assertThrows(IllegalArgumentException.class, () -> DataSummary.of("a", null, normal(1, 1, 1)));
  }
}
