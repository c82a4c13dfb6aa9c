// The iterative map on a GPU: one launch runs a whole sequence with all steps of the map, forward or back.
//
// Memory. A RECORD has everything of one time step, row by row: the token, driven sums, cells, states handed on. A row
// is one unit's `stride` numbers, one for each sample of the batch, so records lie as [time][unit][batch], as ND4J has
// them. Record 0 is the state before the first time step. Gradients lie in a buffer of their own, in the same places.
//
// Work. Every row has one writer, which adds in a fixed order: no atomics on sums, and results repeat bit for bit. A
// TILE is LANES samples of the batch, and a warp computes one unit of a tile: LANES / 4 threads have four samples each
// and take every (128 / LANES)-th entry. The rows that entries read are staged in shared memory, a PANEL at a time.
// Blocks that share a tile, its PARTS, divide the units of every slot in the same way: what a unit makes of the same
// unit of another slot, as gates do, is one thread's alone. Otherwise they wait for each other after a phase of
// updates, which only resident blocks can: the launch is cooperative where parts > 1. blockIdx.y divides time steps
// where these do not depend on each other.
//
// Places in records are 64 bit, and so are counts of samples: a large map's records pass 2^31 numbers. Entries of a
// block of weights (fewer than 2^31 - 128, so that a step past the last is an int, too), units and time steps are ints.

#include "activations.h"

// ---------------------------------------------------------------------------------- what the host hands over

// A block of weights, or its transpose. Target unit u has entries starts[p * units + u] to starts[(p + 1) * units + u]
// in panel p, of which the sources are units p * panel to (p + 1) * panel of the source.
struct Matrix {
  const int* starts;
  const int* sources;
  const Real* weights;
};

// How the activated value a becomes the value z' of a slot, in the host's order: see Update.java.
enum Combination { REPLACE, RESIDUAL, GATED, TWO_GATES, LEAKY };

// A row, the first of its slot's, `shift` time steps later; row NO_ROW is zeros.
struct Place {
  int row, shift;
};
constexpr int NO_ROW = -1;
constexpr double NORMALISATION_EPSILON = 1e-5;

// Rows that a sweep computes, unit by unit, from
//   u = start + products + terms
// Forward z = u, or for a normalised start n = (u - mean) / root and z = gain n + bias; a = A(z); z' of a and others.
// Back the gradient of z' is u, that of a follows from it, and du = A'(z) da; or for a normalised start, the gradient
// of z, that of what was normalised.
struct Update {
  Activation activation;
  double scale;        // of a residual or leaky combination
  int target, units;   // first row and count of z', and where sums lie until they are complete; back: of its gradient
  int activated;       // first row of a; back: of du
  int start;           // first row of what products are added to, or one of the two below
  int bias;            // place in Sweep::parameters; -1: none
  int firstTerm, terms;
  int kept;            // forward: row that keeps z, or -1; back: row that the derivative is computed from
  int normalised;      // row of n; -1: the start is not normalised
  int root, gain, isCentred;
  int combination;
  Place old, keep, write;
  int padding;
};
constexpr int NO_START = -1, BIAS = -2;

// Blocks of 256 threads that a multiprocessor holds at least: what registers are given out for.
constexpr int BLOCKS = sizeof(Real) == 4 ? 2 : 1;

// Updates of which none reads what another of them writes, but unit by unit what one before it does: at most 32. They
// share the panels of what they multiply.
struct Phase {
  int firstUpdate, updates, firstSource, sources;
};

// Rows that updates of a phase multiply, in the record `shift` time steps later.
struct Source {
  int row, units, shift, firstUse, uses;
};

// An update's product with a source.
struct Use {
  int update, matrix, isMasked;
};

// What is added unit by unit: a row that the sweep writes, times one of the values or NO_ROW, times a number.
struct Factors {
  double factor;
  Place row, by;
  int isMasked, padding;
};

struct Sweep {
  const Phase* phases;
  const Source* sources;
  const Use* uses;
  const Update* updates;
  const Factors* terms;
  const Matrix* matrices;
  int count, panel;        // of phases; rows of a panel
  const Real* parameters;  // biases and gains among them
  Real* sums;              // the records written: values forward, gradients back
  const Real* values;      // back: the values; forward: null
  const Real* mask;        // [time][stride], or null
  int rows, stride;        // of a record
  int time, first, step;   // time steps of the sequence; where the sweep begins; 1 or -1
  int timeSteps;           // of every blockIdx.y
  int parts;
  unsigned* arrivals;  // of parts, by tile, from 0; null where no update reads what another part wrote
};

