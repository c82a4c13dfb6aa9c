package org.iterativemaps.kernel.fused.simd;

import org.iterativemaps.kernel.fused.SlotKernels;
import org.iterativemaps.kernel.fused.simd.ProductLoops.Operation;

/** {@link SlotKernels} on vectors of the preferred length. */
final class SimdSlotKernels implements SlotKernels {
  // As in SimdLaneKernels: loops over long slots are left before they are compiled.
  private static final int PIECE = 4096;

  @Override
  public void scale(int length, float s, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < length; i += PIECE) {
      int count = Math.min(PIECE, length - i);
      ProductLoops.apply(Operation.SCALE, count, s, x, xAt + i, null, 0, y, yAt + i);
    }
  }

  @Override
  public void multiply(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    apply(Operation.MULTIPLY, length, u, uAt, v, vAt, y, yAt);
  }

  @Override
  public void addProduct(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    apply(Operation.ADD, length, u, uAt, v, vAt, y, yAt);
  }

  @Override
  public void subtractProduct(
      int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    apply(Operation.SUBTRACT, length, u, uAt, v, vAt, y, yAt);
  }

  private static void apply(
      Operation operation, int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    for (int i = 0; i < length; i += PIECE) {
      int count = Math.min(PIECE, length - i);
      ProductLoops.apply(operation, count, 0, u, uAt + i, v, vAt + i, y, yAt + i);
    }
  }

  @Override
  public void scaleUnits(
      float[] gain, float[] bias, int units, int lanes, float[] x, int xAt, float[] z, int zAt) {
    NormalisationLoops.scaleUnits(gain, bias, units, lanes, x, xAt, z, zAt);
  }

  @Override
  public void normalise(
      boolean isCentred,
      int units,
      int lanes,
      float[] u,
      int uAt,
      float[] n,
      int nAt,
      float[] root,
      int rootAt) {
    NormalisationLoops.normalise(isCentred, units, lanes, u, uAt, n, nAt, root, rootAt);
  }

  @Override
  public void normaliseBack(
      boolean isCentred,
      int units,
      int lanes,
      float[] n,
      int nAt,
      float[] root,
      int rootAt,
      float[] g,
      int gAt) {
    NormalisationLoops.normaliseBack(isCentred, units, lanes, n, nAt, root, rootAt, g, gAt);
  }
}
