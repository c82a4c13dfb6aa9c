package org.iterativemaps.lanes.simd;

import static org.iterativemaps.lanes.Coefficients.BIAS;
import static org.iterativemaps.lanes.Coefficients.DENSITY;
import static org.iterativemaps.lanes.Coefficients.EXP_CUT;
import static org.iterativemaps.lanes.Coefficients.GELU_CUT;
import static org.iterativemaps.lanes.Coefficients.LN2_HIGH;
import static org.iterativemaps.lanes.Coefficients.LN2_LOW;
import static org.iterativemaps.lanes.Coefficients.LOG2_E;
import static org.iterativemaps.lanes.Coefficients.MAGNITUDE;
import static org.iterativemaps.lanes.Coefficients.N0;
import static org.iterativemaps.lanes.Coefficients.N1;
import static org.iterativemaps.lanes.Coefficients.N2;
import static org.iterativemaps.lanes.Coefficients.N3;
import static org.iterativemaps.lanes.Coefficients.N4;
import static org.iterativemaps.lanes.Coefficients.N5;
import static org.iterativemaps.lanes.Coefficients.N6;
import static org.iterativemaps.lanes.Coefficients.N7;
import static org.iterativemaps.lanes.Coefficients.N8;
import static org.iterativemaps.lanes.Coefficients.N9;
import static org.iterativemaps.lanes.Coefficients.P0;
import static org.iterativemaps.lanes.Coefficients.P1;
import static org.iterativemaps.lanes.Coefficients.P2;
import static org.iterativemaps.lanes.Coefficients.P3;
import static org.iterativemaps.lanes.Coefficients.P4;
import static org.iterativemaps.lanes.Coefficients.P5;
import static org.iterativemaps.lanes.Coefficients.ROUND;
import static org.iterativemaps.lanes.Coefficients.TAIL;
import static org.iterativemaps.lanes.Coefficients.U1;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.iterativemaps.lanes.ScalarActivations;
import org.iterativemaps.lanes.ScalarGates;

/**
 * The activations that are max(z, 0) - m T(m), m = |z|: GELU, Swish, Mish. Written, and for the
 * same reasons written out, as {@link VectorActivations}.
 *
 * <p>Every method has two loops: a = A(z), or where {@code isSlope}, a *= A'(z).
 */
final class VectorGates {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int L = SPECIES.length();

  private VectorGates() {}

