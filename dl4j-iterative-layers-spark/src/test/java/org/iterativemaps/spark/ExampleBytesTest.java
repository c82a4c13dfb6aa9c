package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

class ExampleBytesTest {
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"DOUBLE", "FLOAT", "HALF", "BFLOAT16", "INT", "LONG", "UBYTE"})
  void batchesComeBack(DataType type) {
    INDArray images = Nd4j.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5).castTo(type);
    INDArray features = Nd4j.arange(8).reshape('f', 2, 4).castTo(type);
    MultiDataSet data =
        new MultiDataSet(
            new INDArray[] {images.permute(0, 2, 3, 1), features},
            new INDArray[] {features.dup()},
            null,
            new INDArray[] {Nd4j.ones(type, 2, 1)});
    MultiDataSet back = ExampleBytes.batch(ExampleBytes.of(data));
    assertEquals(type, back.getFeatures(0).dataType());
    assertArrayEquals(data.getFeatures(), back.getFeatures());
    assertArrayEquals(data.getLabels(), back.getLabels());
    assertNull(back.getFeaturesMaskArrays());
    assertArrayEquals(data.getLabelsMaskArrays(), back.getLabelsMaskArrays());
  }

  /** Padded and masked at the end, as DL4J does it. */
  @Test
  void sequencesMayDifferInLength() {
    DataSet shorter = sequence(3);
    DataSet longer = sequence(5);
    List<byte[]> examples =
        Stream.of(shorter, longer)
            .flatMap(data -> ExampleBytes.of(data.toMultiDataSet()).stream())
            .toList();
    assertEquals(
        ExampleBytes.shape(examples.get(0)), ExampleBytes.shape(examples.get(1)), "one shape");
    MultiDataSet batch = ExampleBytes.batch(examples);
    DataSet expected = DataSet.merge(List.of(shorter, longer));
    assertEquals(expected.getFeatures(), batch.getFeatures(0));
    assertEquals(expected.getLabels(), batch.getLabels(0));
    assertEquals(expected.getFeaturesMaskArray(), batch.getFeaturesMaskArray(0));
    assertEquals(expected.getLabelsMaskArray(), batch.getLabelsMaskArray(0));
  }

  private static DataSet sequence(int length) {
    return new DataSet(
        Nd4j.ones(DataType.FLOAT, 1, 2, length), Nd4j.ones(DataType.FLOAT, 1, 3, length));
  }
}