// A pair of rows, the value's in the record `shift` time steps later; without a value where its row is NO_ROW.
struct Term {
  int gradient, value, shift;
};

// What gradients of parameters are sums over: terms, and the samples of time steps `first` to `time`.
struct Samples {
  const Term* terms;
  int count;
  const Real* gradients;
  const Real* values;
  int rows, stride;
  int first, time;
  int isAdded;  // to what the result has
};

// Up to 32 entries of one target unit.
struct Chunk {
  int unit, begin, end;
};

static_assert(sizeof(Matrix) == 24 && sizeof(Activation) == 32 && sizeof(Update) == 120, "");
static_assert(sizeof(Phase) == 16 && sizeof(Source) == 20 && sizeof(Use) == 12 && sizeof(Factors) == 32, "");
static_assert(sizeof(Sweep) == 128 && sizeof(Term) == 12 && sizeof(Samples) == 56 && sizeof(Chunk) == 12, "");

// ---------------------------------------------------------------------------------- lanes and panels

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

// The sums of what all lanes have, which share the samples of every QUADS-th.
template <int LANES>
__device__ inline Four overLanes(Four sum) {
#pragma unroll
  for (int other = Lane<LANES>::QUADS; other < 32; other *= 2) {
    sum = sum + shuffleXor(sum, other);
  }
  return sum;
}

// Copies a panel's rows, a tile wide, into shared memory; for all threads of the block, which then wait. `rows` begins
// with the thread's own four samples: blocks are whole warps, so that it has the same four of every row it copies.
template <int LANES>
__device__ inline void stage(Four* panel, const Real* rows, int units, int stride) {
  constexpr int QUADS = Lane<LANES>::QUADS;
  for (int k = threadIdx.x; k < units * QUADS; k += blockDim.x) {
    panel[k] = loadWritten(rows + (size_t)(k / QUADS) * stride);
  }
}

// What a unit's entries from `begin` to `end` give with a panel that begins with unit `first`; in all threads.
template <int LANES>
__device__ inline Four product(const Matrix& matrix, int begin, int end, int first, const Four* panel,
                               const Lane<LANES>& at) {
  constexpr int QUADS = Lane<LANES>::QUADS;
  Four sum = four(0);
#pragma unroll 4
  for (int e = begin + at.place; e < end; e += Lane<LANES>::ENTRIES) {
    const Real weight = matrix.weights[e];
    const Four v = panel[(matrix.sources[e] - first) * QUADS + at.quad];
    sum.x += weight * v.x;
    sum.y += weight * v.y;
    sum.z += weight * v.z;
    sum.w += weight * v.w;
  }
  return overLanes<LANES>(sum);
}

// ---------------------------------------------------------------------------------- what a unit is made of

// A sweep in one record, for the four samples of a thread.
struct Here {
  const Sweep& s;
  const size_t place;  // of the thread's samples in row 0 of the record
  const int t;
  const Four mask;

  __device__ inline size_t at(int row, int shift = 0) const {
    return place + (size_t)(((long long)shift * s.rows + row) * s.stride);
  }

  // What was computed forward.
  __device__ inline Four value(Place p, int unit) const {
    return p.row == NO_ROW ? four(0) : loadWritten((s.values ? s.values : s.sums) + at(p.row + unit, p.shift));
  }

  __device__ inline Four sum(int row) const { return loadWritten(s.sums + at(row)); }

  __device__ inline void keep(int row, Four v) const { store(s.sums + at(row), v); }

  // Whether the sequence has the record.
  __device__ inline bool has(int shift) const { return t + shift < s.time; }
};

// What a normalisation says of all units: forward the mean and the root, back what is taken off, alike and along n.
struct Moments {
  Four mean, by;
};

