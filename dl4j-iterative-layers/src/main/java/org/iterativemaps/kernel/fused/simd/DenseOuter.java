package org.iterativemaps.kernel.fused.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.kernel.fused.OuterTerms;
import org.iterativemaps.kernel.fused.VectorUnit;

/**
 * Register-blocked loops of a dense block's weight gradient: dW[i, j] += sum over terms and lanes
 * of dy[i] x[j].
 *
 * <p>The products are summed over lanes, so here the source units go along the vectors: a panel of
 * their tiles is transposed once, and every target unit's gradient broadcast lane by lane. Some
 * tiles are taken together: the sums stay in registers for all of them.
 */
final class DenseOuter {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // A constant to the compiler; written out in every place, for the loops call nothing of ours.
  private static final boolean FMA = VectorUnit.HERE.hasMultiplyAdd();

  private DenseOuter() {}

  /** Tiles to take together: as many lanes as four vectors have. */
  private static int tilesTogether(int lanes) {
    return Math.max(1, 4 * L / lanes);
  }

  /** Floats of workspace. */
  static int scratchLength(int rows, int lanes) {
    int together = tilesTogether(lanes);
    int packed = together == 1 ? 0 : Math.multiplyExact(rows, together * lanes);
    return Math.addExact(together * lanes * 4 * L + 4 * L, packed);
  }

  /** See {@link org.iterativemaps.kernel.LaneKernels#denseOuterAdd}. */
  static void add(
      int from, int row, int rows, int lanes, OuterTerms terms, float[] dw, float[] t, int tAt) {
    int together = tilesTogether(lanes);
    if (together == 1) {
      // A panel of all target units' gradients stays in the cache for all tiles.
      for (int j = 0; j < from; j += 4 * L) {
        for (int term = 0; term < terms.count(); term++) {
          transpose(from, j, lanes, terms, term, 1, t, tAt);
          addPanel(from, j, rows, lanes, terms.dy(), terms.dyAt()[term] + row * lanes, dw, t, tAt);
        }
      }
      return;
    }
    int packedAt = tAt + 4 * L * (4 * L + 1);
    for (int term = 0; term < terms.count(); term += together) {
      int count = Math.min(together, terms.count() - term);
      pack(row, rows, lanes, terms, term, count, t, packedAt);
      for (int j = 0; j < from; j += 4 * L) {
        transpose(from, j, lanes, terms, term, count, t, tAt);
        addPanel(from, j, rows, count * lanes, t, packedAt, dw, t, tAt);
      }
    }
  }

  /** Some tiles of gradients as one: from [tiles][rows][lanes] to [rows][tiles][lanes]. */
  private static void pack(
      int row, int rows, int lanes, OuterTerms terms, int term, int tiles, float[] t, int tAt) {
    int depth = tiles * lanes;
    float[] dy = terms.dy();
    for (int tile = 0; tile < tiles; tile++) {
      int first = terms.dyAt()[term + tile] + row * lanes;
      for (int i = 0; i < rows; i++) {
        int source = first + i * lanes;
        int target = tAt + i * depth + tile * lanes;
        for (int v = 0; v < lanes; v += L) {
          FloatVector.fromArray(SPECIES, dy, source + v).intoArray(t, target + v);
        }
      }
    }
  }

  /** Up to 4 L source units of some tiles: from [tiles][from][lanes] to [tiles][lanes][4 L]. */
  private static void transpose(
      int from, int j, int lanes, OuterTerms terms, int term, int tiles, float[] t, int tAt) {
    int width = Math.min(4 * L, from - j);
    float[] x = terms.x();
    for (int tile = 0; tile < tiles; tile++) {
      int column = tAt + tile * lanes * 4 * L;
      for (int u = 0; u < width; u++) {
        int c = terms.xAt()[term + tile] + (j + u) * lanes;
        for (int lane = 0; lane < lanes; lane++) {
          t[column + lane * 4 * L + u] = x[c + lane];
        }
      }
    }
  }

  /** Adds to 4 L source units from j on, or as many as there are, of all target units. */
  private static void addPanel(
      int from, int j, int to, int depth, float[] dy, int dyAt, float[] dw, float[] t, int tAt) {
    int width = Math.min(4 * L, from - j);
    int i = 0;
    if (width == 4 * L) {
      for (; i + 4 <= to; i += 4) {
        add4x4(dy, dyAt + i * depth, depth, t, tAt, dw, i * from + j, from);
      }
    }
    int wholeVectors = width / L * L;
    int rest = tAt + depth * 4 * L;
    for (; i < to; i += 4) {
      int count = Math.min(4, to - i);
      int row = dyAt + i * depth;
      int dwAt = i * from + j;
      for (int u = 0; u < wholeVectors; u += L) {
        add4x1(count, dy, row, depth, t, tAt + u, dw, dwAt + u, from);
      }
      if (wholeVectors < width) {
        Arrays.fill(t, rest, rest + 4 * L, 0);
        add4x1(count, dy, row, depth, t, tAt + wholeVectors, t, rest, L);
        addRows(t, rest, count, width - wholeVectors, dw, dwAt + wholeVectors, from);
      }
    }
  }

