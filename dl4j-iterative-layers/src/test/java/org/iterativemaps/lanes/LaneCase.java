package org.iterativemaps.lanes;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.iterativemaps.map.pattern.WeightMask;

/** One block with one tile before and one behind it, and the naive loops over all its cells. */
public final class LaneCase {
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

  /** An array of drawn values. */
  public static float[] draw(int length, DoubleSupplier values) {
    float[] drawn = new float[length];
    for (int i = 0; i < length; i++) {
      drawn[i] = (float) values.getAsDouble();
    }
    return drawn;
  }

  /** A mask as the kernels' layouts read it. */
  static Mask rows(WeightMask mask) {
    int[] starts = mask.copyTargetStarts();
    return CompressedRows.of(mask.fromSize(), mask.toSize(), starts, mask.copySources());
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
      SparseTiling tiling = SparseTiling.of(rows(c.mask), c.lanes, kernels.wantsPacked(c.lanes));
      float[] scratch = new float[tiling.scratchLength(kernels.vectorLanes()) + 9];
      float[] packed = new float[tiling.packedLength()];
      for (int span = 0; span < tiling.spans(); span++) {
        int a = tiling.spanStart(span);
        int b = tiling.spanStart(span + 1);
        kernels.multiplyAdd(tiling, a, b, c.w, c.x, X_AT, y, Y_AT);
        kernels.outerAdd(tiling, a, b, c.terms(), 0, 1, packed, scratch, 9);
      }
      float[] added = new float[dw.length];
      tiling.unpack(packed, added);
      add(added);
      TransposedMask transposed = TransposedMask.of(rows(c.mask));
      float[] transposedWeights = new float[c.w.length];
      for (int i = 0; i < transposedWeights.length; i++) {
        transposedWeights[i] = c.w[transposed.entries()[i]];
      }
      tiling = SparseTiling.of(transposed.mask(), c.lanes, kernels.wantsPacked(c.lanes));
      kernels.multiplyAdd(tiling, 0, tiling.chunks(), transposedWeights, c.dy, Y_AT, dx, X_AT);
    }

    /** As a dense block, cut into parts. */
    Run(LaneKernels kernels, LaneCase c, int parts) {
      y = c.y.clone();
      dx = c.dx.clone();
      dw = c.dw.clone();
      DenseLaneBlock block = new DenseLaneBlock(kernels, rows(c.mask), c.lanes, parts);
      block.layOut();
      block.layOutBackward();
      for (int share = 0; share < 3; share++) {
        block.load(c.w, share, 3);
      }
      for (int share = 0; share < 2; share++) {
        block.prepareBackward(share, 2);
      }
      float[] scratch = new float[block.scratchLength() + 9];
      for (int part = 0; part < parts; part++) {
        block.multiplyAdd(part, 1, c.x, X_AT, 0, y, Y_AT, 0);
        block.multiplyTransposedAdd(part, 1, c.dy, Y_AT, 0, dx, X_AT, 0);
      }
      float[] gradient = new float[block.gradientLength()];
      float[] added = new float[dw.length];
      for (int share = 0; share < parts; share++) {
        block.outerAdd(share, parts, c.terms(), gradient, scratch, 9);
      }
      for (int share = 0; share < 2; share++) {
        block.toEntries(gradient, added, share, 2);
      }
      add(added);
    }

    private void add(float[] gradient) {
      for (int entry = 0; entry < dw.length; entry++) {
        dw[entry] += gradient[entry];
      }
    }
  }
}