// Every warp computes them for itself, in the same order.
template <int LANES>
__device__ __noinline__ Moments moments(const Here& here, const Update& update, const Lane<LANES>& at) {
  constexpr int ENTRIES = Lane<LANES>::ENTRIES;
  const Sweep& s = here.s;
  const Four count = four((Real)update.units);
  Four mean = four(0), by = four(0);
  if (s.values) {
    for (int unit = at.place; unit < update.units; unit += ENTRIES) {
      const Four g = here.sum(update.start + unit) * four(s.parameters[update.gain + unit]);
      mean = mean + g;
      by = by + g * here.value({update.normalised, 0}, unit);
    }
    mean = overLanes<LANES>(mean) / count;
    return {update.isCentred ? mean : four(0), overLanes<LANES>(by) / count};
  }
  if (update.isCentred) {
    for (int unit = at.place; unit < update.units; unit += ENTRIES) {
      mean = mean + here.sum(update.start + unit);
    }
    mean = overLanes<LANES>(mean) / count;
  }
  for (int unit = at.place; unit < update.units; unit += ENTRIES) {
    const Four centred = here.sum(update.start + unit) - mean;
    by = by + centred * centred;
  }
  const Four squares = overLanes<LANES>(by) / count;
  return {mean, each(squares, [](Real x) { return sqrt(x + (Real)NORMALISATION_EPSILON); })};
}

// What the products of a unit are added to.
__device__ inline Four startOf(const Here& here, const Update& update, int unit, const Moments& moments) {
  const Sweep& s = here.s;
  const Four bias = four(update.bias < 0 ? 0 : s.parameters[update.bias + unit]);
  if (update.start == BIAS) {
    return bias;
  }
  if (update.start == NO_START) {
    return four(0);
  }
  const Four start = here.sum(update.start + unit);
  if (update.normalised < 0) {
    return start;
  }
  const Four gain = four(s.parameters[update.gain + unit]);
  if (s.values) {
    const Four n = here.value({update.normalised, 0}, unit), root = here.value({update.root, 0}, 0);
    return (gain * start - n * moments.by - moments.mean) / root;
  }
  const Four n = (start - moments.mean) / moments.by;
  here.keep(update.normalised + unit, n);
  if (unit == 0) {
    here.keep(update.root, moments.by);
  }
  return gain * n + bias;
}

// What is added unit by unit.
__device__ inline Four termsOf(const Here& here, const Update& update, int unit) {
  Four sum = four(0);
  for (int i = update.firstTerm; i < update.firstTerm + update.terms; i++) {
    const Factors& term = here.s.terms[i];
    if (here.has(term.row.shift)) {
      Four product = loadWritten(here.s.sums + here.at(term.row.row + unit, term.row.shift));
      product = term.by.row == NO_ROW ? product : product * here.value(term.by, unit);
      product = term.isMasked ? product * here.mask : product;
      sum = sum + four((Real)term.factor) * product;
    }
  }
  return sum;
}

// The value z' of a slot.
__device__ inline Four combined(const Here& here, const Update& update, int unit, Four a) {
  const Four old = here.value(update.old, unit), keep = here.value(update.keep, unit);
  switch (update.combination) {
    case RESIDUAL:
      return old + four((Real)update.scale) * a;
    case LEAKY:
      return old + four((Real)update.scale) * (a - old);
    case GATED:
      return keep * old + (a - keep * a);
    default:
      return keep * old + here.value(update.write, unit) * a;
  }
}

// The gradient of a from that of z'.
__device__ inline Four ofActivated(const Here& here, const Update& update, int unit, Four g) {
  switch (update.combination) {
    case RESIDUAL:
    case LEAKY:
      return four((Real)update.scale) * g;
    case GATED:
      return g - here.value(update.keep, unit) * g;
    case TWO_GATES:
      return here.value(update.write, unit) * g;
    default:
      return g;
  }
}

// From the complete sum of a unit to all that is kept of it.
__device__ inline void complete(const Here& here, const Update& update, int unit, Four u) {
  if (here.s.values) {
    if (update.activated != update.target) {
      here.keep(update.target + unit, u);
    }
    Four du = ofActivated(here, update, unit, u);
    if (update.activation.kind != NONE) {
      du = du * derivative(&update.activation, here.value({update.kept, 0}, unit));
    }
    here.keep(update.activated + unit, du);
    return;
  }
  if (update.kept >= 0) {
    here.keep(update.kept + unit, u);
  }
  const Four a = update.activation.kind == NONE ? u : activate(&update.activation, u);
  here.keep(update.activated + unit, a);
  if (update.combination != REPLACE) {
    here.keep(update.target + unit, combined(here, update, unit, a));
  }
}

// ---------------------------------------------------------------------------------- sweeps

