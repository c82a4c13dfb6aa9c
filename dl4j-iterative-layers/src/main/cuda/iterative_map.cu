// The iterative map on a GPU: one launch runs a whole sequence with all steps of the map, forward or back.
//
// Memory. A RECORD has everything of one time step, row by row: the token, driven sums, cells, states handed on. A row
// is one unit's `stride` floats, one for each sample of the batch, so records lie as [time][unit][batch], as ND4J has
// them. Record 0 is the state before the first time step. Gradients lie in a buffer of their own, in the same places.
//
// Work. Every row has one writer, which adds in a fixed order: no atomics on sums, and results repeat bit for bit. A
// TILE is LANES samples of the batch, and a warp computes one unit of a tile: LANES / 4 threads have four samples each
// and take every (128 / LANES)-th entry. The rows that entries read are staged in shared memory, a PANEL at a time.
// Blocks that share a tile, its PARTS, wait for each other after every update, which only resident blocks can: the
// launch is cooperative where parts > 1. blockIdx.y divides time steps where these do not depend on each other.
//
// Places in records are 64 bit, and so are counts of samples: a large map's records pass 2^31 floats. Entries of a
// block of weights (fewer than 2^31 - 128, so that a step past the last is an int, too), units and time steps are ints.
//
// No header of the toolkit is needed, and the file compiles for the host, too: tests do so.

#ifdef CUDA_ON_HOST
#include "cuda_on_host.h"
#else
#define SHARED_MEMORY(type, name) extern __shared__ type name[]
#define SPIN

// What the lane whose number differs by the bits of `mask` has; in all lanes of the warp.
__device__ inline float shuffleXor(float x, int mask) {
  return __shfl_xor_sync(~0u, x, mask);
}

__device__ inline float4 shuffleXor(float4 v, int mask) {
  return make_float4(shuffleXor(v.x, mask), shuffleXor(v.y, mask), shuffleXor(v.z, mask), shuffleXor(v.w, mask));
}
#endif

// ---------------------------------------------------------------------------------- what the host hands over

// In the host's order.
enum Activation {
  NONE = -1, IDENTITY, TANH, SIGMOID, RELU, LEAKY_RELU, ELU, SELU, HARD_TANH, HARD_SIGMOID, SOFTSIGN, SOFTPLUS
};

// A block of weights, or its transpose. Target unit u has entries starts[p * units + u] to starts[(p + 1) * units + u]
// in panel p, of which the sources are units p * panel to (p + 1) * panel of the source.
struct Matrix {
  const int* starts;
  const int* sources;
  const float* weights;
  int panels;
  int panel;
};

// Rows that a sweep computes: target <- A(start + products) forward, (start + products) A' back.
struct Update {
  int target, units;  // first row and count
  int start;          // first row of what products are added to, or one of the two below
  int startIsMasked;
  int bias;  // place in Sweep::biases
  int firstRead, reads;
  int activation;
  float alpha;
  int value;   // forward: row that keeps the pre-activation, or -1; back: row that the derivative is computed from
  int handed;  // forward: row that gets the masked value, or -1
};
constexpr int NO_START = -1, BIAS = -2;

// A product in an update, with the rows of a record `shift` time steps later.
struct Read {
  int matrix, source, units, shift, isMasked;
};

struct Sweep {
  const Update* updates;
  const Read* reads;
  const Matrix* matrices;
  int count;  // of updates
  const float* biases;
  float* sums;            // the records written: values forward, gradients back
  const float* values;    // back: the values; forward: null
  const float* mask;      // [time][stride], or null
  int rows, stride;       // of a record
  int time, first, step;  // time steps of the sequence; where the sweep begins; 1 or -1
  int timeSteps;          // of every blockIdx.y
  int parts;
  unsigned* arrivals;  // of parts, by tile, from 0; null where no update reads what another part wrote
};

// A pair of rows, the value's in the record `shift` time steps later.
struct Term {
  int gradient, value, shift;
};

// What gradients of parameters are sums over: terms, and the samples of time steps `first` to `time`.
struct Samples {
  const Term* terms;
  int count;
  const float* gradients;
  const float* values;
  int rows, stride;
  int first, time;
};

// Up to 32 entries of one target unit.
struct Chunk {
  int unit, begin, end;
};

static_assert(sizeof(Matrix) == 32 && sizeof(Update) == 44 && sizeof(Read) == 20 && sizeof(Sweep) == 104, "");
static_assert(sizeof(Term) == 12 && sizeof(Samples) == 48 && sizeof(Chunk) == 12, "");

