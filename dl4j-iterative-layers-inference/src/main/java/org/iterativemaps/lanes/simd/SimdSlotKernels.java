package org.iterativemaps.lanes.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.SlotKernels;
import org.iterativemaps.lanes.simd.ProductLoops.Operation;

/**
 * {@link SlotKernels} on vectors of the preferred length; normalisations a vector of lanes at a
 * time.
 */
final class SimdSlotKernels implements SlotKernels {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();

  // As in SimdLaneKernels: loops over long slots are left before they are compiled.
  private static final int PIECE = 4096;

  @Override
  public void scale(int length, float s, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < length; i += PIECE) {
      int count = Math.min(PIECE, length - i);
      ProductLoops.apply(Operation.SCALE, count, s, x, xAt + i, null, 0, y, yAt + i);
    }
  }

  @Override
  public void multiply(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    apply(Operation.MULTIPLY, length, u, uAt, v, vAt, y, yAt);
  }

  @Override
  public void addProduct(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    apply(Operation.ADD, length, u, uAt, v, vAt, y, yAt);
  }

  @Override
  public void subtractProduct(
      int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    apply(Operation.SUBTRACT, length, u, uAt, v, vAt, y, yAt);
  }

  private static void apply(
      Operation operation, int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    for (int i = 0; i < length; i += PIECE) {
      int count = Math.min(PIECE, length - i);
      ProductLoops.apply(operation, count, 0, u, uAt + i, v, vAt + i, y, yAt + i);
    }
  }

  @Override
  public void scaleUnits(
      float[] gain, float[] bias, int units, int lanes, float[] x, int xAt, float[] z, int zAt) {
    for (int unit = 0; unit < units; unit++) {
      float factor = gain[unit];
      float add = bias == null ? 0 : bias[unit];
      for (int i = unit * lanes, end = i + lanes; i < end; i += L) {
        FloatVector.fromArray(SPECIES, x, xAt + i).mul(factor).add(add).intoArray(z, zAt + i);
      }
    }
  }

  @Override
  public void normalise(
      boolean isCentred,
      int units,
      int lanes,
      float[] u,
      int uAt,
      float[] n,
      int nAt,
      float[] root,
      int rootAt) {
    int length = units * lanes;
    for (int lane = 0; lane < lanes; lane += L) {
      FloatVector mean = FloatVector.zero(SPECIES);
      for (int i = lane; isCentred && i < length; i += lanes) {
        mean = FloatVector.fromArray(SPECIES, u, uAt + i).add(mean);
      }
      mean = mean.div(units);
      FloatVector squares = FloatVector.zero(SPECIES);
      for (int i = lane; i < length; i += lanes) {
        FloatVector centred = FloatVector.fromArray(SPECIES, u, uAt + i).sub(mean);
        centred.intoArray(n, nAt + i);
        squares = centred.mul(centred).add(squares);
      }
      FloatVector by = squares.div(units).add((float) EPSILON).sqrt();
      by.intoArray(root, rootAt + lane);
      for (int i = lane; i < length; i += lanes) {
        FloatVector.fromArray(SPECIES, n, nAt + i).div(by).intoArray(n, nAt + i);
      }
    }
  }

  @Override
  public void normaliseBack(
      boolean isCentred,
      int units,
      int lanes,
      float[] n,
      int nAt,
      float[] root,
      int rootAt,
      float[] g,
      int gAt) {
    int length = units * lanes;
    for (int lane = 0; lane < lanes; lane += L) {
      FloatVector mean = FloatVector.zero(SPECIES);
      FloatVector along = FloatVector.zero(SPECIES);
      for (int i = lane; i < length; i += lanes) {
        FloatVector gradient = FloatVector.fromArray(SPECIES, g, gAt + i);
        mean = gradient.add(mean);
        along = gradient.mul(FloatVector.fromArray(SPECIES, n, nAt + i)).add(along);
      }
      mean = isCentred ? mean.div(units) : FloatVector.zero(SPECIES);
      along = along.div(units);
      FloatVector by = FloatVector.fromArray(SPECIES, root, rootAt + lane);
      for (int i = lane; i < length; i += lanes) {
        FloatVector part = FloatVector.fromArray(SPECIES, n, nAt + i).mul(along);
        FloatVector.fromArray(SPECIES, g, gAt + i)
            .sub(part)
            .sub(mean)
            .div(by)
            .intoArray(g, gAt + i);
      }
    }
  }
}
