// Activations and their derivatives. Not-a-numbers stay such; infinities give what the largest numbers give, or
// infinity.
#include "numbers.h"

// In the host's order; the last number of the enum Kind of LaneActivation.java, which says what they are, is MISH.
enum Kind {
  NONE = -1, IDENTITY, TANH, SIGMOID, RELU, LEAKY_RELU, BENT_RELU, ELU, ANY_ELU, SELU, HARD_TANH, HARD_SIGMOID,
  RECTIFIED_TANH, RATIONAL_TANH, SOFTSIGN, CUBE, SOFTPLUS, GELU, TANH_GELU, SWISH, MISH
};

// A kind with its numbers.
struct Activation {
  double alpha, threshold, max;
  int kind, padding;
};

constexpr Real SELU_SCALE = (Real)1.0507009873554804934193349852946;
constexpr Real SELU_ALPHA = (Real)1.6732632423543772848170429916717;
constexpr Real HARD_SLOPE = (Real)0.2, HALF = (Real)0.5;
constexpr Real RATIONAL_SCALE = (Real)1.7159, TWO_THIRDS = (Real)(2.0 / 3), R4 = (Real)1.41645;
constexpr Real RATIONAL_CUT = (Real)1e5;             // from where on it is flat
constexpr Real ROOT_HALF = (Real)0.70710678118654752440;
constexpr Real DENSITY = (Real)0.39894228040143267794;  // of the normal distribution at 0
constexpr Real TWICE_U = (Real)1.59576912160573071176;  // 2 sqrt(2 / pi)
constexpr Real LARGEST = (Real)3.4028234e38;
constexpr Real TAIL_CUT = (Real)1e3, SWISH_CUT = (Real)1e4;  // from where on tails are zero

// The magnitude, cut where tails are zero so that none of them is infinity times zero.
__device__ inline Real cut(Real z, Real most) {
  const Real m = fabs(z);
  return m < most ? m : most;
}

__device__ inline Real positive(Real z) {
  return z < 0 ? 0 : z;
}

// Of max(z, 0) - m T(m) with m = |z|, if d is the derivative of m T(m).
__device__ inline Real gateSlope(Real z, Real d) {
  return z < 0 ? d : z >= 0 ? 1 - d : z;
}

__device__ inline Real bentRelu(Real alpha, Real threshold, Real z) {
  return z < threshold ? alpha == 0 ? (Real)0 : alpha * (z - threshold) : z;
}

__device__ inline Real gelu(Real z) {
  const Real m = cut(z, TAIL_CUT);
  return positive(z) - m * (HALF * erfc(m * ROOT_HALF));
}

__device__ inline Real geluSlope(Real z) {
  const Real m = cut(z, TAIL_CUT);
  return gateSlope(z, HALF * erfc(m * ROOT_HALF) - m * (DENSITY * exp(-HALF * m * m)));
}

__device__ inline Real tanhGelu(Real cube, Real z) {
  const Real m = cut(z, TAIL_CUT);
  const Real e = exp(-(m * m * cube + 1) * m * TWICE_U);
  return positive(z) - m * (e / (1 + e));
}

__device__ inline Real tanhGeluSlope(Real cube, Real z) {
  const Real m = cut(z, TAIL_CUT);
  const Real e = exp(-(m * m * cube + 1) * m * TWICE_U), above = 1 / (1 + e), tail = e * above;
  return gateSlope(z, tail - m * (tail * above * ((m * m * 3 * cube + 1) * TWICE_U)));
}

__device__ inline Real swish(Real beta, Real z) {
  const Real m = cut(z, LARGEST);
  const Real e = exp(-m * beta);
  return positive(z) - m * (e / (1 + e));
}

__device__ inline Real swishSlope(Real beta, Real z) {
  const Real m = cut(cut(z, LARGEST) * beta, SWISH_CUT);
  const Real e = exp(-m), above = 1 / (1 + e), tail = e * above;
  return gateSlope(z, tail - m * (tail * above));
}

__device__ inline Real mish(Real z) {
  const Real m = cut(z, LARGEST), w = exp(-m);
  const Real n = z < 0 ? w * (w + 2) : 2 * w * w;
  return positive(z) - m * (n / (n + (z < 0 ? 2 : 2 * w + 1)));
}

__device__ inline Real mishSlope(Real z) {
  const Real m = cut(z, TAIL_CUT), w = exp(-m);
  const Real n = z < 0 ? w * (w + 2) : 2 * w * w, d = n + (z < 0 ? 2 : 2 * w + 1);
  return gateSlope(z, n / d - m * ((z < 0 ? w : w * w) * 4 * (w + 1) / (d * d)));
}

__device__ inline Real rational(Real z) {
  const Real x = z * TWO_THIRDS, m = fabs(x) > RATIONAL_CUT ? RATIONAL_CUT : fabs(x);
  const Real c = (m * m * R4 + 1) * m + 1;
  return copysign(m * c / (c * m + 1) * RATIONAL_SCALE, x);
}

__device__ inline Real rationalSlope(Real z) {
  const Real x = fabs(z * TWO_THIRDS), m = x > RATIONAL_CUT ? RATIONAL_CUT : x;
  const Real c = (m * m * R4 + 1) * m + 1, q = c * m + 1;
  return ((m * m * (4 * R4) + 2) * m + 1) / q / q * (RATIONAL_SCALE * TWO_THIRDS);
}

