package org.iterativemaps.inference;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.LoneBlock;
import org.iterativemaps.lanes.SlotKernels;

/**
 * One sample, the units of a register side by side along the lanes of vectors. Registers are filled
 * up to whole vectors; what is behind the last unit is never read as a unit.
 */
final class LoneMachine extends Machine {
  private final LoneBlock[] blocks; // by matrix
  private final float[][] vectors; // filled up, too
  private final int granule;

  private LoneMachine(Program program, LaneKernels kernels, LoneBlock[] blocks) {
    super(program, kernels, 1, kernels.tileLanes(1), workspace(blocks));
    this.granule = kernels.tileLanes(1);
    this.blocks = blocks;
    this.vectors = new float[program.vectors()][];
    for (int i = 0; i < vectors.length; i++) {
      float[] vector = program.vector(i);
      vectors[i] = Arrays.copyOf(vector, Places.filledUp(vector.length, granule));
    }
  }

  static LoneMachine of(Program program, LaneKernels kernels) {
    List<Matrix> matrices = program.matrices();
    LoneBlock[] blocks = new LoneBlock[matrices.size()];
    for (int m = 0; m < blocks.length; m++) {
      blocks[m] = LoneBlock.of(kernels, matrices.get(m), matrices.get(m).copyValues());
    }
    return new LoneMachine(program, kernels, blocks);
  }

  /** What the block with the largest one needs. */
  private static int workspace(LoneBlock[] blocks) {
    int most = 0;
    for (LoneBlock block : blocks) {
      most = Math.max(most, block.workspace());
    }
    return most;
  }

  @Override
  void write(float[] v, int register, int samples, float[] from, int begin, int stride) {
    System.arraycopy(from, begin, v, at(register), program.size(register));
  }

  @Override
  void fill(float[] v, int t, int vector, int units) {
    if (vector < 0) {
      Arrays.fill(v, t, t + Places.filledUp(units, granule), 0);
    } else {
      System.arraycopy(vectors[vector], 0, v, t, vectors[vector].length);
    }
  }

  @Override
  void multiplyAdd(int matrix, float[] v, int a, int t) {
    blocks[matrix].multiplyAdd(v, a, v, t, v);
  }

  @Override
  void scaleUnits(Instruction i, float[] v, int a, int t) {
    float[] factors = vectors[i.vector()];
    slots.multiply(factors.length, factors, 0, v, a, v, t);
    if (i.shift() >= 0) {
      kernels.add(factors.length, vectors[i.shift()], 0, v, t);
    }
  }

  @Override
  void normalise(boolean isCentred, int units, float[] v, int a, int t) {
    double sum = 0;
    for (int u = 0; u < units && isCentred; u++) {
      sum += v[a + u];
    }
    double mean = sum / units;
    double squares = 0;
    for (int u = 0; u < units; u++) {
      squares += (v[a + u] - mean) * (v[a + u] - mean);
    }
    double root = Math.sqrt(squares / units + SlotKernels.EPSILON);
    for (int u = 0; u < units; u++) {
      v[t + u] = (float) ((v[a + u] - mean) / root);
    }
  }
}
