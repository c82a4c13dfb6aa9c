// Numbers, of the precision that REAL says, and four of them: the samples that a thread has side by side.
//
// No header of the toolkit is needed, and all of it compiles for the host, too: tests do so.

#ifndef REAL
#define REAL float
#endif

using Real = REAL;

struct alignas(16) Four {
  Real x, y, z, w;
};

#ifdef CUDA_ON_HOST
#include "cuda_on_host.h"
#else
#define KERNEL extern "C" __global__
#define SHARED_MEMORY(type, name) extern __shared__ type name[]
#define SPIN

// What the lane whose number differs by the bits of `mask` has; in all lanes of the warp.
__device__ inline Real shuffleXor(Real x, int mask) {
  return __shfl_xor_sync(~0u, x, mask);
}

__device__ inline Four shuffleXor(Four v, int mask) {
  return {shuffleXor(v.x, mask), shuffleXor(v.y, mask), shuffleXor(v.z, mask), shuffleXor(v.w, mask)};
}

__device__ inline Four fromSecondLevel(const float* from) {
  const float4 v = __ldcg((const float4*)from);
  return {v.x, v.y, v.z, v.w};
}

__device__ inline Four fromSecondLevel(const double* from) {
  const double2 v = __ldcg((const double2*)from), w = __ldcg((const double2*)from + 1);
  return {(Real)v.x, (Real)v.y, (Real)w.x, (Real)w.y};
}
#endif

__device__ inline Four four(Real x) {
  return {x, x, x, x};
}

__device__ inline Four operator+(Four a, Four b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w};
}

__device__ inline Four operator-(Four a, Four b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z, a.w - b.w};
}

__device__ inline Four operator*(Four a, Four b) {
  return {a.x * b.x, a.y * b.y, a.z * b.z, a.w * b.w};
}

__device__ inline Four operator/(Four a, Four b) {
  return {a.x / b.x, a.y / b.y, a.z / b.z, a.w / b.w};
}

template <class Function>
__device__ inline Four each(Four v, Function f) {
  return {f(v.x), f(v.y), f(v.z), f(v.w)};
}

__device__ inline Four load(const Real* from) {
  return *(const Four*)from;
}

// Not from the first-level cache, which does not see what other multiprocessors write.
__device__ inline Four loadWritten(const Real* from) {
#ifdef CUDA_ON_HOST
  return load(from);
#else
  return fromSecondLevel(from);
#endif
}

__device__ inline void store(Real* to, Four v) {
  *(Four*)to = v;
}
