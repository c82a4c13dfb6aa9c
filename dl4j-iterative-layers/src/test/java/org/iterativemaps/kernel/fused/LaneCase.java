package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.iterativemaps.map.pattern.WeightMask;

/** One block with one tile before and one behind it, and the naive loops over all its cells. */
final class LaneCase {
  // Odd places in the arrays, so that a forgotten offset shows.
  static final int X_AT = 3;
  static final int Y_AT = 5;

  final WeightMask mask;
  final int from;
  final int to;
  final int lanes;
  final float[] w;
  final float[] x;
  final float[] dy;
  final float[] y;
  final float[] dx;
  final float[] dw;

  LaneCase(WeightMask mask, int lanes, DoubleSupplier values) {
    this.mask = mask;
    this.from = mask.fromSize();
    this.to = mask.toSize();
    this.lanes = lanes;
    this.w = draw(mask.entryCount(), values);
    this.x = draw(X_AT + from * lanes + 7, values);
    this.dx = draw(X_AT + from * lanes + 7, values);
    this.y = draw(Y_AT + to * lanes + 7, values);
    this.dy = draw(Y_AT + to * lanes + 7, values);
    this.dw = draw(mask.entryCount(), values);
  }

  static float[] draw(int length, DoubleSupplier values) {
    float[] drawn = new float[length];
    for (int i = 0; i < length; i++) {
      drawn[i] = (float) values.getAsDouble();
    }
    return drawn;
  }

  /** A mask with empty, full and random rows. */
  static WeightMask mask(int from, int to, double density, Random random) {
    boolean[][] exists = new boolean[to][from];
    for (int i = 0; i < to; i++) {
      if (i % 7 == 3) {
        Arrays.fill(exists[i], true);
      } else if (i % 5 != 1) {
        for (int j = 0; j < from; j++) {
          exists[i][j] = random.nextDouble() < density;
        }
      }
    }
    return WeightMask.ofMatrix(exists);
  }

  /** y + W x, and the sum of the magnitudes of its terms. */
  double[][] product() {
    double[] sums = copy(y);
    double[] magnitudes = magnitudes(y);
    for (int i = 0; i < to; i++) {
      for (int e = mask.targetStart(i); e < mask.targetStart(i + 1); e++) {
        for (int l = 0; l < lanes; l++) {
          double term = (double) w[e] * x[X_AT + mask.source(e) * lanes + l];
          sums[Y_AT + i * lanes + l] += term;
          magnitudes[Y_AT + i * lanes + l] += Math.abs(term);
        }
      }
    }
    return new double[][] {sums, magnitudes};
  }

  /** dx + Wᵀ dy, and magnitudes. */
  double[][] inputGradient() {
    double[] sums = copy(dx);
    double[] magnitudes = magnitudes(dx);
    for (int i = 0; i < to; i++) {
      for (int e = mask.targetStart(i); e < mask.targetStart(i + 1); e++) {
        for (int l = 0; l < lanes; l++) {
          double term = (double) w[e] * dy[Y_AT + i * lanes + l];
          sums[X_AT + mask.source(e) * lanes + l] += term;
          magnitudes[X_AT + mask.source(e) * lanes + l] += Math.abs(term);
        }
      }
    }
    return new double[][] {sums, magnitudes};
  }

  /** dw + dy xᵀ at the entries, and magnitudes. */
  double[][] weightGradient() {
    double[] sums = copy(dw);
    double[] magnitudes = magnitudes(dw);
    for (int i = 0; i < to; i++) {
      for (int e = mask.targetStart(i); e < mask.targetStart(i + 1); e++) {
        for (int l = 0; l < lanes; l++) {
          double term = (double) dy[Y_AT + i * lanes + l] * x[X_AT + mask.source(e) * lanes + l];
          sums[e] += term;
          magnitudes[e] += Math.abs(term);
        }
      }
    }
    return new double[][] {sums, magnitudes};
  }

  static double[] copy(float[] values) {
    double[] copy = new double[values.length];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = values[i];
    }
    return copy;
  }

  static double[] magnitudes(float[] values) {
    double[] copy = copy(values);
    Arrays.setAll(copy, i -> Math.abs(copy[i]));
    return copy;
  }

  private OuterTerms terms() {
    OuterTerms terms = new OuterTerms();
    terms.clear(dy, x);
    terms.add(Y_AT, X_AT);
    return terms;
  }

  /** What kernels make of the case: y, dx, dw by each way there is. */
  static final class Run {
    final float[] y;
    final float[] dx;
    final float[] dw;

    Run(LaneKernels kernels, LaneCase c) {
      y = c.y.clone();
      dx = c.dx.clone();
      dw = c.dw.clone();
      SparseTiling tiling = SparseTiling.of(c.mask, c.lanes, kernels.wantsPacked(c.lanes));
      float[] scratch = new float[tiling.scratchLength(kernels.vectorLanes()) + 9];
      float[] packed = new float[tiling.packedLength()];
      for (int span = 0; span < tiling.spans(); span++) {
        int a = tiling.spanStart(span);
        int b = tiling.spanStart(span + 1);
        kernels.multiplyAdd(tiling, a, b, c.w, c.x, X_AT, y, Y_AT);
        kernels.outerAdd(tiling, a, b, c.terms(), 0, 1, packed, scratch, 9);
      }
      tiling.addPacked(packed, dw);
      TransposedMask transposed = TransposedMask.of(c.mask);
      float[] transposedWeights = new float[c.w.length];
      for (int i = 0; i < transposedWeights.length; i++) {
        transposedWeights[i] = c.w[transposed.entries()[i]];
      }
      tiling = SparseTiling.of(transposed.mask(), c.lanes, kernels.wantsPacked(c.lanes));
      kernels.multiplyAdd(tiling, 0, tiling.chunks(), transposedWeights, c.dy, Y_AT, dx, X_AT);
    }

    Run(LaneKernels kernels, LaneCase c, int split) {
      y = c.y.clone();
      dx = c.dx.clone();
      dw = c.dw.clone();
      float[] scratch = new float[kernels.denseScratchLength(c.to, c.lanes) + 9];
      int[] bounds = {0, split, c.to};
      for (int p = 0; p < 2; p++) {
        int a = bounds[p];
        int b = bounds[p + 1];
        kernels.denseMultiplyAdd(c.w, c.from, a, b, c.lanes, 1, c.x, X_AT, 0, y, Y_AT, 0);
        kernels.denseMultiplyTransposedAdd(
            c.w, c.from, 0, c.from / 3, a, b, c.lanes, 1, c.dy, Y_AT, 0, dx, X_AT, 0);
        kernels.denseMultiplyTransposedAdd(
            c.w, c.from, c.from / 3, c.from, a, b, c.lanes, 1, c.dy, Y_AT, 0, dx, X_AT, 0);
      }
      kernels.denseOuterAdd(c.from, 0, c.to, c.lanes, c.terms(), dw, scratch, 9);
    }
  }
}
