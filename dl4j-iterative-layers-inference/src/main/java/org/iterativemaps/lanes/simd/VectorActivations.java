package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.Coefficients.A1;
import static org.iterativemaps.lanes.Coefficients.A2;
import static org.iterativemaps.lanes.Coefficients.A3;
import static org.iterativemaps.lanes.Coefficients.A4;
import static org.iterativemaps.lanes.Coefficients.B1;
import static org.iterativemaps.lanes.Coefficients.B2;
import static org.iterativemaps.lanes.Coefficients.B3;
import static org.iterativemaps.lanes.Coefficients.B4;
import static org.iterativemaps.lanes.Coefficients.BIAS;
import static org.iterativemaps.lanes.Coefficients.EXP_CUT;
import static org.iterativemaps.lanes.Coefficients.LN2_HIGH;
import static org.iterativemaps.lanes.Coefficients.LN2_LOW;
import static org.iterativemaps.lanes.Coefficients.LOG2_E;
import static org.iterativemaps.lanes.Coefficients.MAGNITUDE;
import static org.iterativemaps.lanes.Coefficients.P0;
import static org.iterativemaps.lanes.Coefficients.P1;
import static org.iterativemaps.lanes.Coefficients.P2;
import static org.iterativemaps.lanes.Coefficients.P3;
import static org.iterativemaps.lanes.Coefficients.P4;
import static org.iterativemaps.lanes.Coefficients.P5;
import static org.iterativemaps.lanes.Coefficients.ROUND;
import static org.iterativemaps.lanes.Coefficients.TANH_CUT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.LaneActivation;
import org.iterativemaps.lanes.ScalarActivations;

/**
 * The activations of {@link ScalarActivations} on vectors, operation by operation and bit by bit
 * the same: multiply, then add, never fused. The library functions behind {@code lanewise(TANH)}
 * exist on few platforms and differ between them.
 *
 * <p>Every loop is written out to the last instruction, and long ones lie two in a method. Once a
 * method and what is inlined with it has 18,000 nodes, some sixty vector operations, a scalar
 * argument being one, C2 inlines no calls of ours any more, and those of the Vector API only when
 * all else is done: then it no longer knows of which class a receiver is, and makes vectors on the
 * heap, several times slower. So nothing may be inlined into the loops; the loops, being in methods
 * of more than 325 bytes, are not inlined into what calls them; and those that share a method are
 * of activations that no network has both of, for what is never run does not count: sigmoid and
 * tanh, which every LSTM has, lie apart.
 *
 * <p>A vector made by {@code reinterpretAs…} is the argument of the next operation rather than its
 * receiver: of it the compiler knows the exact class from a profile only, which may be missing.
 */
final class VectorActivations {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();
  private static final float EXP_END = Float.intBitsToFloat(EXP_CUT);

  private VectorActivations() {}

  static void activate(
      LaneActivation activation, int length, float[] z, int zAt, float[] a, int aAt) {
    switch (activation.kind()) {
      case IDENTITY -> System.arraycopy(z, zAt, a, aAt, length);
      case TANH -> applyTanhOrElu(true, 1, 0, length, z, zAt, a, aAt);
      case SIGMOID -> applySigmoidOrRectifiedTanh(true, length, z, zAt, a, aAt);
      case ELU, ANY_ELU -> applyTanhOrElu(false, 1, activation.alpha(), length, z, zAt, a, aAt);
      case SELU ->
          applyTanhOrElu(
              false, LaneActivation.SELU_SCALE, LaneActivation.SELU_ALPHA, length, z, zAt, a, aAt);
      case RECTIFIED_TANH -> applySigmoidOrRectifiedTanh(false, length, z, zAt, a, aAt);
      case SOFTPLUS -> applySoftplus(false, activation.alpha(), length, z, zAt, a, aAt);
      case GELU -> VectorGates.gelu(false, length, z, zAt, a, aAt);
      case TANH_GELU -> VectorGates.tanhGelu(false, activation.alpha(), length, z, zAt, a, aAt);
      case SWISH -> VectorGates.swish(false, activation.alpha(), length, z, zAt, a, aAt);
      case MISH -> VectorGates.mish(false, length, z, zAt, a, aAt);
      default -> VectorQuotients.activate(activation, length, z, zAt, a, aAt);
    }
  }