// ---------------------------------------------------------------------------------- four samples

__device__ inline float4 four(float x) {
  return make_float4(x, x, x, x);
}

__device__ inline float4 operator+(float4 a, float4 b) {
  return make_float4(a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w);
}

__device__ inline float4 operator*(float4 a, float4 b) {
  return make_float4(a.x * b.x, a.y * b.y, a.z * b.z, a.w * b.w);
}

template <class Function>
__device__ inline float4 each(float4 v, Function f) {
  return make_float4(f(v.x), f(v.y), f(v.z), f(v.w));
}

__device__ inline float4 load(const float* from) {
  return *(const float4*)from;
}

// Not from the first-level cache, which does not see what other multiprocessors write.
__device__ inline float4 loadWritten(const float* from) {
  return __ldcg((const float4*)from);
}

__device__ inline void store(float* to, float4 v) {
  *(float4*)to = v;
}

// ---------------------------------------------------------------------------------- activations

constexpr float SELU_SCALE = 1.0507009873554804934f, SELU_ALPHA = 1.6732632423543772848f;

// Not inlined, as it is long and stands in every sweep. Not-a-numbers stay such.
__device__ __noinline__ float4 activate(int kind, float alpha, float4 z) {
  switch (kind) {
    case TANH:
      return each(z, [](float x) { return tanhf(x); });
    case SIGMOID:
      return each(z, [](float x) { return 1 / (1 + expf(-x)); });
    case RELU:
      return each(z, [](float x) { return x < 0 ? 0 : x; });
    case LEAKY_RELU:
      return each(z, [=](float x) { return x < 0 ? alpha * x : x; });
    case ELU:
      return each(z, [=](float x) { return x < 0 ? alpha * expm1f(x) : x; });
    case SELU:
      return each(z, [](float x) { return SELU_SCALE * (x < 0 ? SELU_ALPHA * expm1f(x) : x); });
    case HARD_TANH:
      return each(z, [](float x) { return x < -1 ? -1 : x > 1 ? 1 : x; });
    case HARD_SIGMOID:
      return each(z, [](float x) {
        const float y = 0.2f * x + 0.5f;
        return y < 0 ? 0 : y > 1 ? 1 : y;
      });
    case SOFTSIGN:  // infinity is no quotient
      return each(z, [](float x) { return fabsf(x) > 1e9f ? copysignf(1, x) : x / (1 + fabsf(x)); });
    case SOFTPLUS:
      return each(z, [](float x) { return (x < 0 ? 0 : x) + log1pf(expf(-fabsf(x))); });
    default:
      return z;
  }
}

// A'(z), from z for the hard functions, else from a = A(z).
__device__ __noinline__ float4 derivative(int kind, float alpha, float4 from) {
  switch (kind) {
    case TANH:
      return each(from, [](float a) { return 1 - a * a; });
    case SIGMOID:
      return each(from, [](float a) { return a * (1 - a); });
    case RELU:
      return each(from, [](float a) { return a > 0 ? 1.0f : 0; });
    case LEAKY_RELU:
      return each(from, [=](float a) { return a < 0 ? alpha : 1; });
    case ELU:
      return each(from, [=](float a) { return a < 0 ? a + alpha : 1; });
    case SELU:
      return each(from, [](float a) { return a > 0 ? SELU_SCALE : a + SELU_SCALE * SELU_ALPHA; });
    case HARD_TANH:
      return each(from, [](float z) { return z >= -1 && z <= 1 ? 1.0f : 0; });
    case HARD_SIGMOID:
      return each(from, [](float z) { return z >= -2.5f && z <= 2.5f ? 0.2f : 0; });
    case SOFTSIGN:
      return each(from, [](float a) { return (1 - fabsf(a)) * (1 - fabsf(a)); });
    case SOFTPLUS:
      return each(from, [](float a) { return -expm1f(-a); });
    default:
      return four(1);
  }
}

// ---------------------------------------------------------------------------------- sweeps

// Where a thread is in a tile.
template <int LANES>
struct Lane {
  static constexpr int QUADS = LANES / 4;       // threads that share an entry
  static constexpr int ENTRIES = 32 / QUADS;    // that a warp takes at a time
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int warps = blockDim.x / 32;
  const int quad = lane % QUADS;
  const int place = lane / QUADS;  // among the entries
};

