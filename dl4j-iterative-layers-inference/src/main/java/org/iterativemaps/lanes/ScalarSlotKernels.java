package org.iterativemaps.lanes;

/** {@link SlotKernels} in plain Java. */
final class ScalarSlotKernels implements SlotKernels {
  @Override
  public void scale(int length, float s, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = s * x[xAt + i];
    }
  }

  @Override
  public void multiply(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] = u[uAt + i] * v[vAt + i];
    }
  }

  @Override
  public void addProduct(int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] += u[uAt + i] * v[vAt + i];
    }
  }

  @Override
  public void subtractProduct(
      int length, float[] u, int uAt, float[] v, int vAt, float[] y, int yAt) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] -= u[uAt + i] * v[vAt + i];
    }
  }

  @Override
  public void scaleUnits(
      float[] gain, float[] bias, int units, int lanes, float[] x, int xAt, float[] z, int zAt) {
    for (int unit = 0; unit < units; unit++) {
      float add = bias == null ? 0 : bias[unit];
      for (int i = unit * lanes, end = i + lanes; i < end; i++) {
        z[zAt + i] = gain[unit] * x[xAt + i] + add;
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
    for (int lane = 0; lane < lanes; lane++) {
      float mean = 0;
      for (int i = lane; isCentred && i < length; i += lanes) {
        mean += u[uAt + i];
      }
      mean /= units;
      float squares = 0;
      for (int i = lane; i < length; i += lanes) {
        float centred = u[uAt + i] - mean;
        n[nAt + i] = centred;
        squares += centred * centred;
      }
      float by = (float) Math.sqrt(squares / units + (float) EPSILON);
      for (int i = lane; i < length; i += lanes) {
        n[nAt + i] /= by;
      }
      root[rootAt + lane] = by;
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
    for (int lane = 0; lane < lanes; lane++) {
      float mean = 0;
      float along = 0;
      for (int i = lane; i < length; i += lanes) {
        mean += g[gAt + i];
        along += g[gAt + i] * n[nAt + i];
      }
      mean = isCentred ? mean / units : 0;
      along /= units;
      float by = root[rootAt + lane];
      for (int i = lane; i < length; i += lanes) {
        g[gAt + i] = (g[gAt + i] - n[nAt + i] * along - mean) / by;
      }
    }
  }
}
