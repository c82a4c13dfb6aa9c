package org.iterativemaps.kernel.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register-blocked loops of a dense block: the sums of several units by several vectors of lanes
 * stay in registers while the units of the other slot stream past.
 */
final class DenseLoops {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();

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
      y00 = x0.fma(w0, y00);
      y01 = x1.fma(w0, y01);
      y02 = x2.fma(w0, y02);
      y03 = x3.fma(w0, y03);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y10 = x0.fma(w1, y10);
      y11 = x1.fma(w1, y11);
      y12 = x2.fma(w1, y12);
      y13 = x3.fma(w1, y13);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y20 = x0.fma(w2, y20);
      y21 = x1.fma(w2, y21);
      y22 = x2.fma(w2, y22);
      y23 = x3.fma(w2, y23);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y30 = x0.fma(w3, y30);
      y31 = x1.fma(w3, y31);
      y32 = x2.fma(w3, y32);
      y33 = x3.fma(w3, y33);
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
      y00 = x0.fma(w0, y00);
      y01 = x1.fma(w0, y01);
      FloatVector w1 = FloatVector.broadcast(SPECIES, w[k + rowStride]);
      y10 = x0.fma(w1, y10);
      y11 = x1.fma(w1, y11);
      FloatVector w2 = FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]);
      y20 = x0.fma(w2, y20);
      y21 = x1.fma(w2, y21);
      FloatVector w3 = FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]);
      y30 = x0.fma(w3, y30);
      y31 = x1.fma(w3, y31);
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
      y0 = x0.fma(FloatVector.broadcast(SPECIES, w[k]), y0);
      y1 = x0.fma(FloatVector.broadcast(SPECIES, w[k + rowStride]), y1);
      y2 = x0.fma(FloatVector.broadcast(SPECIES, w[k + 2 * rowStride]), y2);
      y3 = x0.fma(FloatVector.broadcast(SPECIES, w[k + 3 * rowStride]), y3);
      y4 = x0.fma(FloatVector.broadcast(SPECIES, w[k + 4 * rowStride]), y4);
      y5 = x0.fma(FloatVector.broadcast(SPECIES, w[k + rowStride5]), y5);
      y6 = x0.fma(FloatVector.broadcast(SPECIES, w[k + 6 * rowStride]), y6);
      y7 = x0.fma(FloatVector.broadcast(SPECIES, w[k + rowStride7]), y7);
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
      y0 = x0.fma(FloatVector.broadcast(SPECIES, w[k]), y0);
      k += columnStride;
      c += lanes;
    }
    y0.intoArray(y, yAt);
  }

  /**
   * dW[i, j] += sum over lanes of dy[i] x[j] for all i, and 4 L source units from j on.
   *
   * <p>The products are summed over lanes, so here the source units go along the vectors: their
   * tile is transposed once into {@code t}, and every target unit's gradient broadcast lane by
   * lane.
   *
   * @param t [lanes][4 L], and room for [4][4 L] more
   */
  static void outer(
      int from,
      int j,
      int to,
      int lanes,
      float[] dy,
      int dyAt,
      float[] x,
      int xAt,
      float[] dw,
      float[] t,
      int tAt) {
    int width = Math.min(4 * L, from - j);
    transpose(x, xAt + j * lanes, width, lanes, t, tAt);
    boolean isWhole = width == 4 * L;
    int rest = tAt + lanes * 4 * L;
    int i = 0;
    for (; i + 4 <= to; i += 4) {
      if (isWhole) {
        outer4(dy, dyAt + i * lanes, lanes, t, tAt, dw, i * from + j, from);
      } else {
        Arrays.fill(t, rest, rest + 16 * L, 0);
        outer4(dy, dyAt + i * lanes, lanes, t, tAt, t, rest, 4 * L);
        addRows(t, rest, 4, width, dw, i * from + j, from);
      }
    }
    for (; i < to; i++) {
      if (isWhole) {
        outer1(dy, dyAt + i * lanes, lanes, t, tAt, dw, i * from + j);
      } else {
        Arrays.fill(t, rest, rest + 4 * L, 0);
        outer1(dy, dyAt + i * lanes, lanes, t, tAt, t, rest);
        addRows(t, rest, 1, width, dw, i * from + j, from);
      }
    }
  }

  private static void transpose(float[] x, int xAt, int width, int lanes, float[] t, int tAt) {
    for (int u = 0; u < width; u++) {
      int c = xAt + u * lanes;
      for (int lane = 0; lane < lanes; lane++) {
        t[tAt + lane * 4 * L + u] = x[c + lane];
      }
    }
  }

  private static void addRows(
      float[] t, int tAt, int rows, int width, float[] dw, int dwAt, int stride) {
    for (int r = 0; r < rows; r++) {
      for (int u = 0; u < width; u++) {
        dw[dwAt + r * stride + u] += t[tAt + r * 4 * L + u];
      }
    }
  }

  private static void outer4(
      float[] dy, int dyAt, int lanes, float[] t, int tAt, float[] dw, int dwAt, int stride) {
    FloatVector g00 = FloatVector.fromArray(SPECIES, dw, dwAt);
    FloatVector g01 = FloatVector.fromArray(SPECIES, dw, dwAt + L);
    FloatVector g02 = FloatVector.fromArray(SPECIES, dw, dwAt + 2 * L);
    FloatVector g03 = FloatVector.fromArray(SPECIES, dw, dwAt + 3 * L);
    FloatVector g10 = FloatVector.fromArray(SPECIES, dw, dwAt + stride);
    FloatVector g11 = FloatVector.fromArray(SPECIES, dw, dwAt + stride + L);
    FloatVector g12 = FloatVector.fromArray(SPECIES, dw, dwAt + stride + 2 * L);
    FloatVector g13 = FloatVector.fromArray(SPECIES, dw, dwAt + stride + 3 * L);
    FloatVector g20 = FloatVector.fromArray(SPECIES, dw, dwAt + 2 * stride);
    FloatVector g21 = FloatVector.fromArray(SPECIES, dw, dwAt + 2 * stride + L);
    FloatVector g22 = FloatVector.fromArray(SPECIES, dw, dwAt + 2 * stride + 2 * L);
    FloatVector g23 = FloatVector.fromArray(SPECIES, dw, dwAt + 2 * stride + 3 * L);
    FloatVector g30 = FloatVector.fromArray(SPECIES, dw, dwAt + 3 * stride);
    FloatVector g31 = FloatVector.fromArray(SPECIES, dw, dwAt + 3 * stride + L);
    FloatVector g32 = FloatVector.fromArray(SPECIES, dw, dwAt + 3 * stride + 2 * L);
    FloatVector g33 = FloatVector.fromArray(SPECIES, dw, dwAt + 3 * stride + 3 * L);
    for (int lane = 0; lane < lanes; lane++) {
      int c = tAt + lane * 4 * L;
      int d = dyAt + lane;
      FloatVector x0 = FloatVector.fromArray(SPECIES, t, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, t, c + L);
      FloatVector x2 = FloatVector.fromArray(SPECIES, t, c + 2 * L);
      FloatVector x3 = FloatVector.fromArray(SPECIES, t, c + 3 * L);
      FloatVector d0 = FloatVector.broadcast(SPECIES, dy[d]);
      g00 = x0.fma(d0, g00);
      g01 = x1.fma(d0, g01);
      g02 = x2.fma(d0, g02);
      g03 = x3.fma(d0, g03);
      FloatVector d1 = FloatVector.broadcast(SPECIES, dy[d + lanes]);
      g10 = x0.fma(d1, g10);
      g11 = x1.fma(d1, g11);
      g12 = x2.fma(d1, g12);
      g13 = x3.fma(d1, g13);
      FloatVector d2 = FloatVector.broadcast(SPECIES, dy[d + 2 * lanes]);
      g20 = x0.fma(d2, g20);
      g21 = x1.fma(d2, g21);
      g22 = x2.fma(d2, g22);
      g23 = x3.fma(d2, g23);
      FloatVector d3 = FloatVector.broadcast(SPECIES, dy[d + 3 * lanes]);
      g30 = x0.fma(d3, g30);
      g31 = x1.fma(d3, g31);
      g32 = x2.fma(d3, g32);
      g33 = x3.fma(d3, g33);
    }
    g00.intoArray(dw, dwAt);
    g01.intoArray(dw, dwAt + L);
    g02.intoArray(dw, dwAt + 2 * L);
    g03.intoArray(dw, dwAt + 3 * L);
    g10.intoArray(dw, dwAt + stride);
    g11.intoArray(dw, dwAt + stride + L);
    g12.intoArray(dw, dwAt + stride + 2 * L);
    g13.intoArray(dw, dwAt + stride + 3 * L);
    g20.intoArray(dw, dwAt + 2 * stride);
    g21.intoArray(dw, dwAt + 2 * stride + L);
    g22.intoArray(dw, dwAt + 2 * stride + 2 * L);
    g23.intoArray(dw, dwAt + 2 * stride + 3 * L);
    g30.intoArray(dw, dwAt + 3 * stride);
    g31.intoArray(dw, dwAt + 3 * stride + L);
    g32.intoArray(dw, dwAt + 3 * stride + 2 * L);
    g33.intoArray(dw, dwAt + 3 * stride + 3 * L);
  }

  private static void outer1(
      float[] dy, int dyAt, int lanes, float[] t, int tAt, float[] dw, int dwAt) {
    FloatVector g00 = FloatVector.fromArray(SPECIES, dw, dwAt);
    FloatVector g01 = FloatVector.fromArray(SPECIES, dw, dwAt + L);
    FloatVector g02 = FloatVector.fromArray(SPECIES, dw, dwAt + 2 * L);
    FloatVector g03 = FloatVector.fromArray(SPECIES, dw, dwAt + 3 * L);
    for (int lane = 0; lane < lanes; lane++) {
      int c = tAt + lane * 4 * L;
      int d = dyAt + lane;
      FloatVector x0 = FloatVector.fromArray(SPECIES, t, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, t, c + L);
      FloatVector x2 = FloatVector.fromArray(SPECIES, t, c + 2 * L);
      FloatVector x3 = FloatVector.fromArray(SPECIES, t, c + 3 * L);
      FloatVector d0 = FloatVector.broadcast(SPECIES, dy[d]);
      g00 = x0.fma(d0, g00);
      g01 = x1.fma(d0, g01);
      g02 = x2.fma(d0, g02);
      g03 = x3.fma(d0, g03);
    }
    g00.intoArray(dw, dwAt);
    g01.intoArray(dw, dwAt + L);
    g02.intoArray(dw, dwAt + 2 * L);
    g03.intoArray(dw, dwAt + 3 * L);
  }
}