  static void multiplyByDerivative(
      LaneActivation activation, int length, float[] value, int valueAt, float[] g, int gAt) {
    switch (activation.kind()) {
      case IDENTITY -> {}
      case TANH -> backTanh(length, value, valueAt, g, gAt);
      case SIGMOID -> backSigmoid(length, value, valueAt, g, gAt);
      case ANY_ELU -> backAnyElu(activation.alpha(), length, value, valueAt, g, gAt);
      case ELU -> backElu(activation.alpha(), length, value, valueAt, g, gAt);
      case SELU -> backSelu(length, value, valueAt, g, gAt);
      case RECTIFIED_TANH -> backRectifiedTanh(length, value, valueAt, g, gAt);
      case SOFTPLUS -> applySoftplus(true, activation.alpha(), length, value, valueAt, g, gAt);
      case GELU -> VectorGates.gelu(true, length, value, valueAt, g, gAt);
      case TANH_GELU ->
          VectorGates.tanhGelu(true, activation.alpha(), length, value, valueAt, g, gAt);
      case SWISH -> VectorGates.swish(true, activation.alpha(), length, value, valueAt, g, gAt);
      case MISH -> VectorGates.mish(true, length, value, valueAt, g, gAt);
      default -> VectorQuotients.multiplyByDerivative(activation, length, value, valueAt, g, gAt);
    }
  }

