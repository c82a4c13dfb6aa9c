package org.iterativemaps.inference;

import java.util.List;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;

/**
 * Many samples at a time, side by side along the lanes of vectors: registers are [units][lanes].
 */
final class TileMachine extends Machine {
  private final LaneBlock[] blocks; // by matrix
  private final float[][] vectors;

  TileMachine(Program program, LaneKernels kernels, int lanes) {
    super(program, kernels, lanes, 1, lanes);
    List<Matrix> matrices = program.matrices();
    blocks = new LaneBlock[matrices.size()];
    for (int m = 0; m < blocks.length; m++) {
      Matrix matrix = matrices.get(m);
      blocks[m] = LaneBlock.of(kernels, matrix, kernels.leastDenseDensity(false), lanes, 1);
      blocks[m].layOut();
      blocks[m].load(matrix.copyValues(), 0, 1);
    }
    vectors = new float[program.vectors()][];
    for (int vector = 0; vector < vectors.length; vector++) {
      vectors[vector] = program.vector(vector);
    }
  }

  @Override
  void write(float[] v, int register, int samples, float[] from, int begin, int stride) {
    int units = program.size(register);
    for (int u = 0; u < units; u++) {
      int row = at(register) + u * lanes;
      for (int l = 0; l < lanes; l++) {
        v[row + l] = from[begin + Math.min(l, samples - 1) * stride + u];
      }
    }
  }

  @Override
  void fill(float[] v, int t, int vector, int units) {
    kernels.fill(constants(vector), 0, units, lanes, v, t);
  }

  @Override
  void multiplyAdd(int matrix, float[] v, int a, int t) {
    blocks[matrix].multiplyAdd(0, 1, v, a, 0, v, t, 0);
  }

  @Override
  void scaleUnits(Instruction i, float[] v, int a, int t) {
    int units = program.size(i.target());
    slots.scaleUnits(constants(i.vector()), constants(i.shift()), units, lanes, v, a, v, t);
  }

  @Override
  void normalise(boolean isCentred, int units, float[] v, int a, int t) {
    slots.normalise(isCentred, units, lanes, v, a, v, t, v, 0);
  }

  private float[] constants(int vector) {
    return vector < 0 ? null : vectors[vector];
  }
}
