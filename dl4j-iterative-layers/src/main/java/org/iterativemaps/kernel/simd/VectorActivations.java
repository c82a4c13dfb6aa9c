package org.iterativemaps.kernel.simd;

import static org.iterativemaps.kernel.ScalarActivations.EXP_HIGH;
import static org.iterativemaps.kernel.ScalarActivations.EXP_LOW;
import static org.iterativemaps.kernel.ScalarActivations.LN2_HIGH;
import static org.iterativemaps.kernel.ScalarActivations.LN2_LOW;
import static org.iterativemaps.kernel.ScalarActivations.LOG2_E;
import static org.iterativemaps.kernel.ScalarActivations.P0;
import static org.iterativemaps.kernel.ScalarActivations.P1;
import static org.iterativemaps.kernel.ScalarActivations.P2;
import static org.iterativemaps.kernel.ScalarActivations.P3;
import static org.iterativemaps.kernel.ScalarActivations.P4;
import static org.iterativemaps.kernel.ScalarActivations.P5;
import static org.iterativemaps.kernel.ScalarActivations.ROUND;
import static org.iterativemaps.kernel.ScalarActivations.TANH_HIGH;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.kernel.LaneActivation;

/**
 * The activations of {@link org.iterativemaps.kernel.ScalarActivations} on vectors, operation by
 * operation and bit by bit the same: multiply, then add, never fused. The library functions behind
 * {@code lanewise(TANH)} exist on few platforms and differ between them.
 */
final class VectorActivations {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();

  private VectorActivations() {}