// Waits until as many blocks have arrived, which then see what the others wrote. Comes after a barrier of the block, so
// that all its threads have written. The counter may wrap around: blocks are never further apart than one phase.
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

// A block's share of a slot's units.
struct Share {
  const int begin, end;

  __device__ inline Share(const Sweep& s, int units, int part)
      : begin((int)((long long)units * part / s.parts)), end((int)((long long)units * (part + 1) / s.parts)) {}
};

template <int LANES>
__device__ inline void sweep(const Sweep& s) {
  SHARED_MEMORY(Four, panel);
  const Lane<LANES> at;
  const int tile = blockIdx.x / s.parts, part = blockIdx.x % s.parts;
  const int column = tile * LANES + 4 * at.quad;  // of this thread's four samples
  unsigned expected = 0;
  for (int i = 0; i < s.timeSteps; i++) {
    const int t = s.first + s.step * (int)(blockIdx.y * s.timeSteps + i);
    if (t < -1 || t >= s.time) {
      break;  // the last blocks' time steps may pass the end
    }
    const size_t record = (size_t)(t + 1) * s.rows * s.stride + column;
    const Here here = {s, record, t, s.mask && t >= 0 ? load(s.mask + (size_t)t * s.stride + column) : four(1)};
    for (int p = 0; p < s.count; p++) {
      const Phase& phase = s.phases[p];
      unsigned begun = 0;  // updates with something in their targets, by bits
      for (int r = phase.firstSource; r < phase.firstSource + phase.sources; r++) {
        const Source& source = s.sources[r];
        const int panels = here.has(source.shift) ? (source.units + s.panel - 1) / s.panel : 0;
        for (int q = 0; q < panels; q++) {
          const int from = q * s.panel;
          if (begun) {
            __syncthreads();  // all are done with the panel before
          }
          stage<LANES>(panel, s.sums + here.at(source.row + from, source.shift), min(s.panel, source.units - from),
                       s.stride);
          __syncthreads();
          unsigned used = 0;
          for (int k = source.firstUse; k < source.firstUse + source.uses; k++) {
            const Use& use = s.uses[k];
            const Update& update = s.updates[use.update];
            const Matrix matrix = s.matrices[use.matrix];
            const int* starts = matrix.starts + (size_t)q * update.units;
            const unsigned bit = 1u << (use.update - phase.firstUpdate);
            const Share share(s, update.units, part);
            for (int unit = share.begin + at.warp; unit < share.end; unit += at.warps) {
              Four sum = product(matrix, starts[unit], starts[update.units + unit], from, panel, at);
              sum = use.isMasked ? sum * here.mask : sum;
              if (at.place == 0) {
                Real* target = s.sums + here.at(update.target + unit);
                store(target, sum + ((begun | used) & bit ? load(target) : startOf(here, update, unit, {})));
              }
            }
            used |= bit;
          }
          begun |= used;
        }
      }
      for (int u = phase.firstUpdate; u < phase.firstUpdate + phase.updates; u++) {
        const Update& update = s.updates[u];
        const Moments ofAll = update.normalised >= 0 ? moments<LANES>(here, update, at) : Moments{};
        const bool isBegun = begun >> (u - phase.firstUpdate) & 1;
        const Share share(s, update.units, part);
        for (int unit = share.begin + at.warp; unit < share.end; unit += at.warps) {
          if (at.place == 0) {
            const Four sum =
                isBegun ? load(s.sums + here.at(update.target + unit)) : startOf(here, update, unit, ofAll);
            complete(here, update, unit, sum + termsOf(here, update, unit));
          }
        }
      }
      __syncthreads();  // before the panel is written again, or other parts see the rows
      if (s.parts > 1 && s.arrivals) {
        expected += s.parts;
        waitForParts(s.arrivals + tile, expected);
      }
    }
  }
}

KERNEL void __launch_bounds__(256, BLOCKS) sweep4(Sweep s) {
  sweep<4>(s);
}

KERNEL void __launch_bounds__(256, BLOCKS) sweep8(Sweep s) {
  sweep<8>(s);
}

KERNEL void __launch_bounds__(256, BLOCKS) sweep16(Sweep s) {
  sweep<16>(s);
}

