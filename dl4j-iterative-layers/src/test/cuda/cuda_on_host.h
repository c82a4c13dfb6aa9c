// As much of CUDA as iterative_map.cu needs, on one thread of the host. Every CUDA thread is a fibre that runs until it
// has to wait; which one goes on is drawn by chance, so that a missing barrier shows as a wrong result. All blocks of a
// cooperative launch are there at once, those of others run one after the other. A barrier that not all reach, or a
// loop that waits for what nobody will do, ends the launch as soon as no fibre gets on.
#pragma once
#undef _FORTIFY_SOURCE  // its longjmp refuses to go from stack to stack
#include <math.h>
#include <setjmp.h>
#include <string.h>
#include <ucontext.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#define __device__
#define __noinline__ __attribute__((noinline))
#define __global__
#define KERNEL __global__
#define __launch_bounds__(...)
#define SHARED_MEMORY(type, name) type* name = (type*)on_host::current->block->shared.get()
#define SPIN on_host::spin()
#define threadIdx (on_host::current->thread)
#define blockIdx (on_host::current->block->index)
#define blockDim (on_host::launched.block)
#define gridDim (on_host::launched.grid)

struct dim3 {
  unsigned x, y, z;
};

using std::min;

namespace on_host {

// What memory is filled with before it is written, and what lies around it: not a number.
constexpr int UNWRITTEN = 0xff;
constexpr size_t GUARD = 256;

inline void* guarded(size_t bytes) {
  char* start = (char*)aligned_alloc(256, GUARD + (bytes + 255) / 256 * 256 + GUARD);
  if (!start) {
    return nullptr;
  }
  memset(start, UNWRITTEN, GUARD + (bytes + 255) / 256 * 256 + GUARD);
  return start + GUARD;
}

// Whether nothing was written in front of or behind what guarded() gave.
inline bool isIntact(const void* memory, size_t bytes) {
  const unsigned char* start = (const unsigned char*)memory;
  const auto isUnwritten = [](unsigned char byte) { return byte == UNWRITTEN; };
  return std::all_of(start - GUARD, start, isUnwritten) &&
         std::all_of(start + bytes, start + bytes + GUARD, isUnwritten);
}

inline void release(void* memory) {
  if (memory) {
    free((char*)memory - GUARD);
  }
}

struct Release {
  void operator()(void* memory) { release(memory); }
};

struct Fibre;

struct Barrier {
  std::vector<Fibre*> waiting;
  unsigned turn = 0;
};

struct Warp {
  Barrier barrier;
  struct {
    char bytes[32];
  } given[2][32];  // by turn: who is ahead by one does not overwrite what others have yet to read
};

struct Block {
  dim3 index;
  std::unique_ptr<void, Release> shared;
  Barrier barrier;
  std::vector<Warp> warps;
};

struct Fibre {
  // No power of two, or all stacks would share the same few lines of the cache.
  static constexpr size_t STACK = 24 * 1024 + 5 * 64;
  dim3 thread;
  Block* block;
  jmp_buf at;
  std::unique_ptr<char[]> stack{new char[STACK]};
};

struct Launch {
  dim3 grid, block;
  void (*body)(void*);
  void* argument;
};

inline Launch launched;
inline Fibre* current;
inline std::vector<Fibre*> ready, spinning;
inline bool isMoving;  // whether a fibre did anything but look again since the spinning ones were last woken
inline size_t finished;
inline unsigned chance = 1;
inline jmp_buf launcher;
inline ucontext_t creator;
// Kept for the next launches: a context takes long to make.
inline std::vector<std::unique_ptr<Fibre>> fibres;
inline std::vector<Block> blocks;

inline unsigned draw(unsigned below) {
  chance ^= chance << 13;
  chance ^= chance >> 17;
  chance ^= chance << 5;
  return (unsigned long long)chance * below >> 32;
}

// Goes on with another fibre, or to the launcher if there is none.
[[noreturn]] inline void goOn() {
  if (ready.empty()) {
    if (!isMoving || spinning.empty()) {
      _longjmp(launcher, 1);
    }
    isMoving = false;
    std::swap(ready, spinning);
  }
  if (draw(8) == 0) {  // else the last, whose stack is the likeliest to be in the cache: twice as fast
    std::swap(ready[draw(ready.size())], ready.back());
  }
  current = ready.back();
  ready.pop_back();
  _longjmp(current->at, 1);
}

__attribute__((noinline)) inline void leave() {
  if (!_setjmp(current->at)) {
    goOn();
  }
}

inline void spin() {
  spinning.push_back(current);
  leave();
}

inline void wait(Barrier& barrier, size_t count) {
  isMoving = true;
  barrier.waiting.push_back(current);
  if (barrier.waiting.size() == count) {
    barrier.turn++;
    ready.insert(ready.end(), barrier.waiting.begin(), barrier.waiting.end());
    barrier.waiting.clear();
  }
  leave();
}

// What every fibre does all its life: a thread of one launch after the other.
inline void live() {
  if (!_setjmp(current->at)) {
    setcontext(&creator);
  }
  while (true) {
    launched.body(launched.argument);
    finished++;
    isMoving = true;
    leave();
  }
}

inline void makeFibres(size_t count) {
  while (fibres.size() < count) {
    fibres.emplace_back(new Fibre);
    current = fibres.back().get();
    ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = current->stack.get();
    context.uc_stack.ss_size = Fibre::STACK;
    context.uc_link = nullptr;
    makecontext(&context, live, 0);
    swapcontext(&creator, &context);
  }
}

// Runs all fibres that are ready, and what those make ready.
__attribute__((noinline)) inline void runReady() {
  if (!_setjmp(launcher)) {
    goOn();
  }
}

// Runs blocks side by side. False if some did not come to an end or wrote past their shared memory.
inline bool run(const std::vector<unsigned>& indices, size_t sharedBytes) {
  const unsigned threads = launched.block.x;
  if (blocks.size() < indices.size()) {
    blocks.resize(indices.size());
  }
  makeFibres(indices.size() * threads);
  for (size_t b = 0; b < indices.size(); b++) {
    Block& block = blocks[b];
    block.index = {indices[b] % launched.grid.x, indices[b] / launched.grid.x, 0};
    block.shared.reset(guarded(sharedBytes));
    block.warps.resize((threads + 31) / 32);
    for (unsigned t = 0; t < threads; t++) {
      Fibre* fibre = fibres[b * threads + t].get();
      fibre->thread = {t, 0, 0};
      fibre->block = &block;
      ready.push_back(fibre);
    }
  }
  finished = 0;
  isMoving = true;
  runReady();
  bool isGood = finished == indices.size() * threads;
  for (size_t b = 0; b < indices.size(); b++) {
    isGood &= isIntact(blocks[b].shared.get(), sharedBytes);
  }
  if (!isGood) {  // who stays behind is not to be used again
    spinning.clear();
    fibres.clear();
    blocks.clear();
  }
  return isGood;
}

// Runs a kernel to its end. False where CUDA would hang or break off.
inline bool launch(const Launch& launch, bool isCooperative, size_t sharedBytes) {
  launched = launch;
  std::vector<unsigned> indices(launch.grid.x * launch.grid.y);
  for (size_t b = 0; b < indices.size(); b++) {
    std::swap(indices[b] = b, indices[draw(b + 1)]);
  }
  if (isCooperative) {
    return run(indices, sharedBytes);
  }
  return std::all_of(indices.begin(), indices.end(), [=](unsigned b) { return run({b}, sharedBytes); });
}

}  // namespace on_host

inline void __syncthreads() {
  on_host::wait(on_host::current->block->barrier, on_host::launched.block.x);
}

template <class T>
T shuffleXor(T value, int mask) {
  const unsigned thread = on_host::current->thread.x, lane = thread % 32;
  on_host::Warp& warp = on_host::current->block->warps[thread / 32];
  auto* given = warp.given[warp.barrier.turn % 2];
  static_assert(sizeof(T) <= sizeof(given->bytes), "");
  memcpy(given + lane, &value, sizeof(T));
  on_host::wait(warp.barrier, min(32u, on_host::launched.block.x - thread / 32 * 32));
  memcpy(&value, given + (lane ^ mask), sizeof(T));
  return value;
}

inline void __threadfence() {}

inline unsigned atomicAdd(unsigned* at, unsigned value) {
  const unsigned before = *at;
  *at = before + value;
  return before;
}