// Copies a panel's rows, a tile wide, into shared memory; for all threads of the block, which then wait. `rows` begins
// with the thread's own four samples: blocks are whole warps, so that it has the same four of every row it copies.
template <int LANES>
__device__ inline void stage(float4* panel, const float* rows, int units, int stride) {
  constexpr int QUADS = Lane<LANES>::QUADS;
  for (int k = threadIdx.x; k < units * QUADS; k += blockDim.x) {
    panel[k] = loadWritten(rows + (size_t)(k / QUADS) * stride);
  }
}

// What a unit's entries from `begin` to `end` give with a panel that begins with unit `first`; in all threads.
template <int LANES>
__device__ inline float4 product(const Matrix& matrix, int begin, int end, int first, const float4* panel,
                                 const Lane<LANES>& at) {
  constexpr int QUADS = Lane<LANES>::QUADS;
  float4 sum = four(0);
#pragma unroll 4
  for (int e = begin + at.place; e < end; e += Lane<LANES>::ENTRIES) {
    const float weight = matrix.weights[e];
    const float4 v = panel[(matrix.sources[e] - first) * QUADS + at.quad];
    sum.x += weight * v.x;
    sum.y += weight * v.y;
    sum.z += weight * v.z;
    sum.w += weight * v.w;
  }
#pragma unroll
  for (int other = QUADS; other < 32; other *= 2) {
    sum = sum + shuffleXor(sum, other);
  }
  return sum;
}

// What the products of a unit are added to, in the thread's four samples of a record.
__device__ inline float4 startOf(const Sweep& s, const Update& update, int unit, const float* record, float4 mask) {
  if (update.start == BIAS) {
    return four(s.biases[update.bias + unit]);
  }
  if (update.start == NO_START) {
    return four(0);
  }
  const float4 start = loadWritten(record + (size_t)(update.start + unit) * s.stride);
  return update.startIsMasked ? start * mask : start;
}

// A unit's value of its complete sum, or the gradient of the sum; what else has to be kept is stored.
__device__ inline float4 complete(const Sweep& s, const Update& update, int unit, size_t place, float4 sum,
                                  float4 mask) {
  const size_t kept = place + (size_t)(update.value + unit) * s.stride;
  if (s.values) {
    return sum * derivative(update.activation, update.alpha, load(s.values + kept));
  }
  if (update.value >= 0) {
    store(s.sums + kept, sum);
  }
  const float4 value = activate(update.activation, update.alpha, sum);
  if (update.handed >= 0) {
    store(s.sums + place + (size_t)(update.handed + unit) * s.stride, value * mask);
  }
  return value;
}

// Waits until as many blocks have arrived, which then see what the others wrote. Comes after a barrier of the block, so
// that all its threads have written. The counter may wrap around: blocks are never further apart than one update.
__device__ inline void waitForParts(unsigned* arrivals, unsigned expected) {
  if (threadIdx.x == 0) {
    __threadfence();
    atomicAdd(arrivals, 1);
    while ((int)(*(volatile unsigned*)arrivals - expected) < 0) {
      SPIN;
    }
    __threadfence();
  }
  __syncthreads();
}