  private static FloatVector load(float[] a, int at) {
    return FloatVector.fromArray(SPECIES, a, at);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  static void activate(
      LaneActivation activation, int length, float[] z, int zAt, float[] a, int aAt) {
    switch (activation.kind()) {
      case IDENTITY -> System.arraycopy(z, zAt, a, aAt, length);
      case TANH -> {
        for (int i = 0; i < length; i += L) {
          tanh(load(z, zAt + i)).intoArray(a, aAt + i);
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < length; i += L) {
          FloatVector e = exp(load(z, zAt + i).neg());
          all(1).div(e.add(1)).intoArray(a, aAt + i);
        }
      }
      case RELU -> {
        for (int i = 0; i < length; i += L) {
          load(z, zAt + i).max(0).intoArray(a, aAt + i);
        }
      }
      case LEAKY_RELU -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(z, zAt + i);
          v.blend(v.mul(activation.alpha()), v.lt(0)).intoArray(a, aAt + i);
        }
      }
      case ELU -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(z, zAt + i);
          v.blend(expm1(v).mul(activation.alpha()), v.lt(0)).intoArray(a, aAt + i);
        }
      }
      case SELU -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(z, zAt + i);
          v.blend(expm1(v).mul(LaneActivation.SELU_ALPHA), v.lt(0))
              .mul(LaneActivation.SELU_SCALE)
              .intoArray(a, aAt + i);
        }
      }
      case HARD_TANH -> {
        for (int i = 0; i < length; i += L) {
          load(z, zAt + i).max(-1).min(1).intoArray(a, aAt + i);
        }
      }
      case HARD_SIGMOID -> {
        for (int i = 0; i < length; i += L) {
          load(z, zAt + i).mul(0.2f).add(0.5f).max(0).min(1).intoArray(a, aAt + i);
        }
      }
      case SOFTSIGN -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(z, zAt + i);
          v.div(v.abs().add(1)).intoArray(a, aAt + i);
        }
      }
      case SOFTPLUS -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(z, zAt + i);
          v.max(0).add(log1p(exp(v.abs().neg()))).intoArray(a, aAt + i);
        }
      }
    }
  }

  static void multiplyByDerivative(
      LaneActivation activation, int length, float[] value, int valueAt, float[] g, int gAt) {
    switch (activation.kind()) {
      case IDENTITY -> {}
      case TANH -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(value, valueAt + i);
          load(g, gAt + i).mul(all(1).sub(v.mul(v))).intoArray(g, gAt + i);
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(value, valueAt + i);
          load(g, gAt + i).mul(v.mul(all(1).sub(v))).intoArray(g, gAt + i);
        }
      }
      case RELU -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(value, valueAt + i);
          FloatVector slope = all(0).blend(1, v.compare(VectorOperators.GT, 0));
          load(g, gAt + i).mul(slope).intoArray(g, gAt + i);
        }
      }
      case LEAKY_RELU -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(value, valueAt + i);
          FloatVector slope = all(1).blend(activation.alpha(), v.lt(0));
          load(g, gAt + i).mul(slope).intoArray(g, gAt + i);
        }
      }
      case ELU -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(value, valueAt + i);
          FloatVector slope = all(1).blend(v.add(activation.alpha()), v.lt(0));
          load(g, gAt + i).mul(slope).intoArray(g, gAt + i);
        }
      }
      case SELU -> {
        float shift = LaneActivation.SELU_SCALE * LaneActivation.SELU_ALPHA;
        for (int i = 0; i < length; i += L) {
          FloatVector v = load(value, valueAt + i);
          VectorMask<Float> isPositive = v.compare(VectorOperators.GT, 0);
          FloatVector slope = v.add(shift).blend(LaneActivation.SELU_SCALE, isPositive);
          load(g, gAt + i).mul(slope).intoArray(g, gAt + i);
        }
      }
      case HARD_TANH -> multiplyInside(length, value, valueAt, 1, 1, g, gAt);
      case HARD_SIGMOID -> multiplyInside(length, value, valueAt, 2.5f, 0.2f, g, gAt);
      case SOFTSIGN -> {
        for (int i = 0; i < length; i += L) {
          FloatVector v = all(1).sub(load(value, valueAt + i).abs());
          load(g, gAt + i).mul(v.mul(v)).intoArray(g, gAt + i);
        }
      }
      case SOFTPLUS -> {
        for (int i = 0; i < length; i += L) {
          FloatVector slope = expm1(load(value, valueAt + i).neg()).neg();
          load(g, gAt + i).mul(slope).intoArray(g, gAt + i);
        }
      }
    }
  }

  /** g *= slope where -bound <= z <= bound, else 0. */
  private static void multiplyInside(
      int length, float[] z, int zAt, float bound, float slope, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = load(z, zAt + i).abs();
      FloatVector factor = all(0).blend(slope, v.compare(VectorOperators.LE, bound));
      load(g, gAt + i).mul(factor).intoArray(g, gAt + i);
    }
  }

  private static FloatVector tanh(FloatVector z) {
    FloatVector cut = z.max(-TANH_HIGH).min(TANH_HIGH);
    FloatVector t = expm1(cut.add(cut));
    return t.div(t.add(2));
  }

  private static FloatVector exp(FloatVector x) {
    FloatVector shifted = shifted(x);
    FloatVector scale = scale(shifted);
    return scale.mul(expm1Reduced(x, shifted)).add(scale);
  }

  private static FloatVector expm1(FloatVector x) {
    FloatVector shifted = shifted(x);
    FloatVector scale = scale(shifted);
    return scale.mul(expm1Reduced(x, shifted)).add(scale.sub(1));
  }

  /** n = x / log 2 rounded, in the lowest bits. */
  private static FloatVector shifted(FloatVector x) {
    return cut(x).mul(LOG2_E).add(ROUND);
  }

  private static FloatVector cut(FloatVector x) {
    return x.max(EXP_LOW).min(EXP_HIGH);
  }

  /** 2^n. */
  private static FloatVector scale(FloatVector shifted) {
    return shifted
        .reinterpretAsInts()
        .lanewise(VectorOperators.LSHL, 23)
        .add(0x3f800000)
        .reinterpretAsFloats();
  }

  /** exp(r) - 1, x = n log 2 + r. */
  private static FloatVector expm1Reduced(FloatVector x, FloatVector shifted) {
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = cut(x).sub(n.mul(LN2_HIGH));
    r = r.sub(n.mul(LN2_LOW));
    FloatVector p = all(P0);
    p = p.mul(r).add(P1);
    p = p.mul(r).add(P2);
    p = p.mul(r).add(P3);
    p = p.mul(r).add(P4);
    p = p.mul(r).add(P5);
    return p.mul(r.mul(r)).add(r);
  }

  private static FloatVector log1p(FloatVector u) {
    FloatVector z = u.div(u.add(2));
    FloatVector s = z.mul(z);
    FloatVector p = all(1 / 15f);
    p = p.mul(s).add(1 / 13f);
    p = p.mul(s).add(1 / 11f);
    p = p.mul(s).add(1 / 9f);
    p = p.mul(s).add(1 / 7f);
    p = p.mul(s).add(1 / 5f);
    p = p.mul(s).add(1 / 3f);
    return z.add(z.mul(s).mul(p)).mul(2);
  }
}