  private static void addRows(
      float[] t, int tAt, int rows, int width, float[] dw, int dwAt, int stride) {
    for (int r = 0; r < rows; r++) {
      for (int u = 0; u < width; u++) {
        dw[dwAt + r * stride + u] += t[tAt + r * L + u];
      }
    }
  }

  private static void add4x4(
      float[] dy, int dyAt, int depth, float[] t, int tAt, float[] dw, int dwAt, int stride) {
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
    int c = tAt;
    for (int d = dyAt; d < dyAt + depth; d++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, t, c);
      FloatVector x1 = FloatVector.fromArray(SPECIES, t, c + L);
      FloatVector x2 = FloatVector.fromArray(SPECIES, t, c + 2 * L);
      FloatVector x3 = FloatVector.fromArray(SPECIES, t, c + 3 * L);
      FloatVector d0 = FloatVector.broadcast(SPECIES, dy[d]);
      g00 = FMA ? x0.fma(d0, g00) : x0.mul(d0).add(g00);
      g01 = FMA ? x1.fma(d0, g01) : x1.mul(d0).add(g01);
      g02 = FMA ? x2.fma(d0, g02) : x2.mul(d0).add(g02);
      g03 = FMA ? x3.fma(d0, g03) : x3.mul(d0).add(g03);
      FloatVector d1 = FloatVector.broadcast(SPECIES, dy[d + depth]);
      g10 = FMA ? x0.fma(d1, g10) : x0.mul(d1).add(g10);
      g11 = FMA ? x1.fma(d1, g11) : x1.mul(d1).add(g11);
      g12 = FMA ? x2.fma(d1, g12) : x2.mul(d1).add(g12);
      g13 = FMA ? x3.fma(d1, g13) : x3.mul(d1).add(g13);
      FloatVector d2 = FloatVector.broadcast(SPECIES, dy[d + 2 * depth]);
      g20 = FMA ? x0.fma(d2, g20) : x0.mul(d2).add(g20);
      g21 = FMA ? x1.fma(d2, g21) : x1.mul(d2).add(g21);
      g22 = FMA ? x2.fma(d2, g22) : x2.mul(d2).add(g22);
      g23 = FMA ? x3.fma(d2, g23) : x3.mul(d2).add(g23);
      FloatVector d3 = FloatVector.broadcast(SPECIES, dy[d + 3 * depth]);
      g30 = FMA ? x0.fma(d3, g30) : x0.mul(d3).add(g30);
      g31 = FMA ? x1.fma(d3, g31) : x1.mul(d3).add(g31);
      g32 = FMA ? x2.fma(d3, g32) : x2.mul(d3).add(g32);
      g33 = FMA ? x3.fma(d3, g33) : x3.mul(d3).add(g33);
      c += 4 * L;
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

  /** One vector of source units by one to four target units, which there are least of. */
  private static void add4x1(
      int rows,
      float[] dy,
      int dyAt,
      int depth,
      float[] t,
      int tAt,
      float[] dw,
      int dwAt,
      int stride) {
    // In place of rows that are not there the last one is computed again.
    int r1 = Math.min(1, rows - 1);
    int r2 = Math.min(2, rows - 1);
    int r3 = rows - 1;
    FloatVector g0 = FloatVector.fromArray(SPECIES, dw, dwAt);
    FloatVector g1 = FloatVector.fromArray(SPECIES, dw, dwAt + r1 * stride);
    FloatVector g2 = FloatVector.fromArray(SPECIES, dw, dwAt + r2 * stride);
    FloatVector g3 = FloatVector.fromArray(SPECIES, dw, dwAt + r3 * stride);
    int d1 = r1 * depth;
    int d2 = r2 * depth;
    int d3 = r3 * depth;
    int c = tAt;
    for (int d = dyAt; d < dyAt + depth; d++) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, t, c);
      FloatVector v0 = FloatVector.broadcast(SPECIES, dy[d]);
      g0 = FMA ? x0.fma(v0, g0) : x0.mul(v0).add(g0);
      FloatVector v1 = FloatVector.broadcast(SPECIES, dy[d + d1]);
      g1 = FMA ? x0.fma(v1, g1) : x0.mul(v1).add(g1);
      FloatVector v2 = FloatVector.broadcast(SPECIES, dy[d + d2]);
      g2 = FMA ? x0.fma(v2, g2) : x0.mul(v2).add(g2);
      FloatVector v3 = FloatVector.broadcast(SPECIES, dy[d + d3]);
      g3 = FMA ? x0.fma(v3, g3) : x0.mul(v3).add(g3);
      c += 4 * L;
    }
    g0.intoArray(dw, dwAt);
    g1.intoArray(dw, dwAt + r1 * stride);
    g2.intoArray(dw, dwAt + r2 * stride);
    g3.intoArray(dw, dwAt + r3 * stride);
  }
}