// Not inlined, as it is long and stands in every sweep.
__device__ __noinline__ Four activate(const Activation* activation, Four v) {
  const Real alpha = (Real)activation->alpha;
  switch (activation->kind) {
    case TANH:
      return each(v, [](Real z) { return tanh(z); });
    case SIGMOID:
      return each(v, [](Real z) { return 1 / (1 + exp(-z)); });
    case RELU:
      return each(v, [](Real z) { return positive(z); });
    case LEAKY_RELU:
      return each(v, [=](Real z) { return z < 0 ? alpha * z : z; });
    case BENT_RELU: {
      const Real threshold = (Real)activation->threshold, max = (Real)activation->max;
      return each(v, [=](Real z) {
        const Real y = bentRelu(alpha, threshold, z);
        return y > max ? max : y;
      });
    }
    case ELU:
    case ANY_ELU:
      return each(v, [=](Real z) { return z < 0 ? alpha * expm1(z) : z; });
    case SELU:
      return each(v, [](Real z) { return SELU_SCALE * (z < 0 ? SELU_ALPHA * expm1(z) : z); });
    case HARD_TANH:
      return each(v, [](Real z) { return z < -1 ? (Real)-1 : z > 1 ? (Real)1 : z; });
    case HARD_SIGMOID:
      return each(v, [](Real z) {
        const Real y = HARD_SLOPE * z + HALF;
        return y < 0 ? (Real)0 : y > 1 ? (Real)1 : y;
      });
    case RECTIFIED_TANH:
      return each(v, [](Real z) { return z < 0 ? (Real)0 : tanh(z); });
    case RATIONAL_TANH:
      return each(v, [](Real z) { return rational(z); });
    case SOFTSIGN:  // infinity is no quotient
      return each(v, [](Real z) { return fabs(z) > LARGEST ? copysign((Real)1, z) : z / (1 + fabs(z)); });
    case CUBE:
      return each(v, [](Real z) { return z * z * z; });
    case SOFTPLUS:
      return each(v, [=](Real z) { return positive(z) + log1p(exp(-fabs(z) * alpha)) / alpha; });
    case GELU:
      return each(v, [](Real z) { return gelu(z); });
    case TANH_GELU:
      return each(v, [=](Real z) { return tanhGelu(alpha, z); });
    case SWISH:
      return each(v, [=](Real z) { return swish(alpha, z); });
    case MISH:
      return each(v, [](Real z) { return mish(z); });
    default:
      return v;
  }
}

// A'(z), from z where a = A(z) does not say it.
__device__ __noinline__ Four derivative(const Activation* activation, Four from) {
  const Real alpha = (Real)activation->alpha;
  switch (activation->kind) {
    case TANH:
      return each(from, [](Real a) { return 1 - a * a; });
    case SIGMOID:
      return each(from, [](Real a) { return a * (1 - a); });
    case RELU:
      return each(from, [](Real a) { return a > 0 ? (Real)1 : (Real)0; });
    case LEAKY_RELU:
      return each(from, [=](Real a) { return a < 0 ? alpha : (Real)1; });
    case BENT_RELU: {
      const Real threshold = (Real)activation->threshold, max = (Real)activation->max;
      return each(from, [=](Real z) {
        const bool isCut = max <= LARGEST && bentRelu(alpha, threshold, z) >= max;
        return isCut ? (Real)0 : z >= threshold ? (Real)1 : alpha;
      });
    }
    case ELU:
      return each(from, [=](Real a) { return a < 0 ? a + alpha : (Real)1; });
    case ANY_ELU:
      return each(from, [=](Real z) { return z < 0 ? alpha * exp(z) : (Real)1; });
    case SELU:
      return each(from, [](Real a) { return a > 0 ? SELU_SCALE : a + SELU_SCALE * SELU_ALPHA; });
    case HARD_TANH:
      return each(from, [](Real z) { return z >= -1 && z <= 1 ? (Real)1 : (Real)0; });
    case HARD_SIGMOID:
      return each(from, [](Real z) { return z >= (Real)-2.5 && z <= (Real)2.5 ? HARD_SLOPE : (Real)0; });
    case RECTIFIED_TANH:
      return each(from, [](Real a) { return a > 0 ? 1 - a * a : (Real)0; });
    case RATIONAL_TANH:
      return each(from, [](Real z) { return rationalSlope(z); });
    case SOFTSIGN:
      return each(from, [](Real a) { return (1 - fabs(a)) * (1 - fabs(a)); });
    case CUBE:
      return each(from, [](Real z) { return z * z * 3; });
    case SOFTPLUS:
      return each(from, [=](Real a) { return -expm1(-a * alpha); });
    case GELU:
      return each(from, [](Real z) { return geluSlope(z); });
    case TANH_GELU:
      return each(from, [=](Real z) { return tanhGeluSlope(alpha, z); });
    case SWISH:
      return each(from, [=](Real z) { return swishSlope(alpha, z); });
    case MISH:
      return each(from, [](Real z) { return mishSlope(z); });
    default:
      return four(1);
  }
}
