package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class MagnitudeTest {
  private static final DataType[] TYPES = {DataType.FLOAT, DataType.DOUBLE};

  @Test
  void theLargestOfFiniteNumbers() {
    for (DataType type : TYPES) {
      INDArray a = Nd4j.createFromArray(new double[][] {{1, -4, 2}, {0, 3, 0.5}}).castTo(type);
      assertEquals(4, Magnitude.largest(a));
      assertEquals(3, Magnitude.largest(a.getColumn(1).get(NDArrayIndex.interval(1, 2))));
      assertEquals(2.5, Magnitude.largestDifference(a, a.dup('f').putScalar(1, 2, 3)));
      assertEquals(0, Magnitude.largestDifference(a, a.dup('f')));
      assertTrue(Magnitude.isFinite(a));
    }
    assertEquals(0, Magnitude.largest(Nd4j.empty(DataType.DOUBLE)));
    assertEquals(1e300, Magnitude.largestDifference(Nd4j.scalar(1e300), Nd4j.scalar(0.0)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void whatIsNotFiniteIsSeenAtEveryPlace(double bad) {
    for (DataType type : TYPES) {
      for (int place = 0; place < 37; place++) {
        INDArray good = Nd4j.ones(type, 37);
        INDArray with = good.dup().putScalar(place, bad);
        assertFalse(Magnitude.isFinite(with));
        ArithmeticException seen =
            assertThrows(ArithmeticException.class, () -> Magnitude.largest(with));
        assertTrue(seen.getMessage().contains(" at place " + place + " of 37"), seen::getMessage);
        assertThrows(ArithmeticException.class, () -> Magnitude.largestDifference(good, with));
        assertThrows(ArithmeticException.class, () -> Magnitude.largestDifference(with, good));
        assertThrows(
            ArithmeticException.class, () -> Magnitude.largestDifference(with, with.dup()));
      }
    }
  }

  @Test
  void shapesMustAgree() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Magnitude.largestDifference(Nd4j.ones(2, 3), Nd4j.ones(3, 2)));
  }
}
