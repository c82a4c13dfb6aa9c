package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class HeapTensorTest {
  private static final int BATCH = 5;
  private static final int UNITS = 4;
  private static final int TIME = 3;

  /** [batch, units, time] of float(100 b + 10 u + t), in all the ways its memory may lie. */
  private static List<INDArray> layouts() {
    INDArray plain = Nd4j.create(DataType.FLOAT, new long[] {BATCH, UNITS, TIME}, 'f');
    for (int b = 0; b < BATCH; b++) {
      for (int u = 0; u < UNITS; u++) {
        for (int t = 0; t < TIME; t++) {
          plain.putScalar(new int[] {b, u, t}, 100 * b + 10 * u + t);
        }
      }
    }
    INDArray longer = Nd4j.create(DataType.FLOAT, new long[] {BATCH, UNITS, TIME + 2}, 'c');
    INDArray part = longer.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1, 4));
    part.assign(plain);
    INDArray longest = Nd4j.create(DataType.FLOAT, new long[] {BATCH, UNITS, 5 * TIME}, 'c');
    INDArray scattered =
        longest.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(2, 2 + TIME));
    scattered.assign(plain);
    return List.of(
        plain,
        plain.dup('c'),
        plain.permute(0, 2, 1).dup('c').permute(0, 2, 1), // as a layer of NWC sees it
        part,
        scattered,
        plain.castTo(DataType.DOUBLE).dup('c'));
  }

  @Test
  void readsEveryLayout() {
    HeapTensor tensor = new HeapTensor();
    for (INDArray layout : layouts()) {
      tensor.read(layout);
      for (int b = 0; b < BATCH; b++) {
        for (int u = 0; u < UNITS; u++) {
          for (int t = 0; t < TIME; t++) {
            int place = b * tensor.batchStride + u * tensor.unitStride + t * tensor.timeStride;
            assertEquals(100 * b + 10 * u + t, tensor.values[place], layout.shapeInfoToString());
          }
        }
      }
    }
  }

  @Test
  void copiesRatherThanMuchThatIsNotWanted() {
    List<INDArray> layouts = layouts();
    assertTrue(HeapCopy.hasFewGaps(layouts.get(3)));
    assertFalse(HeapCopy.hasFewGaps(layouts.get(4)));
    HeapTensor tensor = new HeapTensor().read(layouts.get(4));
    assertEquals(BATCH * UNITS * TIME, tensor.length());
  }

  @Test
  void keepsItsArray() {
    HeapTensor tensor = new HeapTensor().read(layouts().get(0));
    float[] before = tensor.values;
    assertSame(before, tensor.readState(Nd4j.rand(DataType.FLOAT, 2, 2)).values);
  }

  @Test
  void readsMasksAndStates() {
    INDArray matrix = Nd4j.rand(DataType.FLOAT, 3, 2);
    for (char order : new char[] {'c', 'f'}) {
      HeapTensor mask = new HeapTensor().readMask(matrix.dup(order));
      HeapTensor state = new HeapTensor().readState(matrix.dup(order));
      for (int b = 0; b < 3; b++) {
        for (int i = 0; i < 2; i++) {
          float value = matrix.getFloat(b, i);
          assertEquals(value, mask.values[b * mask.batchStride + i * mask.timeStride]);
          assertEquals(value, state.values[b * state.batchStride + i * state.unitStride]);
        }
      }
    }
  }
}
