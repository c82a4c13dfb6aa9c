package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Random;
import org.iterativemaps.lanes.LaneCase;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Tiles read from arrays, added to and written back, however the arrays' memory lies. */
class FusedCallTest {
  private static final int UNITS = 70; // more than are read at a time
  private static final int TIME = 3;
  private static final int AT = 3;

  private final LaneKernels kernels = LaneKernelSelection.selected();
  private final int lanes = kernels.vectorLanes();
  private final Random random = new Random(1);

  /** [batch, units, time] of small integers, in all the ways its memory may lie. */
  private List<INDArray> layouts(int batch) {
    INDArray plain = Nd4j.create(DataType.FLOAT, new long[] {batch, UNITS, TIME}, 'f');
    for (int b = 0; b < batch; b++) {
      for (int u = 0; u < UNITS; u++) {
        for (int t = 0; t < TIME; t++) {
          plain.putScalar(new int[] {b, u, t}, random.nextInt(99));
        }
      }
    }
    INDArray longer = Nd4j.create(DataType.FLOAT, new long[] {batch, UNITS, TIME + 2}, 'c');
    INDArray part = longer.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1, 4));
    part.assign(plain);
    INDArray higher = Nd4j.create(DataType.FLOAT, new long[] {batch + 1, UNITS, TIME}, 'f');
    INDArray rows = higher.get(NDArrayIndex.interval(1, batch + 1));
    rows.assign(plain);
    return List.of(
        plain,
        plain.dup('c'),
        plain.permute(0, 2, 1).dup('c').permute(0, 2, 1), // as a layer of NWC sees it
        part,
        rows);
  }

  private FusedCall call(int batch, boolean isMasked) {
    return new FusedCall(kernels, new CallShape(batch, TIME, lanes, TIME, true, isMasked, 1, 1));
  }

  @Test
  void readsAndPads() {
    for (int batch : new int[] {1, Math.max(1, lanes - 3), lanes, 2 * lanes, 2 * lanes + 5}) {
      FusedCall call = call(batch, false);
      for (INDArray layout : layouts(batch)) {
        StridedFloats floats = StridedFloats.of(layout);
        for (StridedFloats from : List.of(floats, StridedFloats.copyOf(layout))) {
          for (int tile = 0; tile < call.tiles(); tile++) {
            float[] into = new float[AT + UNITS * lanes];
            float[] workspace = FusedCall.workspace();
            call.readTile(from, 1, 0, 2, tile, into, AT, workspace);
            call.readTile(from, 1, 2, UNITS, tile, into, AT, workspace);
            for (int u = 0; u < UNITS; u++) {
              for (int l = 0; l < lanes; l++) {
                float expected = layout.getFloat(Math.min(tile * lanes + l, batch - 1), u, 1);
                assertEquals(expected, into[AT + u * lanes + l], layout.shapeInfoToString());
              }
            }
          }
        }
      }
    }
  }

  @Test
  void addsWithAndWithoutMaskAndLeavesThePadding() {
    for (int batch : new int[] {1, lanes, 2 * lanes + 5}) {
      FusedCall call = call(batch, true);
      float[] masks = LaneCase.draw(lanes + 1, () -> random.nextInt(2));
      for (INDArray layout : layouts(batch)) {
        for (int maskAt : new int[] {-1, 1}) {
          for (int tile = 0; tile < call.tiles(); tile++) {
            float[] before = LaneCase.draw(AT + UNITS * lanes, () -> random.nextInt(9));
            float[] into = before.clone();
            StridedFloats from = StridedFloats.of(layout);
            float[] workspace = FusedCall.workspace();
            call.addTile(from, 2, 0, 11, tile, masks, maskAt, into, AT, workspace);
            call.addTile(from, 2, 11, UNITS, tile, masks, maskAt, into, AT, workspace);
            for (int u = 0; u < UNITS; u++) {
              for (int l = 0; l < lanes; l++) {
                int example = tile * lanes + l;
                float added = example < batch ? layout.getFloat(example, u, 2) : 0;
                float factor = maskAt < 0 ? 1 : masks[maskAt + l];
                int place = AT + u * lanes + l;
                assertEquals(before[place] + added * factor, into[place]);
              }
            }
          }
        }
      }
    }
  }

  @Test
  void writesWithAndWithoutMaskAndNothingElse() {
    for (int batch : new int[] {1, lanes, 2 * lanes + 5}) {
      FusedCall call = call(batch, true);
      for (INDArray layout : layouts(batch)) {
        for (boolean isMasked : new boolean[] {false, true}) {
          INDArray expected = layout.dup('c');
          StridedFloats into = StridedFloats.of(layout);
          for (int tile = 0; tile < call.tiles(); tile++) {
            float[] from = LaneCase.draw(AT + (UNITS + 1) * lanes, () -> random.nextInt(9));
            int maskAt = isMasked ? AT + UNITS * lanes : -1;
            float[] workspace = FusedCall.workspace();
            call.writeTile(from, AT, maskAt, into, 1, 0, 40, tile, workspace);
            call.writeTile(from, AT, maskAt, into, 1, 40, UNITS, tile, workspace);
            for (int u = 0; u < UNITS; u++) {
              for (int l = 0; l < lanes && tile * lanes + l < batch; l++) {
                float factor = isMasked ? from[maskAt + l] : 1;
                float value = from[AT + u * lanes + l] * factor;
                expected.putScalar(new int[] {tile * lanes + l, u, 1}, value);
              }
            }
          }
          assertEquals(expected, layout.dup('c'));
        }
      }
    }
  }

  @Test
  void masksStatesAndOtherTypes() {
    INDArray matrix = Nd4j.rand(DataType.FLOAT, 3, 2).castTo(DataType.BFLOAT16);
    assertFalse(StridedFloats.isInPlace(matrix));
    for (INDArray of : List.of(matrix, matrix.castTo(DataType.FLOAT).dup('c'))) {
      StridedFloats mask = StridedFloats.ofMask(of);
      StridedFloats copied = StridedFloats.copyOfMask(of);
      StridedFloats state = StridedFloats.ofState(of);
      float[] heap = new float[6];
      StridedFloats onHeap = StridedFloats.onHeap(heap, 3, 2);
      for (int b = 0; b < 3; b++) {
        for (int i = 0; i < 2; i++) {
          float value = (float) matrix.getDouble(b, i);
          assertEquals(value, mask.get(b * mask.batchStride + i * mask.timeStride));
          assertEquals(value, copied.get(b * copied.batchStride + i * copied.timeStride));
          assertEquals(value, state.get(b * state.batchStride + i * state.unitStride));
          onHeap.put(b * onHeap.batchStride + i * onHeap.unitStride, value);
          assertEquals(value, heap[i * 3 + b]);
        }
      }
    }
  }
}
