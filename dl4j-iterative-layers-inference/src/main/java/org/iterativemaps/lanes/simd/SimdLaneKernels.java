package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.SparseTiling.FIRST;
import static org.iterativemaps.lanes.SparseTiling.TO_PACKED;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.BundleKernels;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.OuterTerms;
import org.iterativemaps.lanes.SampleKernels;
import org.iterativemaps.lanes.ScalarLaneKernels;
import org.iterativemaps.lanes.SlotKernels;
import org.iterativemaps.lanes.SparseTiling;
import org.iterativemaps.lanes.VectorUnit;
import org.iterativemaps.lanes.simd.RowLoops.Operation;

/**
 * {@link LaneKernels} on vectors of the preferred length. Arguments are not checked.
 *
 * <p>Tiles are one, two or a multiple of four vectors long, padded: no loop has a tail. Loaded once
 * by name through its public constructor.
 */
public final class SimdLaneKernels implements LaneKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  // JDK 17 has masks of two lanes as objects only.
  private static final boolean COMPARES = VectorUnit.HERE.hasComparisons() && L > 2;

  // Sparse products are bound by loads, of which a processor does as many a cycle at any length of
  // vectors: measured, in floats, 84 GFLOP/s beside the 205 of dense ones with 512 bits, 51 beside
  // 100 with 256; and dense blocks have to be spread.
  private static final double LEAST_DENSE = SPECIES.vectorBitSize() >= 512 ? 0.45 : 0.6;
  private static final double LEAST_DENSE_TRAINED = SPECIES.vectorBitSize() >= 512 ? 0.38 : 0.45;

  // A loop over millions of floats would run to its end, some hundred times slower, before it is
  // compiled: until then methods that are called again are compiled after fewer iterations.
  private static final int PIECE = 4096;

  // The same numbers without vectors.
  private final LaneKernels plain = new ScalarLaneKernels();

  private final BundleKernels bundles = new SimdBundleKernels();
  private final SlotKernels slots = new SimdSlotKernels();
  private final SampleKernels samples = new SimdSampleKernels();

  /** For the provider. */
  public SimdLaneKernels() {}

  @Override
  public String description() {
    return "Vector API, " + SPECIES.vectorBitSize() + " bits, " + VectorUnit.HERE.description();
  }

  @Override
  public int vectorLanes() {
    return L;
  }

  @Override
  public int tileLanes(int batch) {
    return batch <= L ? L : batch <= 2 * L ? 2 * L : 4 * L;
  }

  @Override
  public boolean wantsPacked(int lanes) {
    return lanes % (4 * L) == 0;
  }

  @Override
  public void multiplyAdd(
      SparseTiling block,
      int chunk,
      int chunkEnd,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    int[] runs = block.runs();
    int[] offsets = block.offsets();
    int begin = block.chunkStart(chunk) * SparseTiling.RUN;
    int end = block.chunkStart(chunkEnd) * SparseTiling.RUN;
    if (block.isPacked()) {
      for (int v = 0; v < block.lanes(); v += 4 * L) {
        SparseLoops.multiply(4, runs, begin, end, offsets, w, x, xAt + v, y, yAt + v);
      }
    } else if (block.lanes() == 2 * L) {
      SparseLoops.multiply(2, runs, begin, end, offsets, w, x, xAt, y, yAt);
    } else {
      SparseLoops.multiply(1, runs, begin, end, offsets, w, x, xAt, y, yAt);
    }
  }

  @Override
  public void outerAdd(
      SparseTiling block,
      int chunk,
      int chunkEnd,
      OuterTerms terms,
      int term,
      int termEnd,
      float[] dw,
      float[] scratch,
      int scratchAt) {
    int[] runs = block.runs();
    int sums = scratchAt + L; // the margin
    for (int c = chunk; c < chunkEnd; c++) {
      int begin = block.chunkStart(c) * SparseTiling.RUN;
      int end = block.chunkStart(c + 1) * SparseTiling.RUN;
      int used = SparseOuter.sum(block, begin, end, terms, term, termEnd, scratch, sums);
      Folding.foldAdd(scratch, sums, used, dw, runs[begin + FIRST] + runs[begin + TO_PACKED]);
    }
  }

  @Override
  public BundleKernels bundles() {
    return bundles;
  }

  @Override
  public SlotKernels slots() {
    return slots;
  }

  @Override
  public SampleKernels samples() {
    return samples;
  }

  @Override
  public double leastDenseDensity(boolean isTraining) {
    return isTraining ? LEAST_DENSE_TRAINED : LEAST_DENSE;
  }

  @Override
  public int panelUnits(int lanes) {
    return PanelLoops.units(lanes);
  }

  @Override
  public void panelMultiplyAdd(
      float[] w,
      int wAt,
      int height,
      int units,
      int depth,
      int lanes,
      float[] x,
      int xAt,
      int xStride,
      float[] y,
      int yAt,
      int yStride) {
    PanelLoops.multiply(w, wAt, height, units, depth, lanes, x, xAt, xStride, y, yAt, yStride);
  }

  @Override
  public void diagonalMultiplyAdd(
      float[] w, int wAt, int units, int lanes, float[] x, int xAt, float[] y, int yAt) {
    RowLoops.apply(Operation.ADD_SCALED, units, lanes, w, wAt, x, xAt, y, yAt);
  }

  @Override
  public void diagonalOuterAdd(
      int units, int lanes, float[] dy, int dyAt, float[] x, int xAt, float[] dw, int dwAt) {
    for (int i = 0; i < units; i++) {
      dw[dwAt + i] += Folding.dot(lanes, dy, dyAt + i * lanes, x, xAt + i * lanes);
    }
  }

  @Override
  public void addLaneSums(int units, int lanes, float[] z, int zAt, float[] sums) {
    for (int i = 0; i < units; i++) {
      sums[i] += Folding.sum(lanes, z, zAt + i * lanes);
    }
  }

  @Override
  public void fill(float[] bias, int biasAt, int units, int lanes, float[] z, int zAt) {
    int piece = Math.max(1, PIECE / lanes);
    for (int i = 0; i < units; i += piece) {
      int count = Math.min(piece, units - i);
      RowLoops.apply(Operation.FILL, count, lanes, bias, biasAt + i, null, 0, z, zAt + i * lanes);
    }
  }

  @Override
  public void add(int length, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < length; i += PIECE) {
      int count = Math.min(PIECE, length - i);
      RowLoops.apply(Operation.ADD, 1, count, null, 0, x, xAt + i, y, yAt + i);
    }
  }

  @Override
  public void multiplyLanes(
      int units, int lanes, float[] m, int mAt, float[] x, int xAt, float[] y, int yAt) {
    RowLoops.apply(Operation.MULTIPLY_LANES, units, lanes, m, mAt, x, xAt, y, yAt);
  }

  @Override
  public void multiplyLanesAdd(
      int units, int lanes, float[] m, int mAt, float[] x, int xAt, float[] y, int yAt) {
    RowLoops.apply(Operation.ADD_LANES, units, lanes, m, mAt, x, xAt, y, yAt);
  }

  @Override
  public void activate(
      LaneActivation activation, int length, float[] z, int zAt, float[] a, int aAt) {
    if (COMPARES) {
      for (int i = 0; i < length; i += PIECE) {
        int count = Math.min(PIECE, length - i);
        VectorActivations.activate(activation, count, z, zAt + i, a, aAt + i);
      }
    } else {
      plain.activate(activation, length, z, zAt, a, aAt);
    }
  }

  @Override
  public void multiplyByDerivative(
      LaneActivation activation, int length, float[] value, int valueAt, float[] g, int gAt) {
    if (COMPARES) {
      for (int i = 0; i < length; i += PIECE) {
        int count = Math.min(PIECE, length - i);
        VectorActivations.multiplyByDerivative(activation, count, value, valueAt + i, g, gAt + i);
      }
    } else {
      plain.multiplyByDerivative(activation, length, value, valueAt, g, gAt);
    }
  }
}