  private static void applyTanhOrElu(
      boolean isTanh,
      float slope,
      float alpha,
      int length,
      float[] z,
      int zAt,
      float[] a,
      int aAt) {
    if (isTanh) {
      for (int i = 0; i < length; i += L) {
        FloatVector x = FloatVector.fromArray(SPECIES, z, zAt + i).min(TANH_CUT).max(-TANH_CUT);
        FloatVector t = x.mul(x);
        FloatVector p = t.mul(A4).add(A3).mul(t).add(A2).mul(t).add(A1).mul(t).add(1);
        FloatVector q = t.mul(B4).add(B3).mul(t).add(B2).mul(t).add(B1).mul(t).add(1);
        p.mul(x).div(q).intoArray(a, aAt + i);
      }
    } else {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector m = magnitude.min(EXP_CUT).reinterpretAsFloats();
        FloatVector x = FloatVector.broadcast(SPECIES, -1).mul(m);
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector expm1 = q.mul(scale).add(FloatVector.broadcast(SPECIES, -1).add(scale));
        z0.blend(expm1.mul(alpha), z0.lt(0)).mul(slope).intoArray(a, aAt + i);
      }
    }
  }

  private static void applySigmoidOrRectifiedTanh(
      boolean isSigmoid, int length, float[] z, int zAt, float[] a, int aAt) {
    if (isSigmoid) {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        FloatVector x = z0.abs().min(EXP_END).neg(); // not-a-number stays it
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector.broadcast(SPECIES, 1)
            .blend(exp, z0.lt(0))
            .div(exp.add(1))
            .intoArray(a, aAt + i);
      }
    } else {
      for (int i = 0; i < length; i += L) {
        FloatVector x = FloatVector.fromArray(SPECIES, z, zAt + i).max(0).min(TANH_CUT);
        FloatVector t = x.mul(x);
        FloatVector p = t.mul(A4).add(A3).mul(t).add(A2).mul(t).add(A1).mul(t).add(1);
        FloatVector q = t.mul(B4).add(B3).mul(t).add(B2).mul(t).add(B1).mul(t).add(1);
        p.mul(x).div(q).intoArray(a, aAt + i);
      }
    }
  }

  /** a = softplus(z), or a *= softplus'(z), z being softplus of something then. */
  private static void applySoftplus(
      boolean isSlope, float beta, int length, float[] z, int zAt, float[] a, int aAt) {
    if (isSlope) {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        FloatVector scaled = z0.mul(beta);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(scaled.reinterpretAsInts());
        FloatVector m = magnitude.min(EXP_CUT).reinterpretAsFloats();
        FloatVector x = FloatVector.broadcast(SPECIES, -1).mul(m);
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector expm1 = q.mul(scale).add(FloatVector.broadcast(SPECIES, -1).add(scale));
        FloatVector slope = expm1.neg().blend(z0, z0.compare(VectorOperators.NE, z0));
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
      }
    } else {
      int cut = ScalarActivations.expCut(beta);
      float inverse = 1 / beta;
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector m = magnitude.min(cut).reinterpretAsFloats();
        FloatVector x = FloatVector.broadcast(SPECIES, -beta).mul(m);
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector u = exp.div(exp.add(2));
        FloatVector s = u.mul(u);
        FloatVector t = s.mul(1 / 15f).add(1 / 13f);
        t = t.mul(s).add(1 / 11f).mul(s).add(1 / 9f).mul(s).add(1 / 7f);
        t = t.mul(s).add(1 / 5f).mul(s).add(1 / 3f);
        FloatVector log1p = u.add(u.mul(s).mul(t)).mul(2);
        z0.blend(0, z0.lt(0)).add(log1p.mul(inverse)).intoArray(a, aAt + i);
      }
    }
  }

  private static void backRectifiedTanh(
      int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      FloatVector slope = FloatVector.broadcast(SPECIES, 1).sub(v.mul(v));
      slope = FloatVector.broadcast(SPECIES, 0).blend(slope, v.compare(VectorOperators.GT, 0));
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(slope).intoArray(g, gAt + i);
    }
  }

  private static void backTanh(int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      FloatVector.fromArray(SPECIES, g, gAt + i)
          .mul(FloatVector.broadcast(SPECIES, 1).sub(v.mul(v)))
          .intoArray(g, gAt + i);
    }
  }

  private static void backSigmoid(int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      FloatVector.fromArray(SPECIES, g, gAt + i)
          .mul(v.mul(FloatVector.broadcast(SPECIES, 1).sub(v)))
          .intoArray(g, gAt + i);
    }
  }

  private static void backElu(
      float alpha, int length, float[] value, int valueAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      FloatVector slope = FloatVector.broadcast(SPECIES, 1).blend(v.add(alpha), v.lt(0));
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(slope).intoArray(g, gAt + i);
    }
  }

  /** From z. */
  private static void backAnyElu(float alpha, int length, float[] z, int zAt, float[] g, int gAt) {
    for (int i = 0; i < length; i += L) {
      FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
      IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
      FloatVector m = magnitude.min(EXP_CUT).reinterpretAsFloats();
      FloatVector x = FloatVector.broadcast(SPECIES, -1).mul(m);
      FloatVector shifted = x.mul(LOG2_E).add(ROUND);
      FloatVector n = shifted.sub(ROUND);
      FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
      FloatVector p = r.mul(P0).add(P1);
      p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
      FloatVector q = p.mul(r.mul(r)).add(r);
      IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
      FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector exp = q.mul(scale).add(scale);
      FloatVector slope = FloatVector.broadcast(SPECIES, 1).blend(exp.mul(alpha), z0.lt(0));
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(slope).intoArray(g, gAt + i);
    }
  }

  private static void backSelu(int length, float[] value, int valueAt, float[] g, int gAt) {
    float shift = LaneActivation.SELU_SCALE * LaneActivation.SELU_ALPHA;
    for (int i = 0; i < length; i += L) {
      FloatVector v = FloatVector.fromArray(SPECIES, value, valueAt + i);
      VectorMask<Float> isPositive = v.compare(VectorOperators.GT, 0);
      FloatVector slope = v.add(shift).blend(LaneActivation.SELU_SCALE, isPositive);
      FloatVector.fromArray(SPECIES, g, gAt + i).mul(slope).intoArray(g, gAt + i);
    }
  }
}