template <int LANES>
__device__ inline void sweep(const Sweep& s) {
  SHARED_MEMORY(float4, panel);
  const Lane<LANES> at;
  const int tile = blockIdx.x / s.parts, part = blockIdx.x % s.parts;
  const int column = tile * LANES + 4 * at.quad;  // of this thread's four samples
  unsigned expected = 0;
  for (int i = 0; i < s.timeSteps; i++) {
    const int t = s.first + s.step * (int)(blockIdx.y * s.timeSteps + i);
    if (t < -1 || t >= s.time) {
      break;  // the last blocks' time steps may pass the end
    }
    const size_t place = (size_t)(t + 1) * s.rows * s.stride + column;  // of those in the record
    const float4 mask = s.mask && t >= 0 ? load(s.mask + (size_t)t * s.stride + column) : four(1);
    for (int u = 0; u < s.count; u++) {
      const Update update = s.updates[u];
      const int begin = (int)((long long)update.units * part / s.parts);
      const int end = (int)((long long)update.units * (part + 1) / s.parts);
      int left = 0;  // panels to come: none with a record that the sequence does not have
      for (int r = 0; r < update.reads; r++) {
        const Read& read = s.reads[update.firstRead + r];
        left += t + read.shift < s.time ? s.matrices[read.matrix].panels : 0;
      }
      int next = update.firstRead;
      Read read = {};
      Matrix matrix = {};  // of `read`; its starts move on with the panels
      int from = 0;        // where the panel that comes next begins
      bool isFirst = true;
      do {  // once even without a product
        const bool isProduct = left > 0;
        if (isProduct) {
          while (from >= read.units) {
            read = s.reads[next++];
            matrix = s.matrices[read.matrix];
            from = t + read.shift < s.time ? 0 : read.units;
          }
          const long long row = (long long)read.shift * s.rows + read.source + from;
          stage<LANES>(panel, s.sums + place + row * s.stride, min(matrix.panel, read.units - from), s.stride);
          __syncthreads();
          left--;
        }
        for (int unit = begin + at.warp; unit < end; unit += at.warps) {
          float4 sum = four(0);
          if (isProduct) {
            sum = product(matrix, matrix.starts[unit], matrix.starts[update.units + unit], from, panel, at);
            sum = read.isMasked ? sum * mask : sum;
          }
          if (at.place == 0) {
            float* target = s.sums + place + (size_t)(update.target + unit) * s.stride;
            sum = sum + (isFirst ? startOf(s, update, unit, s.sums + place, mask) : load(target));
            if (left == 0 && update.activation != NONE) {
              sum = complete(s, update, unit, place, sum, mask);
            }
            store(target, sum);
          }
        }
        isFirst = false;
        from += matrix.panel;
        matrix.starts += update.units;
        __syncthreads();  // before the panel is written again, or other parts see the rows
      } while (left > 0);
      if (s.parts > 1 && s.arrivals) {
        expected += s.parts;
        waitForParts(s.arrivals + tile, expected);
      }
    }
  }
}

extern "C" __global__ void __launch_bounds__(1024) sweep4(Sweep s) {
  sweep<4>(s);
}

extern "C" __global__ void __launch_bounds__(1024) sweep8(Sweep s) {
  sweep<8>(s);
}

extern "C" __global__ void __launch_bounds__(1024) sweep16(Sweep s) {
  sweep<16>(s);
}

extern "C" __global__ void __launch_bounds__(1024) sweep32(Sweep s) {
  sweep<32>(s);
}

// ---------------------------------------------------------------------------------- gradients of parameters

// Goes through the samples of time steps, four at a time, the lanes of a warp side by side. Steps instead of dividing:
// counts of samples are 64 bit, and their division would cost more than what is done with them.
struct Walk {
  const int quads;  // of a row
  int t, quad;

  __device__ inline Walk(int first, int stride) : quads(stride / 4) {
    const int lane = threadIdx.x % 32;
    t = first + lane / quads;
    quad = lane % quads;
  }

  __device__ inline void next() {
    t += 32 / quads;
    quad += 32 % quads;
    if (quad >= quads) {
      quad -= quads;
      t++;
    }
  }
};

// A grid has fewer than 2^31 warps.
__device__ inline unsigned globalWarp() {
  return blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
}

__device__ inline unsigned globalWarps() {
  return gridDim.x * (blockDim.x / 32);
}

// Gradients of weights, a chunk to a warp: the lanes share samples, and at the end every lane has one entry.
extern "C" __global__ void __launch_bounds__(256) outer(Samples s, const Chunk* chunks, int chunkCount,
                                                        const int* sources, float* result) {
  for (unsigned index = globalWarp(); index < (unsigned)chunkCount; index += globalWarps()) {
    const Chunk chunk = chunks[index];
    unsigned offsets[32];  // of the sources' rows, in fours so that 32 bits do for 64 GB of a record
    float sums[32];
#pragma unroll
    for (int e = 0; e < 32; e++) {
      offsets[e] = (unsigned)sources[min(chunk.begin + e, chunk.end - 1)] * (unsigned)(s.stride / 4);
      sums[e] = 0;
    }
    for (Walk at(s.first, s.stride); at.t < s.time; at.next()) {
      const size_t record = (size_t)(at.t + 1) * s.rows;
      for (int i = 0; i < s.count; i++) {
        const Term term = s.terms[i];
        const float4 g = load(s.gradients + (record + term.gradient + chunk.unit) * s.stride + 4 * at.quad);
        const long long row = (long long)record + (long long)term.shift * s.rows + term.value;
        const float4* rows = (const float4*)(s.values + row * s.stride) + at.quad;
#pragma unroll
        for (int e = 0; e < 32; e++) {
          const float4 v = rows[offsets[e]];
          sums[e] += g.x * v.x + g.y * v.y + g.z * v.z + g.w * v.w;
        }
      }
    }
    // Lanes exchange halves of what they have: 31 shuffles instead of five for every entry.
#pragma unroll
    for (int half = 16; half >= 1; half /= 2) {
      const bool isUpper = threadIdx.x & half;
#pragma unroll
      for (int e = 0; e < 16; e++) {
        if (e < half) {  // counted to a constant, or the sums are no registers
          const float given = isUpper ? sums[e] : sums[e + half];
          const float kept = isUpper ? sums[e + half] : sums[e];
          sums[e] = kept + shuffleXor(given, half);
        }
      }
    }
    const int entry = chunk.begin + threadIdx.x % 32;
    if (entry < chunk.end) {
      result[entry] = sums[0];
    }
  }
}

