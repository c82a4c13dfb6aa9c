package org.iterativemaps.kernel.fused.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.kernel.fused.VectorUnit;

/**
 * Register-blocked loops of a dense block: the sums of several units by several vectors of lanes
 * stay in registers while the units of the other slot stream past.
 */
final class DenseLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();

  /** Floats of a panel of units: half of a first-level cache of 48 KB and more. */
  static final int PANEL_FLOATS = 6 * 1024;

  // 4 units x 4 vectors take 21 of 32 registers; where there are 16, take 2 vectors at a time.
  private static final boolean MANY_REGISTERS = L >= 16;

  private DenseLoops() {}

  /**
   * y[i] += sum over j of w[wAt + i rowStride + j columnStride] x[j], 0 &lt;= i &lt; rows, 0 &lt;=
   * j &lt; columns: with strides (from, 1) the product, with (1, from) the transposed one.
   */
  static void multiply(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int rows,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    int i = 0;
    if (lanes == L) {
      for (; i + 8 <= rows; i += 8) { // eight sums, or they would wait for each other
        int wRow = wAt + i * rowStride;
        multiply8x1(w, wRow, rowStride, columnStride, columns, lanes, x, xAt, y, yAt + i * lanes);
      }
      for (; i + 4 <= rows; i += 4) {
        int wRow = wAt + i * rowStride;
        multiply4x1(w, wRow, rowStride, columnStride, columns, lanes, x, xAt, y, yAt + i * lanes);
      }
    } else if (lanes % (2 * L) == 0) {
      for (; i + 4 <= rows; i += 4) {
        int wRow = wAt + i * rowStride;
        int yRow = yAt + i * lanes;
        int v = 0;
        for (; MANY_REGISTERS && v + 4 * L <= lanes; v += 4 * L) {
          multiply4x4(w, wRow, rowStride, columnStride, columns, lanes, x, xAt + v, y, yRow + v);
        }
        for (; v < lanes; v += 2 * L) {
          multiply4x2(w, wRow, rowStride, columnStride, columns, lanes, x, xAt + v, y, yRow + v);
        }
      }
    }
    for (; i < rows; i++) {
      int wRow = wAt + i * rowStride;
      int yRow = yAt + i * lanes;
      for (int v = 0; v < lanes; v += L) {
        multiply1x1(w, wRow, columnStride, columns, lanes, x, xAt + v, y, yRow + v);
      }
    }
  }

  /** How many tiles {@link #multiplyTiles} takes at once; 1 where that is of no use. */
  static int tiles(int lanes) {
    return MANY_REGISTERS && lanes < 4 * L ? 4 * L / lanes : 1;
  }

  /**
   * As {@link #multiply}, on {@link #tiles} tiles: four vectors in all, so that a weight is
   * broadcast for four of them.
   */
  static void multiplyTiles(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int rows,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    int i = 0;
    for (; i + 4 <= rows; i += 4) {
      int wRow = wAt + i * rowStride;
      int yRow = yAt + i * lanes;
      multiply4x4Tiles(
          w, wRow, rowStride, columnStride, columns, lanes, x, xAt, xStride, y, yRow, yStride);
    }
    if (i < rows) {
      for (int tile = 0; tile < tiles(lanes); tile++) {
        int xTile = xAt + tile * xStride;
        int yTile = yAt + tile * yStride + i * lanes;
        int wRow = wAt + i * rowStride;
        multiply(w, wRow, rowStride, columnStride, rows - i, columns, lanes, x, xTile, y, yTile);
      }
    }
  }

  private static void multiply4x4(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    FloatVector y00 = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y01 = FloatVector.fromArray(SPECIES, y, yAt + L);
    FloatVector y02 = FloatVector.fromArray(SPECIES, y, yAt + 2 * L);
    FloatVector y03 = FloatVector.fromArray(SPECIES, y, yAt + 3 * L);
    FloatVector y10 = FloatVector.fromArray(SPECIES, y, yAt + lanes);
    FloatVector y11 = FloatVector.fromArray(SPECIES, y, yAt + lanes + L);
    FloatVector y12 = FloatVector.fromArray(SPECIES, y, yAt + lanes + 2 * L);
    FloatVector y13 = FloatVector.fromArray(SPECIES, y, yAt + lanes + 3 * L);
    FloatVector y20 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes);
    FloatVector y21 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes + L);
    FloatVector y22 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes + 2 * L);
    FloatVector y23 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes + 3 * L);
    FloatVector y30 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes);
    FloatVector y31 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes + L);
    FloatVector y32 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes + 2 * L);
    FloatVector y33 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes + 3 * L);
    int k = wAt;
    int c = xAt;
    for (int j = 0; j < columns; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + L);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, c + 2 * L);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, c + 3 * L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y00 = FMA ? x0.fma(w0, y00) : x0.mul(w0).add(y00);
      y01 = FMA ? x1.fma(w0, y01) : x1.mul(w0).add(y01);
      y02 = FMA ? x2.fma(w0, y02) : x2.mul(w0).add(y02);
      y03 = FMA ? x3.fma(w0, y03) : x3.mul(w0).add(y03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y10 = FMA ? x0.fma(w1, y10) : x0.mul(w1).add(y10);
      y11 = FMA ? x1.fma(w1, y11) : x1.mul(w1).add(y11);
      y12 = FMA ? x2.fma(w1, y12) : x2.mul(w1).add(y12);
      y13 = FMA ? x3.fma(w1, y13) : x3.mul(w1).add(y13);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y20 = FMA ? x0.fma(w2, y20) : x0.mul(w2).add(y20);
      y21 = FMA ? x1.fma(w2, y21) : x1.mul(w2).add(y21);
      y22 = FMA ? x2.fma(w2, y22) : x2.mul(w2).add(y22);
      y23 = FMA ? x3.fma(w2, y23) : x3.mul(w2).add(y23);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y30 = FMA ? x0.fma(w3, y30) : x0.mul(w3).add(y30);
      y31 = FMA ? x1.fma(w3, y31) : x1.mul(w3).add(y31);
      y32 = FMA ? x2.fma(w3, y32) : x2.mul(w3).add(y32);
      y33 = FMA ? x3.fma(w3, y33) : x3.mul(w3).add(y33);
      k += columnStride;
      c += lanes;
    }
    y00.intoArray(y, yAt);
    y01.intoArray(y, yAt + L);
    y02.intoArray(y, yAt + 2 * L);
    y03.intoArray(y, yAt + 3 * L);
    y10.intoArray(y, yAt + lanes);
    y11.intoArray(y, yAt + lanes + L);
    y12.intoArray(y, yAt + lanes + 2 * L);
    y13.intoArray(y, yAt + lanes + 3 * L);
    y20.intoArray(y, yAt + 2 * lanes);
    y21.intoArray(y, yAt + 2 * lanes + L);
    y22.intoArray(y, yAt + 2 * lanes + 2 * L);
    y23.intoArray(y, yAt + 2 * lanes + 3 * L);
    y30.intoArray(y, yAt + 3 * lanes);
    y31.intoArray(y, yAt + 3 * lanes + L);
    y32.intoArray(y, yAt + 3 * lanes + 2 * L);
    y33.intoArray(y, yAt + 3 * lanes + 3 * L);
  }

  private static void multiply4x4Tiles(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    // The second, third and fourth vector: of tiles of their own, or the second half of a tile.
    boolean isHalf = lanes == 2 * L;
    int x1At = isHalf ? L : xStride;
    int x2At = isHalf ? xStride : 2 * xStride;
    int x3At = x1At + x2At;
    int y1 = yAt + (isHalf ? L : yStride);
    int y2 = yAt + (isHalf ? yStride : 2 * yStride);
    int y3 = y1 + y2 - yAt;
    FloatVector y00 = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y01 = FloatVector.fromArray(SPECIES, y, y1);
    FloatVector y02 = FloatVector.fromArray(SPECIES, y, y2);
    FloatVector y03 = FloatVector.fromArray(SPECIES, y, y3);
    FloatVector y10 = FloatVector.fromArray(SPECIES, y, yAt + lanes);
    FloatVector y11 = FloatVector.fromArray(SPECIES, y, y1 + lanes);
    FloatVector y12 = FloatVector.fromArray(SPECIES, y, y2 + lanes);
    FloatVector y13 = FloatVector.fromArray(SPECIES, y, y3 + lanes);
    FloatVector y20 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes);
    FloatVector y21 = FloatVector.fromArray(SPECIES, y, y1 + 2 * lanes);
    FloatVector y22 = FloatVector.fromArray(SPECIES, y, y2 + 2 * lanes);
    FloatVector y23 = FloatVector.fromArray(SPECIES, y, y3 + 2 * lanes);
    FloatVector y30 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes);
    FloatVector y31 = FloatVector.fromArray(SPECIES, y, y1 + 3 * lanes);
    FloatVector y32 = FloatVector.fromArray(SPECIES, y, y2 + 3 * lanes);
    FloatVector y33 = FloatVector.fromArray(SPECIES, y, y3 + 3 * lanes);
    int k = wAt;
    int c = xAt;
    for (int j = 0; j < columns; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + x1At);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, c + x2At);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, c + x3At);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y00 = FMA ? x0.fma(w0, y00) : x0.mul(w0).add(y00);
      y01 = FMA ? x1.fma(w0, y01) : x1.mul(w0).add(y01);
      y02 = FMA ? x2.fma(w0, y02) : x2.mul(w0).add(y02);
      y03 = FMA ? x3.fma(w0, y03) : x3.mul(w0).add(y03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y10 = FMA ? x0.fma(w1, y10) : x0.mul(w1).add(y10);
      y11 = FMA ? x1.fma(w1, y11) : x1.mul(w1).add(y11);
      y12 = FMA ? x2.fma(w1, y12) : x2.mul(w1).add(y12);
      y13 = FMA ? x3.fma(w1, y13) : x3.mul(w1).add(y13);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y20 = FMA ? x0.fma(w2, y20) : x0.mul(w2).add(y20);
      y21 = FMA ? x1.fma(w2, y21) : x1.mul(w2).add(y21);
      y22 = FMA ? x2.fma(w2, y22) : x2.mul(w2).add(y22);
      y23 = FMA ? x3.fma(w2, y23) : x3.mul(w2).add(y23);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y30 = FMA ? x0.fma(w3, y30) : x0.mul(w3).add(y30);
      y31 = FMA ? x1.fma(w3, y31) : x1.mul(w3).add(y31);
      y32 = FMA ? x2.fma(w3, y32) : x2.mul(w3).add(y32);
      y33 = FMA ? x3.fma(w3, y33) : x3.mul(w3).add(y33);
      k += columnStride;
      c += lanes;
    }
    y00.intoArray(y, yAt);
    y01.intoArray(y, y1);
    y02.intoArray(y, y2);
    y03.intoArray(y, y3);
    y10.intoArray(y, yAt + lanes);
    y11.intoArray(y, y1 + lanes);
    y12.intoArray(y, y2 + lanes);
    y13.intoArray(y, y3 + lanes);
    y20.intoArray(y, yAt + 2 * lanes);
    y21.intoArray(y, y1 + 2 * lanes);
    y22.intoArray(y, y2 + 2 * lanes);
    y23.intoArray(y, y3 + 2 * lanes);
    y30.intoArray(y, yAt + 3 * lanes);
    y31.intoArray(y, y1 + 3 * lanes);
    y32.intoArray(y, y2 + 3 * lanes);
    y33.intoArray(y, y3 + 3 * lanes);
  }

  private static void multiply4x2(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    FloatVector y00 = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y01 = FloatVector.fromArray(SPECIES, y, yAt + L);
    FloatVector y10 = FloatVector.fromArray(SPECIES, y, yAt + lanes);
    FloatVector y11 = FloatVector.fromArray(SPECIES, y, yAt + lanes + L);
    FloatVector y20 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes);
    FloatVector y21 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes + L);
    FloatVector y30 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes);
    FloatVector y31 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes + L);
    int k = wAt;
    int c = xAt;
    for (int j = 0; j < columns; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, c + L);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y00 = FMA ? x0.fma(w0, y00) : x0.mul(w0).add(y00);
      y01 = FMA ? x1.fma(w0, y01) : x1.mul(w0).add(y01);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y10 = FMA ? x0.fma(w1, y10) : x0.mul(w1).add(y10);
      y11 = FMA ? x1.fma(w1, y11) : x1.mul(w1).add(y11);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y20 = FMA ? x0.fma(w2, y20) : x0.mul(w2).add(y20);
      y21 = FMA ? x1.fma(w2, y21) : x1.mul(w2).add(y21);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y30 = FMA ? x0.fma(w3, y30) : x0.mul(w3).add(y30);
      y31 = FMA ? x1.fma(w3, y31) : x1.mul(w3).add(y31);
      k += columnStride;
      c += lanes;
    }
    y00.intoArray(y, yAt);
    y01.intoArray(y, yAt + L);
    y10.intoArray(y, yAt + lanes);
    y11.intoArray(y, yAt + lanes + L);
    y20.intoArray(y, yAt + 2 * lanes);
    y21.intoArray(y, yAt + 2 * lanes + L);
    y30.intoArray(y, yAt + 3 * lanes);
    y31.intoArray(y, yAt + 3 * lanes + L);
  }

  private static void multiply8x1(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    FloatVector y0 = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y1 = FloatVector.fromArray(SPECIES, y, yAt + lanes);
    FloatVector y2 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes);
    FloatVector y3 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes);
    FloatVector y4 = FloatVector.fromArray(SPECIES, y, yAt + 4 * lanes);
    FloatVector y5 = FloatVector.fromArray(SPECIES, y, yAt + 5 * lanes);
    FloatVector y6 = FloatVector.fromArray(SPECIES, y, yAt + 6 * lanes);
    FloatVector y7 = FloatVector.fromArray(SPECIES, y, yAt + 7 * lanes);
    int rowStride5 = 5 * rowStride;
    int rowStride7 = 7 * rowStride;
    int k = wAt;
    int c = xAt;
    for (int j = 0; j < columns; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0 = FMA ? x0.fma(w0, y0) : x0.mul(w0).add(y0);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y1 = FMA ? x0.fma(w1, y1) : x0.mul(w1).add(y1);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y2 = FMA ? x0.fma(w2, y2) : x0.mul(w2).add(y2);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y3 = FMA ? x0.fma(w3, y3) : x0.mul(w3).add(y3);
      FloatVector w4 = FloatVector.broadcast(SPECIES, w[k + 4 * rowStride]);
      y4 = FMA ? x0.fma(w4, y4) : x0.mul(w4).add(y4);
      FloatVector w5 = FloatVector.broadcast(SPECIES, w[k + rowStride5]);
      y5 = FMA ? x0.fma(w5, y5) : x0.mul(w5).add(y5);
      FloatVector w6 = FloatVector.broadcast(SPECIES, w[k + 6 * rowStride]);
      y6 = FMA ? x0.fma(w6, y6) : x0.mul(w6).add(y6);
      FloatVector w7 = FloatVector.broadcast(SPECIES, w[k + rowStride7]);
      y7 = FMA ? x0.fma(w7, y7) : x0.mul(w7).add(y7);
      k += columnStride;
      c += lanes;
    }
    y0.intoArray(y, yAt);
    y1.intoArray(y, yAt + lanes);
    y2.intoArray(y, yAt + 2 * lanes);
    y3.intoArray(y, yAt + 3 * lanes);
    y4.intoArray(y, yAt + 4 * lanes);
    y5.intoArray(y, yAt + 5 * lanes);
    y6.intoArray(y, yAt + 6 * lanes);
    y7.intoArray(y, yAt + 7 * lanes);
  }

  private static void multiply4x1(
      float[] w,
      int wAt,
      int rowStride,
      int columnStride,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    FloatVector y0 = FloatVector.fromArray(SPECIES, y, yAt);
    FloatVector y1 = FloatVector.fromArray(SPECIES, y, yAt + lanes);
    FloatVector y2 = FloatVector.fromArray(SPECIES, y, yAt + 2 * lanes);
    FloatVector y3 = FloatVector.fromArray(SPECIES, y, yAt + 3 * lanes);
    int k = wAt;
    int c = xAt;
    for (int j = 0; j < columns; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0 = FMA ? x0.fma(w0, y0) : x0.mul(w0).add(y0);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y1 = FMA ? x0.fma(w1, y1) : x0.mul(w1).add(y1);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y2 = FMA ? x0.fma(w2, y2) : x0.mul(w2).add(y2);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y3 = FMA ? x0.fma(w3, y3) : x0.mul(w3).add(y3);
      k += columnStride;
      c += lanes;
    }
    y0.intoArray(y, yAt);
    y1.intoArray(y, yAt + lanes);
    y2.intoArray(y, yAt + 2 * lanes);
    y3.intoArray(y, yAt + 3 * lanes);
  }

  private static void multiply1x1(
      float[] w,
      int wAt,
      int columnStride,
      int columns,
      int lanes,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    FloatVector y0 = FloatVector.fromArray(SPECIES, y, yAt);
    int k = wAt;
    int c = xAt;
    for (int j = 0; j < columns; j++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, c);
      FloatVector w0 = FloatVector.broadcast(SPECIES, w[k]);
      y0 = FMA ? x0.fma(w0, y0) : x0.mul(w0).add(y0);
      k += columnStride;
      c += lanes;
    }
    y0.intoArray(y, yAt);
  }
}
