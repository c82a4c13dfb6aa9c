package org.iterativemaps.lanes;

import static org.iterativemaps.lanes.SparseTiling.END;
import static org.iterativemaps.lanes.SparseTiling.FIRST;
import static org.iterativemaps.lanes.SparseTiling.TARGET;
import static org.iterativemaps.lanes.SparseTiling.TO_ENTRY;
import static org.iterativemaps.lanes.SparseTiling.TO_PACKED;

/**
 * {@link LaneKernels} in plain Java, for JVMs without the Vector API.
 *
 * <p>Products go by {@link EightLanes}, or where rows are long and read often by {@link
 * CopiedRows}. Arguments are not checked.
 */
public final class ScalarLaneKernels implements LaneKernels {
  // Rows of lanes long enough to pay for the loop around them.
  private static final int LANES = 64;
  private static final int UNIT = 8;
  // Units that share the copies of a dense block's rows.
  private static final int PANEL = 32;
  // How often rows are read for copies to pay.
  private static final int LEAST_READS = 8;

  private final SlotKernels slots = new ScalarSlotKernels();
  private final SampleKernels samples = new ScalarSampleKernels();

  @Override
  public String description() {
    return "plain Java";
  }

  @Override
  public int vectorLanes() {
    return UNIT;
  }

  @Override
  public boolean wantsPacked(int lanes) {
    return false;
  }

  @Override
  public int tileLanes(int batch) {
    return Math.min(LANES, (batch + UNIT - 1) / UNIT * UNIT);
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
    int lanes = block.lanes();
    int begin = block.chunkStart(chunk) * SparseTiling.RUN;
    int end = block.chunkStart(chunkEnd) * SparseTiling.RUN;
    if (CopiedRows.suits(lanes) && multiplyCopied(block, begin, end, w, x, xAt, y, yAt)) {
      return;
    }
    for (int run = begin; run < end; run += SparseTiling.RUN) {
      int target = yAt + runs[run + TARGET];
      int toEntry = runs[run + TO_ENTRY];
      for (int lane = 0; lane < lanes; lane += UNIT) {
        int first = runs[run + FIRST];
        EightLanes.multiplyAdd(
            offsets, first, runs[run + END], w, toEntry, x, xAt + lane, y, target + lane);
      }
    }
  }

  /** Multiplies on copies of the rows between the first and the last that are read, if they pay. */
  private static boolean multiplyCopied(
      SparseTiling block, int begin, int end, float[] w, float[] x, int xAt, float[] y, int yAt) {
    int[] runs = block.runs();
    int[] offsets = block.offsets();
    int low = Integer.MAX_VALUE;
    int high = 0;
    int reads = 0;
    for (int run = begin; run < end; run += SparseTiling.RUN) {
      low = Math.min(low, offsets[runs[run + FIRST]]);
      high = Math.max(high, offsets[runs[run + END] - 1]);
      reads += runs[run + END] - runs[run + FIRST];
    }
    int count = (high - low) / block.lanes() + 1;
    if (reads / LEAST_READS < count) {
      return false;
    }
    CopiedRows rows = CopiedRows.ofThread();
    rows.copy(x, xAt + low, block.lanes(), count, block.lanes());
    for (int run = begin; run < end; run += SparseTiling.RUN) {
      int first = runs[run + FIRST];
      int toEntry = runs[run + TO_ENTRY];
      int target = yAt + runs[run + TARGET];
      rows.multiplyAdd(offsets, first, runs[run + END], low, w, toEntry, y, target);
    }
    return true;
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
    int[] offsets = block.offsets();
    int lanes = block.lanes();
    int end = block.chunkStart(chunkEnd) * SparseTiling.RUN;
    float[] dy = terms.dy();
    float[] x = terms.x();
    for (int t = term; t < termEnd; t++) {
      int targets = terms.dyAt()[t];
      int sources = terms.xAt()[t];
      int run = block.chunkStart(chunk) * SparseTiling.RUN;
      for (; run < end; run += SparseTiling.RUN) {
        int target = targets + runs[run + TARGET];
        int first = runs[run + FIRST];
        int toPacked = runs[run + TO_PACKED];
        for (int lane = 0; lane < lanes; lane += UNIT) {
          int place = sources + lane;
          EightLanes.outerAdd(
              offsets, first, runs[run + END], dy, target + lane, x, place, dw, toPacked);
        }
      }
    }
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
    return 0.9; // one weight after the other, here and there; but dense ones need no offsets
  }