// Gradients of biases, a unit to a warp.
extern "C" __global__ void biases(Samples s, int units, float* result) {
  for (unsigned unit = globalWarp(); unit < (unsigned)units; unit += globalWarps()) {
    float sum = 0;
    for (Walk at(s.first, s.stride); at.t < s.time; at.next()) {
      const size_t record = (size_t)(at.t + 1) * s.rows;
      for (int i = 0; i < s.count; i++) {
        const float4 g = load(s.gradients + (record + s.terms[i].gradient + unit) * s.stride + 4 * at.quad);
        sum += (g.x + g.y) + (g.z + g.w);
      }
    }
#pragma unroll
    for (int half = 16; half >= 1; half /= 2) {
      sum += shuffleXor(sum, half);
    }
    if (threadIdx.x % 32 == 0) {
      result[unit] = sum;
    }
  }
}

// ---------------------------------------------------------------------------------- rows

__device__ inline size_t globalThread() {
  return (size_t)blockIdx.x * blockDim.x + threadIdx.x;
}

__device__ inline size_t globalThreads() {
  return (size_t)gridDim.x * blockDim.x;
}

// Sums the terms' gradients into rows of the same record: of a drive that several updates start from.
extern "C" __global__ void addRows(Samples s, int target, int units, float* gradients) {
  const size_t length = (size_t)units * (s.stride / 4);
  const size_t count = (size_t)(s.time - s.first) * length;
  for (size_t k = globalThread(); k < count; k += globalThreads()) {
    float* at = gradients + (s.first + k / length + 1) * s.rows * s.stride + 4 * (k % length);
    float4 sum = four(0);
    for (int i = 0; i < s.count; i++) {
      sum = sum + load(at + (size_t)s.terms[i].gradient * s.stride);
    }
    store(at + (size_t)target * s.stride, sum);
  }
}

// How copyRows copies.
enum Way { OUT_OF_RECORDS, INTO_RECORDS, INTO_RECORDS_REPEATED };

// Between rows of `count` records and an array [time][unit][batch] as ND4J has it. Behind the batch records get zeros, or
// the last sample again: what is computed of it there is finite if it is in the batch, and its gradients of zero stay
// zeros. The array gets values times the mask, if there is one, of which the first line belongs to the first record.
extern "C" __global__ void copyRows(float* records, int rows, int stride, int row, float* array, int units, int batch,
                                    int firstRecord, int count, int way, const float* mask) {
  const size_t length = (size_t)units * stride;
  for (size_t k = globalThread(); k < count * length; k += globalThreads()) {
    const size_t t = k / length, rest = k % length;
    const size_t unit = rest / stride, sample = rest % stride;
    float* inRecord = records + ((firstRecord + t) * rows + row) * stride + rest;
    float* samples = array + (t * units + unit) * batch;
    float* inArray = samples + sample;
    if (way != OUT_OF_RECORDS) {
      *inRecord = sample < (size_t)batch ? *inArray : way == INTO_RECORDS_REPEATED ? samples[batch - 1] : 0;
    } else if (sample < (size_t)batch) {
      *inArray = mask ? *inRecord * mask[t * stride + sample] : *inRecord;
    }
  }
}

// Weights in another order: that of the transpose.
extern "C" __global__ void permute(const float* weights, const int* entries, int count, float* result) {
  for (size_t k = globalThread(); k < (size_t)count; k += globalThreads()) {
    result[k] = weights[entries[k]];
  }
}
