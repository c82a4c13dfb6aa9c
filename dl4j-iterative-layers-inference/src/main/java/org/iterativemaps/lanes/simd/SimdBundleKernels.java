package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.BundleTiling.PACKED;
import static org.iterativemaps.lanes.BundleTiling.RUN;

import jdk.incubator.vector.FloatVector;
import org.iterativemaps.lanes.BundleKernels;
import org.iterativemaps.lanes.BundleTiling;
import org.iterativemaps.lanes.OuterTerms;

/** {@link BundleKernels} on vectors of the preferred length. */
final class SimdBundleKernels implements BundleKernels {
  private static final int L = FloatVector.SPECIES_PREFERRED.length();

  @Override
  public void multiplyAdd(
      BundleTiling block,
      int chunk,
      int chunkEnd,
      float[] w,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    int begin = block.chunkStart(chunk) * RUN;
    int end = block.chunkStart(chunkEnd) * RUN;
    BundleLoops.multiply(block, begin, end, w, x, xAt, y, yAt);
  }

  @Override
  public void multiplyTransposedAdd(
      BundleTiling block,
      int chunk,
      int chunkEnd,
      float[] w,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    int begin = block.chunkStart(chunk) * RUN;
    int end = block.chunkStart(chunkEnd) * RUN;
    TransposedBundleLoops.multiply(block, begin, end, w, dy, dyAt, dx, dxAt);
  }

  @Override
  public void outerAdd(
      BundleTiling block,
      int chunk,
      int chunkEnd,
      OuterTerms terms,
      int term,
      int termEnd,
      float[] dw,
      float[] scratch,
      int scratchAt) {
    int sums = scratchAt + L; // the margin
    for (int c = chunk; c < chunkEnd; c++) {
      int begin = block.chunkStart(c);
      int end = block.chunkStart(c + 1);
      int used = BundleOuter.sum(block, begin, end, terms, term, termEnd, scratch, sums);
      Folding.foldAdd(scratch, sums, used, dw, block.runs()[begin * RUN + PACKED]);
    }
  }
}