  /** T is the normal tail. */
  static void gelu(boolean isSlope, int length, float[] z, int zAt, float[] a, int aAt) {
    if (isSlope) {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector m = magnitude.min(GELU_CUT).reinterpretAsFloats();
        FloatVector x = FloatVector.broadcast(SPECIES, -0.5f).mul(m.mul(m));
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector t =
            FloatVector.broadcast(SPECIES, 1)
                .div(FloatVector.broadcast(SPECIES, TAIL).mul(m).add(1));
        FloatVector f = t.mul(N0).add(N1).mul(t).add(N2).mul(t).add(N3).mul(t).add(N4);
        f = f.mul(t).add(N5).mul(t).add(N6).mul(t).add(N7).mul(t).add(N8).mul(t).add(N9);
        FloatVector tail = f.mul(exp);
        FloatVector bend = exp.mul(DENSITY).mul(m);
        FloatVector d = tail.sub(bend);
        FloatVector slope = FloatVector.broadcast(SPECIES, 1).sub(d).blend(d, z0.lt(0));
        slope = slope.blend(z0, z0.compare(VectorOperators.NE, z0));
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
      }
    } else {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector m = magnitude.min(GELU_CUT).reinterpretAsFloats();
        FloatVector x = FloatVector.broadcast(SPECIES, -0.5f).mul(m.mul(m));
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector t =
            FloatVector.broadcast(SPECIES, 1)
                .div(FloatVector.broadcast(SPECIES, TAIL).mul(m).add(1));
        FloatVector f = t.mul(N0).add(N1).mul(t).add(N2).mul(t).add(N3).mul(t).add(N4);
        f = f.mul(t).add(N5).mul(t).add(N6).mul(t).add(N7).mul(t).add(N8).mul(t).add(N9);
        FloatVector tail = f.mul(exp);
        z0.max(0).sub(tail.mul(m)).intoArray(a, aAt + i);
      }
    }
  }

  /** T(m) = sigmoid(-2u(m)). */
  static void tanhGelu(
      boolean isSlope, float cube, int length, float[] z, int zAt, float[] a, int aAt) {
    int cut = ScalarGates.tanhGeluCut(cube);
    if (isSlope) {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector m = magnitude.min(cut).reinterpretAsFloats();
        FloatVector x =
            FloatVector.broadcast(SPECIES, cube).mul(m.mul(m)).add(1).mul(m).mul(U1).neg();
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector above = FloatVector.broadcast(SPECIES, 1).div(exp.add(1));
        FloatVector tail = exp.mul(above);
        FloatVector rise = FloatVector.broadcast(SPECIES, 3 * cube).mul(m.mul(m)).add(1).mul(U1);
        FloatVector bend = tail.mul(above).mul(rise).mul(m);
        FloatVector d = tail.sub(bend);
        FloatVector slope = FloatVector.broadcast(SPECIES, 1).sub(d).blend(d, z0.lt(0));
        slope = slope.blend(z0, z0.compare(VectorOperators.NE, z0));
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
      }
    } else {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector m = magnitude.min(cut).reinterpretAsFloats();
        FloatVector x =
            FloatVector.broadcast(SPECIES, cube).mul(m.mul(m)).add(1).mul(m).mul(U1).neg();
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector above = FloatVector.broadcast(SPECIES, 1).div(exp.add(1));
        FloatVector tail = exp.mul(above);
        z0.max(0).sub(tail.mul(m)).intoArray(a, aAt + i);
      }
    }
  }

  /** T(m) = sigmoid(-beta m). */
  static void swish(
      boolean isSlope, float beta, int length, float[] z, int zAt, float[] a, int aAt) {
    int cut = ScalarActivations.expCut(beta);
    if (isSlope) {
      for (int i = 0; i < length; i += L) {
        FloatVector z0 = FloatVector.fromArray(SPECIES, z, zAt + i);
        IntVector magnitude = IntVector.broadcast(INTS, MAGNITUDE).and(z0.reinterpretAsInts());
        FloatVector near = magnitude.min(cut).reinterpretAsFloats();
        FloatVector m = FloatVector.broadcast(SPECIES, beta).mul(near);
        FloatVector x = m.neg();
        FloatVector shifted = x.mul(LOG2_E).add(ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = x.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
        FloatVector p = r.mul(P0).add(P1);
        p = p.mul(r).add(P2).mul(r).add(P3).mul(r).add(P4).mul(r).add(P5);
        FloatVector q = p.mul(r.mul(r)).add(r);
        IntVector bits = IntVector.broadcast(INTS, BIAS).add(shifted.reinterpretAsInts());
        FloatVector scale = bits.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector above = FloatVector.broadcast(SPECIES, 1).div(exp.add(1));
        FloatVector tail = exp.mul(above);
        FloatVector bend = tail.mul(above).mul(m);
        FloatVector d = tail.sub(bend);
        FloatVector slope = FloatVector.broadcast(SPECIES, 1).sub(d).blend(d, z0.lt(0));
        slope = slope.blend(z0, z0.compare(VectorOperators.NE, z0));
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
      }
    } else {
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
        FloatVector above = FloatVector.broadcast(SPECIES, 1).div(exp.add(1));
        FloatVector tail = exp.mul(above);
        z0.max(0).sub(tail.mul(m)).intoArray(a, aAt + i);
      }
    }
  }

  /** T(m) = w / d: 1 - tanh(log(1 + exp(m))) above zero, tanh(log(1 + exp(-m))) below. */
  static void mish(boolean isSlope, int length, float[] z, int zAt, float[] a, int aAt) {
    if (isSlope) {
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
        FloatVector w = exp.mul(exp).mul(2).blend(exp.add(2).mul(exp), z0.lt(0));
        FloatVector sum = exp.mul(2).add(1).blend(2, z0.lt(0)).add(w);
        FloatVector tail = w.div(sum);
        FloatVector bend = exp.mul(exp).blend(exp, z0.lt(0)).mul(4).mul(exp.add(1));
        bend = bend.div(sum.mul(sum)).mul(m);
        FloatVector d = tail.sub(bend);
        FloatVector slope = FloatVector.broadcast(SPECIES, 1).sub(d).blend(d, z0.lt(0));
        slope = slope.blend(z0, z0.compare(VectorOperators.NE, z0));
        FloatVector.fromArray(SPECIES, a, aAt + i).mul(slope).intoArray(a, aAt + i);
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
        FloatVector exp = q.mul(scale).add(scale);
        FloatVector w = exp.mul(exp).mul(2).blend(exp.add(2).mul(exp), z0.lt(0));
        FloatVector sum = exp.mul(2).add(1).blend(2, z0.lt(0)).add(w);
        z0.max(0).sub(w.div(sum).mul(m)).intoArray(a, aAt + i);
      }
    }
  }
}