  @Override
  public int panelUnits(int lanes) {
    return CopiedRows.suits(lanes) ? PANEL : 1;
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
    if (CopiedRows.suits(lanes)) {
      CopiedRows rows = CopiedRows.ofThread();
      rows.copy(x, xAt, xStride, depth, lanes);
      for (int unit = 0; unit < units; unit++) {
        rows.multiplyAdd(depth, w, wAt + unit, height, y, yAt + unit * yStride);
      }
      return;
    }
    for (int unit = 0; unit < units; unit++) {
      int target = yAt + unit * yStride;
      for (int lane = 0; lane < lanes; lane += UNIT) {
        int first = xAt + lane;
        EightLanes.multiplyAdd(depth, w, wAt + unit, height, x, first, xStride, y, target + lane);
      }
    }
  }

  @Override
  public void diagonalMultiplyAdd(
      float[] w, int wAt, int units, int lanes, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < units; i++) {
      axpy(w[wAt + i], lanes, x, xAt + i * lanes, y, yAt + i * lanes);
    }
  }

  @Override
  public void diagonalOuterAdd(
      int units, int lanes, float[] dy, int dyAt, float[] x, int xAt, float[] dw, int dwAt) {
    for (int i = 0; i < units; i++) {
      dw[dwAt + i] += dot(lanes, dy, dyAt + i * lanes, x, xAt + i * lanes);
    }
  }

  @Override
  public void addLaneSums(int units, int lanes, float[] z, int zAt, float[] sums) {
    for (int i = 0; i < units; i++) {
      float sum = 0;
      for (int lane = 0; lane < lanes; lane++) {
        sum += z[zAt + i * lanes + lane];
      }
      sums[i] += sum;
    }
  }

  @Override
  public void fill(float[] bias, int biasAt, int units, int lanes, float[] z, int zAt) {
    for (int i = 0; i < units; i++) {
      float value = bias == null ? 0 : bias[biasAt + i];
      for (int lane = 0; lane < lanes; lane++) {
        z[zAt + i * lanes + lane] = value;
      }
    }
  }

  @Override
  public void add(int length, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] += x[xAt + i];
    }
  }

  @Override
  public void multiplyLanes(
      int units, int lanes, float[] m, int mAt, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < units * lanes; i += lanes) {
      for (int lane = 0; lane < lanes; lane++) {
        y[yAt + i + lane] = m[mAt + lane] * x[xAt + i + lane];
      }
    }
  }

  @Override
  public void multiplyLanesAdd(
      int units, int lanes, float[] m, int mAt, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < units * lanes; i += lanes) {
      for (int lane = 0; lane < lanes; lane++) {
        y[yAt + i + lane] += m[mAt + lane] * x[xAt + i + lane];
      }
    }
  }

  @Override
  public void activate(
      LaneActivation activation, int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i++) {
      a[aAt + i] = ScalarActivations.value(activation, z[zAt + i]);
    }
  }

  @Override
  public void multiplyByDerivative(
      LaneActivation activation, int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i++) {
      g[gAt + i] *= ScalarActivations.derivative(activation, value[valueAt + i]);
    }
  }

  /** y += a x. */
  private static void axpy(float a, int lanes, float[] x, int xAt, float[] y, int yAt) {
    for (int lane = 0; lane < lanes; lane++) {
      y[yAt + lane] += a * x[xAt + lane];
    }
  }

  private static float dot(int lanes, float[] x, int xAt, float[] y, int yAt) {
    // Four sums, for the additions of one wait for each other.
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int lane = 0; lane < lanes; lane += 4) {
      a += x[xAt + lane] * y[yAt + lane];
      b += x[xAt + lane + 1] * y[yAt + lane + 1];
      c += x[xAt + lane + 2] * y[yAt + lane + 2];
      d += x[xAt + lane + 3] * y[yAt + lane + 3];
    }
    return a + b + (c + d);
  }
}