KERNEL void __launch_bounds__(256, BLOCKS) sweep32(Sweep s) {
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
KERNEL void __launch_bounds__(256) outer(Samples s, const Chunk* chunks, int chunkCount,
                                                        const int* sources, Real* result) {
  for (unsigned index = globalWarp(); index < (unsigned)chunkCount; index += globalWarps()) {
    const Chunk chunk = chunks[index];
    unsigned offsets[32];  // of the sources' rows, in fours so that 32 bits do for 64 GB of a record
    Real sums[32];
#pragma unroll
    for (int e = 0; e < 32; e++) {
      offsets[e] = (unsigned)sources[min(chunk.begin + e, chunk.end - 1)] * (unsigned)(s.stride / 4);
      sums[e] = 0;
    }
    for (Walk at(s.first, s.stride); at.t < s.time; at.next()) {
      const size_t record = (size_t)(at.t + 1) * s.rows;
      for (int i = 0; i < s.count; i++) {
        const Term term = s.terms[i];
        const Four g = load(s.gradients + (record + term.gradient + chunk.unit) * s.stride + 4 * at.quad);
        const long long row = (long long)record + (long long)term.shift * s.rows + term.value;
        const Four* rows = (const Four*)(s.values + row * s.stride) + at.quad;
#pragma unroll
        for (int e = 0; e < 32; e++) {
          const Four v = rows[offsets[e]];
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
          const Real given = isUpper ? sums[e] : sums[e + half];
          const Real kept = isUpper ? sums[e + half] : sums[e];
          sums[e] = kept + shuffleXor(given, half);
        }
      }
    }
    const int entry = chunk.begin + threadIdx.x % 32;
    if (entry < chunk.end) {
      result[entry] = s.isAdded ? result[entry] + sums[0] : sums[0];
    }
  }
}

// Gradients of biases, or of gains where terms have values, a unit to a warp.
KERNEL void ofUnits(Samples s, int units, Real* result) {
  for (unsigned unit = globalWarp(); unit < (unsigned)units; unit += globalWarps()) {
    Real sum = 0;
    for (Walk at(s.first, s.stride); at.t < s.time; at.next()) {
      const size_t record = (size_t)(at.t + 1) * s.rows;
      for (int i = 0; i < s.count; i++) {
        const Term term = s.terms[i];
        Four g = load(s.gradients + (record + term.gradient + unit) * s.stride + 4 * at.quad);
        if (term.value != NO_ROW) {
          g = g * load(s.values + (record + term.value + unit) * s.stride + 4 * at.quad);
        }
        sum += (g.x + g.y) + (g.z + g.w);
      }
    }
#pragma unroll
    for (int half = 16; half >= 1; half /= 2) {
      sum += shuffleXor(sum, half);
    }
    if (threadIdx.x % 32 == 0) {
      result[unit] = s.isAdded ? result[unit] + sum : sum;
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
KERNEL void addRows(Samples s, int target, int units, Real* gradients) {
  const size_t length = (size_t)units * (s.stride / 4);
  const size_t count = (size_t)(s.time - s.first) * length;
  for (size_t k = globalThread(); k < count; k += globalThreads()) {
    Real* at = gradients + (s.first + k / length + 1) * s.rows * s.stride + 4 * (k % length);
    Four sum = four(0);
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
KERNEL void copyRows(Real* records, int rows, int stride, int row, Real* array, int units, int batch,
                                    int firstRecord, int count, int way, const Real* mask) {
  const size_t length = (size_t)units * stride;
  for (size_t k = globalThread(); k < count * length; k += globalThreads()) {
    const size_t t = k / length, rest = k % length;
    const size_t unit = rest / stride, sample = rest % stride;
    Real* inRecord = records + ((firstRecord + t) * rows + row) * stride + rest;
    Real* samples = array + (t * units + unit) * batch;
    Real* inArray = samples + sample;
    if (way != OUT_OF_RECORDS) {
      *inRecord = sample < (size_t)batch ? *inArray : way == INTO_RECORDS_REPEATED ? samples[batch - 1] : 0;
    } else if (sample < (size_t)batch) {
      *inArray = mask ? *inRecord * mask[t * stride + sample] : *inRecord;
    }
  }
}

// Weights in another order: that of the transpose.
KERNEL void permute(const Real* weights, const int* entries, int count, Real* result) {
  for (size_t k = globalThread(); k < (size_t)count; k += globalThreads()) {
    result[k] = weights[entries[k]];
  }
}
