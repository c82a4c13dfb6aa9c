package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.Coefficients.R4;
import static org.iterativemaps.lanes.Coefficients.RATIONAL_CUT;
import static org.iterativemaps.lanes.Coefficients.RATIONAL_SCALE;
import static org.iterativemaps.lanes.Coefficients.TWO_THIRDS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.ScalarActivations;

/**
 * The activations made of products, quotients and straight pieces, without an exponential. Written,
 * and for the same reasons written out, as {@link VectorActivations}.
 */
final class VectorQuotients {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();

  private VectorQuotients() {}

  static void activate(
      LaneActivation activation, int length, float[] z, int zAt, float[] a, int aAt) {
    switch (activation.kind()) {
      case RELU -> applyRelu(length, z, zAt, a, aAt);
      case LEAKY_RELU -> applyLeakyRelu(activation.alpha(), length, z, zAt, a, aAt);
      case BENT_RELU -> bentRelu(false, activation, length, z, zAt, a, aAt);
      case HARD_TANH -> applyHardTanh(length, z, zAt, a, aAt);
      case HARD_SIGMOID -> applyHardSigmoid(length, z, zAt, a, aAt);
      case RATIONAL_TANH -> rationalTanh(false, length, z, zAt, a, aAt);
      case SOFTSIGN -> applySoftsign(length, z, zAt, a, aAt);
      case CUBE -> applyCube(length, z, zAt, a, aAt);
      default -> throw new AssertionError(activation);
    }
  }

  static void multiplyByDerivative(
      LaneActivation activation, int length, float[] value, int valueAt, float[] g, int gAt) {
    switch (activation.kind()) {
      case RELU -> backRelu(length, value, valueAt, g, gAt);
      case LEAKY_RELU -> backLeakyRelu(activation.alpha(), length, value, valueAt, g, gAt);
      case BENT_RELU -> bentRelu(true, activation, length, value, valueAt, g, gAt);
      case HARD_TANH -> multiplyInside(length, value, valueAt, 1, 1, g, gAt);
      case HARD_SIGMOID -> multiplyInside(length, value, valueAt, 2.5f, 0.2f, g, gAt);
      case RATIONAL_TANH -> rationalTanh(true, length, value, valueAt, g, gAt);
      case SOFTSIGN -> backSoftsign(length, value, valueAt, g, gAt);
      case CUBE -> backCube(length, value, valueAt, g, gAt);
      default -> throw new AssertionError(activation);
    }
  }

  /** a = A(z), or a *= A'(z). */
  private static void bentRelu(
      boolean isSlope, LaneActivation bent, int length, float[] z, int zAt, float[] a, int aAt) {
    float alpha = bent.alpha();
    float threshold = bent.threshold();
    float floor = ScalarActivations.floor(bent);
    if (isSlope) {
      float corner = ScalarActivations.corner(bent);
      for (int i = 0; i < length; i += L) {
        FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
        FloatVector below = v.max(floor).sub(threshold).mul(alpha).add(0);
        VectorMask<Float> isAbove = v.compare(VectorOperators.GE, threshold);
        VectorMask<Float> isCut = below.blend(v, isAbove).compare(VectorOperators.GE, corner);
        FloatVector slope = FloatVector.broadcast(SPECIES, alpha).blend(1, isAbove).blend(0, isCut);
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
      }
    } else {
      float max = bent.max();
      for (int i = 0; i < length; i += L) {
        FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
        FloatVector below = v.max(floor).sub(threshold).mul(alpha).add(0);
        VectorMask<Float> isAbove = v.compare(VectorOperators.GE, threshold);
        below.blend(v, isAbove).min(max).intoArray(a, aAt + i);
      }
    }
  }

  /** a = A(z), or a *= A'(z). */
  private static void rationalTanh(
      boolean isSlope, int length, float[] z, int zAt, float[] a, int aAt) {
    if (isSlope) {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        FloatVector m = z0.mul(TWO_THIRDS).min(RATIONAL_CUT).max(-RATIONAL_CUT).abs();
        FloatVector c = m.mul(m).mul(R4).add(1).mul(m).add(1);
        FloatVector q = c.mul(m).add(1);
        FloatVector p = m.mul(m).mul(4 * R4).add(2).mul(m).add(1);
        FloatVector slope = p.div(q.mul(q)).mul(RATIONAL_SCALE * TWO_THIRDS);
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
      }
    } else {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        FloatVector x = z0.mul(TWO_THIRDS).min(RATIONAL_CUT).max(-RATIONAL_CUT);
        FloatVector m = x.abs();
        FloatVector c = m.mul(m).mul(R4).add(1).mul(m).add(1);
        x.mul(c).div(c.mul(m).add(1)).mul(RATIONAL_SCALE).intoArray(a, aAt + i);
      }
    }
  }

  private static void applyCube(int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
      v.mul(v).mul(v).intoArray(a, aAt + i);
    }
  }

  private static void backCube(int length, float[] z, int zAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(v.mul(v).mul(3)).intoArray(g, gAt + i);
    }
  }

  private static void applyRelu(int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
      v.blend(0, v.lt(0)).intoArray(a, aAt + i);
    }
  }

  private static void applyLeakyRelu(
      float alpha, int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
      v.blend(v.mul(alpha), v.lt(0)).intoArray(a, aAt + i);
    }
  }

  private static void applyHardTanh(int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector.fromArray(SPECIES, z, zAt + i).max(-1).min(1).intoArray(a, aAt + i);
    }
  }

  private static void applyHardSigmoid(int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector.fromArray(SPECIES, z, zAt + i)
          .mul(0.2f)
          .add(0.5f)
          .max(0)
          .min(1)
          .intoArray(a, aAt + i);
    }
  }

  private static void applySoftsign(int length, float[] z, int zAt, float[] a, int aAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i);
      v = v.min(Float.MAX_VALUE).max(-Float.MAX_VALUE);
      v.div(v.abs().add(1)).intoArray(a, aAt + i);
    }
  }

  private static void backRelu(int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      FloatVector slope =
          FloatVector.broadcast(SPECIES, 0).blend(1, v.compare(VectorOperators.GT, 0));
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(slope).intoArray(g, gAt + i);
    }
  }

  private static void backLeakyRelu(
      float alpha, int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      FloatVector slope = FloatVector.broadcast(SPECIES, 1).blend(alpha, v.lt(0));
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(slope).intoArray(g, gAt + i);
    }
  }

  private static void backSoftsign(int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v =
          FloatVector.broadcast(SPECIES, 1)
              .sub(FloatVector.fromArray(SPECIES, value, valueAt + i).abs());
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(v.mul(v)).intoArray(g, gAt + i);
    }
  }

  /** g *= slope where -bound <= z <= bound, else 0. */
  private static void multiplyInside(
      int length, float[] z, int zAt, float bound, float slope, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, z, zAt + i).abs();
      FloatVector factor =
          FloatVector.broadcast(SPECIES, 0).blend(slope, v.compare(VectorOperators.LE, bound));
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(factor).intoArray(g, gAt + i);
    }
  }
}
