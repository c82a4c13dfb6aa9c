// The entries of the CUDA driver's library that the Java side calls, for tests on machines without a GPU. Device memory
// is the host's, and the kernels are those of iterative_map.cu compiled as C++: all is run but the GPU's own compiler.
// Stricter than a GPU where that finds mistakes: see cuda_on_host.h, and the checks of memory, contexts, streams here.
// What is put into a stream is done when somebody waits for it and not before, so that who does not wait, or writes too
// early to memory that a copy still reads, gets other numbers.
//
//   g++ -std=c++17 -O2 -shared -fPIC -I src/test/cuda -o FILE src/test/cuda/driver.cpp
#define CUDA_ON_HOST
#include "cuda_on_host.h"
#ifndef KERNELS
#define KERNELS "../../main/cuda/iterative_map.cu"
#endif

// Once for each precision, as the PTX files are.
namespace floats {
#define REAL float
#include KERNELS
#undef REAL
}  // namespace floats

namespace doubles {
#define REAL double
#include KERNELS
#undef REAL
}  // namespace doubles

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>

namespace {

enum Result {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_PTX = 218,
  INVALID_CONTEXT = 201,
  NO_BINARY_FOR_GPU = 209,
  UNSUPPORTED_PTX_VERSION = 222,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_FAILED = 719,
  COOPERATIVE_LAUNCH_TOO_LARGE = 720,
  NOT_SUPPORTED = 801
};

const std::map<int, std::pair<const char*, const char*>> NAMES = {
    {SUCCESS, {"CUDA_SUCCESS", "no error"}},
    {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {OUT_OF_MEMORY, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {NO_DEVICE, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
    {INVALID_DEVICE, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {INVALID_IMAGE, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
    {INVALID_PTX, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
    {NOT_SUPPORTED, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}},
    {INVALID_CONTEXT, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
    {NO_BINARY_FOR_GPU, {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"}},
    {UNSUPPORTED_PTX_VERSION,
     {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."}},
    {INVALID_HANDLE, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
    {NOT_FOUND, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
    {ILLEGAL_ADDRESS, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
    {LAUNCH_FAILED, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
    {COOPERATIVE_LAUNCH_TOO_LARGE,
     {"CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE", "too many blocks in cooperative launch"}}};

// Little shared memory, so that small slots are cut into panels, and few blocks that can be resident.
// No more threads than the kernels are compiled for.
constexpr unsigned SHARED_MEMORY_BYTES = 512, MULTIPROCESSORS = 16, BLOCKS_OF_ONE = 2, MOST_THREADS = 256;

// What tests change.
struct Settings {
  long devices = 1;
  long capability = 90;
  long driver = 13000;
  long memory = 1L << 40;
  long launchesToFailure = -1;
  long cooperative = 1;  // whether blocks may wait for each other
  long timeout = 0;      // whether long launches are ended
  long compiler = 1;     // whether it takes the kernels
};

struct Kernel;

// What a call of cuModuleGetFunction gives: of one device, not of another.
struct Function {
  const Kernel* kernel;
};

constexpr int PRECISIONS = 2;

// The primary context of a device.
struct Context {
  int retained = 0;
  long launches = 0;
  std::string images[PRECISIONS];  // modules, as PTX
  std::map<const Kernel*, Function> functions;
};

struct Memory {
  size_t bytes;
  const Context* context;
};

// Work in its order. The default stream holds only copies from memory that is not pinned: they return when the driver
// has read that memory, not when the device has the numbers.
struct Stream {
  const Context* context;
  std::deque<std::function<void()>> work;
  long put = 0, done = 0;

  void add(std::function<void()> piece) {
    work.push_back(std::move(piece));
    put++;
  }

  void runTo(long mark) {
    while (done < mark) {
      work.front()();
      work.pop_front();
      done++;
    }
  }

  void run() { runTo(put); }
};

struct Event {
  Stream* stream = nullptr;  // null before it is recorded
  long mark = 0;
};

constexpr int MOST_DEVICES = 8;

std::mutex mutex;
Settings settings;
int sticky = SUCCESS;
Context contexts[MOST_DEVICES];
thread_local Context* currentContext = nullptr;
std::map<char*, Memory> allocations, pinned;
size_t allocatedBytes = 0;
long launches = 0;
Stream defaultStreams[MOST_DEVICES];
std::map<void*, std::unique_ptr<Stream>> streams;
std::map<void*, std::unique_ptr<Event>> events;
std::set<Stream*> launchedInto;
bool hasStreams = false;  // since the first one was made: who has them puts everything into them

// What calls to a context start with.
#define CONTEXT_CALL()                                  \
  const std::lock_guard<std::mutex> lock(mutex);        \
  if (const int error = contextError()) return error

int contextError() {
  return sticky ? sticky : currentContext && currentContext->retained > 0 ? SUCCESS : INVALID_CONTEXT;
}

bool isInOne(const std::map<char*, Memory>& memories, const void* start, size_t bytes, const Context* context) {
  auto behind = memories.upper_bound((char*)start);
  if (behind == memories.begin()) {
    return false;
  }
  const auto& [from, memory] = *std::prev(behind);
  const size_t offset = (const char*)start - from;
  return memory.context == context && offset <= memory.bytes && bytes <= memory.bytes - offset;
}

bool isInOneAllocation(const void* start, size_t bytes) {
  return isInOne(allocations, start, bytes, currentContext);
}

Stream& defaultStream() {
  return defaultStreams[currentContext - contexts];
}

// A stream of the present device; null if it is none.
Stream* streamOf(void* handle) {
  const auto found = streams.find(handle);
  return found == streams.end() || found->second->context != currentContext ? nullptr : found->second.get();
}

void runAll(const Context* context) {
  defaultStreams[context - contexts].run();
  for (auto& [handle, stream] : streams) {
    if (stream->context == context) {
      stream->run();
    }
  }
}

// A kernel, and how it is called: with the parameters as they are when it is put into a stream.
struct Kernel {
  const char* name;
  std::function<void()> (*bind)(const Kernel& kernel, void** parameters);
  void (*function)();
};

template <class... A, size_t... I>
std::function<void()> bound(void (*function)(A...), void** parameters, std::index_sequence<I...>) {
  return [function, arguments = std::tuple<A...>(*(A*)parameters[I]...)] { std::apply(function, arguments); };
}

template <class... A>
Kernel kernel(const char* name, void (*function)(A...)) {
  return {name,
          [](const Kernel& self, void** parameters) {
            return bound((void (*)(A...))self.function, parameters, std::index_sequence_for<A...>());
          },
          (void (*)())function};
}

#define KERNELS_OF(precision)                                                    \
  {kernel("sweep4", precision::sweep4),   kernel("sweep8", precision::sweep8),   \
   kernel("sweep16", precision::sweep16), kernel("sweep32", precision::sweep32), \
   kernel("outer", precision::outer),     kernel("ofUnits", precision::ofUnits), \
   kernel("addRows", precision::addRows), kernel("copyRows", precision::copyRows), \
   kernel("permute", precision::permute)}

Kernel kernels[PRECISIONS][9] = {KERNELS_OF(floats), KERNELS_OF(doubles)};

// Runs a kernel to its end.
void run(dim3 grid, dim3 block, std::function<void()>& kernel, bool isCooperative, unsigned sharedBytes) {
  if (sticky) {
    return;
  }
  const auto body = [](void* argument) { (*(std::function<void()>*)argument)(); };
  if (!on_host::launch({grid, block, body, &kernel}, isCooperative, sharedBytes)) {
    sticky = LAUNCH_FAILED;
  }
  for (const auto& [start, memory] : allocations) {
    if (!on_host::isIntact(start, memory.bytes)) {
      sticky = ILLEGAL_ADDRESS;
    }
  }
}

int launch(void* handle, bool isCooperative, dim3 grid, dim3 block, unsigned sharedBytes, void* streamHandle,
           void** parameters) {
  CONTEXT_CALL();
  const size_t count = (size_t)grid.x * grid.y;
  if (!handle || count == 0 || grid.y > 65535 || grid.z != 1 || block.x == 0 || block.x > MOST_THREADS ||
      block.y != 1 || block.z != 1 || sharedBytes > SHARED_MEMORY_BYTES) {
    return INVALID_VALUE;
  }
  const Function& function = *(Function*)handle;
  const auto own = currentContext->functions.find(function.kernel);
  Stream* stream = hasStreams ? streamOf(streamHandle) : streamHandle ? nullptr : &defaultStream();
  if (own == currentContext->functions.end() || &own->second != &function || !stream) {
    return INVALID_HANDLE;
  }
  if (isCooperative && !settings.cooperative) {
    return NOT_SUPPORTED;
  }
  if (isCooperative && count > MULTIPROCESSORS * BLOCKS_OF_ONE) {
    return COOPERATIVE_LAUNCH_TOO_LARGE;
  }
  launches++;
  currentContext->launches++;
  launchedInto.insert(stream);
  const bool isToFail = settings.launchesToFailure > 0 && --settings.launchesToFailure == 0;
  stream->add([=, kernel = function.kernel->bind(*function.kernel, parameters)]() mutable {
    run(grid, block, kernel, isCooperative, sharedBytes);
    sticky = isToFail ? LAUNCH_FAILED : sticky;  // as on a GPU, who waits hears of it
  });
  if (!streamHandle) {
    stream->run();
  }
  return sticky;
}

}  // namespace

extern "C" {

// Changes how the device behaves; "reset" takes all of that back, and lets the device work again after a failure.
int emulate(const char* what, long value) {
  const std::lock_guard<std::mutex> lock(mutex);
  const std::string name = what;
  if (name == "devices" && value <= MOST_DEVICES) {
    settings.devices = value;
  } else if (name == "capability") {
    settings.capability = value;
  } else if (name == "driver") {
    settings.driver = value;
  } else if (name == "memory") {
    settings.memory = value;
  } else if (name == "cooperative") {
    settings.cooperative = value;
  } else if (name == "timeout") {
    settings.timeout = value;
  } else if (name == "compiler") {
    settings.compiler = value;
  } else if (name == "failLaunch") {
    settings.launchesToFailure = value;
    sticky = value == 0 ? LAUNCH_FAILED : sticky;
  } else if (name == "reset") {
    settings = Settings();
    sticky = SUCCESS;
  } else {
    return INVALID_VALUE;
  }
  return SUCCESS;
}

// What there is now; how many kernels were launched so far, on the first and on the second device, and into how many of
// the streams that there are now.
long emulated(const char* what) {
  const std::lock_guard<std::mutex> lock(mutex);
  const std::string name = what;
  return name == "allocations"     ? (long)allocations.size()
         : name == "bytes"         ? (long)allocatedBytes
         : name == "pinned"        ? (long)pinned.size()
         : name == "streams"       ? (long)streams.size()
         : name == "events"        ? (long)events.size()
         : name == "launches"      ? launches
         : name == "launches on 0" ? contexts[0].launches
         : name == "launches on 1" ? contexts[1].launches
         : name == "launched into" ? (long)launchedInto.size()
                                   : -1;
}

int cuInit(unsigned flags) {
  const std::lock_guard<std::mutex> lock(mutex);
  return flags ? INVALID_VALUE : settings.devices > 0 ? SUCCESS : NO_DEVICE;
}

int cuDriverGetVersion(int* version) {
  const std::lock_guard<std::mutex> lock(mutex);
  *version = settings.driver;
  return SUCCESS;
}

int cuDeviceGetCount(int* count) {
  const std::lock_guard<std::mutex> lock(mutex);
  *count = settings.devices;
  return SUCCESS;
}

int cuDeviceGet(int* device, int ordinal) {
  const std::lock_guard<std::mutex> lock(mutex);
  *device = ordinal;
  return ordinal >= 0 && ordinal < settings.devices ? SUCCESS : INVALID_DEVICE;
}

int cuDeviceGetName(char* name, int length, int) {
  if (length < 1) {
    return INVALID_VALUE;
  }
  strncpy(name, "emulated on the host", length - 1);
  name[length - 1] = 0;
  return SUCCESS;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
  const std::lock_guard<std::mutex> lock(mutex);
  const std::map<int, long> attributes = {{1, MOST_THREADS},
                                          {10, 32},  // threads of a warp
                                          {16, MULTIPROCESSORS},
                                          {75, settings.capability / 10},
                                          {76, settings.capability % 10},
                                          {17, settings.timeout},
                                          {95, settings.cooperative},
                                          {97, SHARED_MEMORY_BYTES}};
  const auto found = attributes.find(attribute);
  if (found == attributes.end()) {
    return INVALID_VALUE;
  }
  *value = found->second;
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (sticky || device < 0 || device >= settings.devices) {
    return sticky ? sticky : INVALID_DEVICE;
  }
  contexts[device].retained++;
  *context = &contexts[device];
  return SUCCESS;
}

// What is still allocated stays, other than with CUDA, so that tests can count it.
int cuDevicePrimaryCtxRelease_v2(int device) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (sticky || device < 0 || device >= MOST_DEVICES || contexts[device].retained == 0) {
    return sticky ? sticky : INVALID_CONTEXT;
  }
  contexts[device].retained--;
  return SUCCESS;
}

// For the calling thread: others have none until they ask.
int cuCtxSetCurrent(void* context) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (sticky) {
    return sticky;
  }
  if (context && std::none_of(contexts, contexts + MOST_DEVICES, [=](auto& one) { return &one == context; })) {
    return INVALID_CONTEXT;
  }
  currentContext = (Context*)context;
  return SUCCESS;
}

int cuCtxSynchronize() {
  CONTEXT_CALL();
  runAll(currentContext);
  return sticky;
}

int cuStreamCreate(void** stream, unsigned flags) {
  CONTEXT_CALL();
  constexpr unsigned NON_BLOCKING = 1;
  if (flags != NON_BLOCKING) {  // others wait for the default stream and make it wait
    return INVALID_VALUE;
  }
  Stream* made = new Stream{currentContext};
  *stream = made;
  streams[made].reset(made);
  hasStreams = true;
  return SUCCESS;
}

int cuStreamSynchronize(void* stream) {
  CONTEXT_CALL();
  Stream* known = stream ? streamOf(stream) : &defaultStream();
  if (!known) {
    return INVALID_HANDLE;
  }
  known->run();
  return sticky;
}

int cuStreamDestroy_v2(void* stream) {
  CONTEXT_CALL();
  Stream* known = streamOf(stream);
  if (!known) {
    return INVALID_HANDLE;
  }
  known->run();
  for (auto& [handle, event] : events) {
    event->stream = event->stream == known ? nullptr : event->stream;
  }
  launchedInto.erase(known);
  streams.erase(stream);
  return sticky;
}

int cuEventCreate(void** event, unsigned) {
  CONTEXT_CALL();
  Event* made = new Event;
  *event = made;
  events[made].reset(made);
  return SUCCESS;
}

int cuEventRecord(void* event, void* stream) {
  CONTEXT_CALL();
  Stream* known = streamOf(stream);
  if (!events.count(event) || !known) {
    return INVALID_HANDLE;
  }
  *(Event*)event = {known, known->put};
  return SUCCESS;
}

int cuEventSynchronize(void* event) {
  CONTEXT_CALL();
  if (!events.count(event)) {
    return INVALID_HANDLE;
  }
  if (Stream* stream = ((Event*)event)->stream) {
    stream->runTo(((Event*)event)->mark);
  }
  return sticky;
}

int cuEventDestroy_v2(void* event) {
  CONTEXT_CALL();
  return events.erase(event) ? SUCCESS : INVALID_HANDLE;
}

int cuModuleLoadDataEx(void** module, const void* text, unsigned options, const int* names, void** values) {
  CONTEXT_CALL();
  if (!settings.compiler) {
    constexpr int ERROR_LOG = 5, ERROR_LOG_BYTES = 6;
    if (options == 2 && names[0] == ERROR_LOG && names[1] == ERROR_LOG_BYTES) {
      strncpy((char*)values[0], "ptxas error   : emulated", (size_t)values[1]);
    }
    return INVALID_PTX;
  }
  // Only doubles are multiplied and added as such.
  const bool isDouble = std::string((const char*)text).find("fma.rn.f64") != std::string::npos;
  std::string& image = currentContext->images[isDouble];
  image = (const char*)text;
  if (image.find(".version") == std::string::npos) {
    return INVALID_IMAGE;
  }
  if (settings.driver < 11000) {  // the first with PTX ISA 7.0
    return UNSUPPORTED_PTX_VERSION;
  }
  if (settings.capability < 80) {
    return NO_BINARY_FOR_GPU;
  }
  *module = &image;
  return SUCCESS;
}

// The precision of a module of the present device.
static long moduleOf(void* module) {
  return std::find_if(currentContext->images, currentContext->images + PRECISIONS,
                      [=](auto& image) { return &image == module; }) - currentContext->images;
}

int cuModuleUnload(void* module) {
  CONTEXT_CALL();
  return moduleOf(module) < PRECISIONS ? SUCCESS : INVALID_VALUE;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  CONTEXT_CALL();
  const long precision = moduleOf(module);
  if (precision == PRECISIONS) {
    return INVALID_VALUE;
  }
  const std::string& image = currentContext->images[precision];
  for (Kernel& kernel : kernels[precision]) {
    if (!strcmp(kernel.name, name) && image.find(std::string(".entry ") + name + "(") != std::string::npos) {
      Function& known = currentContext->functions[&kernel];
      known.kernel = &kernel;
      *function = &known;
      return SUCCESS;
    }
  }
  return NOT_FOUND;
}

int cuFuncSetAttribute(void*, int attribute, int value) {
  CONTEXT_CALL();
  constexpr int DYNAMIC_SHARED_BYTES = 8;
  return attribute == DYNAMIC_SHARED_BYTES && value > (int)SHARED_MEMORY_BYTES ? INVALID_VALUE : SUCCESS;
}

int cuMemAlloc_v2(void** pointer, size_t bytes) {
  CONTEXT_CALL();
  if (bytes == 0) {
    return INVALID_VALUE;
  }
  if (settings.memory < (long)allocatedBytes || bytes > settings.memory - allocatedBytes) {
    return OUT_OF_MEMORY;
  }
  *pointer = on_host::guarded(bytes);
  if (!*pointer) {
    return OUT_OF_MEMORY;
  }
  allocations[(char*)*pointer] = {bytes, currentContext};
  allocatedBytes += bytes;
  return SUCCESS;
}

// Waits for the whole device, as CUDA does.
int cuMemFree_v2(void* pointer) {
  CONTEXT_CALL();
  const auto found = allocations.find((char*)pointer);
  if (found == allocations.end() || found->second.context != currentContext) {
    return INVALID_VALUE;
  }
  runAll(currentContext);
  memset(pointer, on_host::UNWRITTEN, found->second.bytes);  // who still reads it is to notice
  on_host::release(pointer);
  allocatedBytes -= found->second.bytes;
  allocations.erase(found);
  return sticky;
}

int cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
  CONTEXT_CALL();
  if (bytes == 0) {
    return INVALID_VALUE;
  }
  *pointer = on_host::guarded(bytes);
  if (!*pointer) {
    return OUT_OF_MEMORY;
  }
  pinned[(char*)*pointer] = {bytes, currentContext};
  return SUCCESS;
}

// Waits for nothing: work that still needs it fails.
int cuMemFreeHost(void* pointer) {
  CONTEXT_CALL();
  const auto found = pinned.find((char*)pointer);
  if (found == pinned.end() || found->second.context != currentContext) {
    return INVALID_VALUE;
  }
  if (!on_host::isIntact(pointer, found->second.bytes)) {
    sticky = ILLEGAL_ADDRESS;
  }
  on_host::release(pointer);
  pinned.erase(found);
  return sticky;
}

int cuMemcpyHtoD_v2(void* to, const void* from, size_t bytes) {
  CONTEXT_CALL();
  if (!isInOneAllocation(to, bytes)) {
    return ILLEGAL_ADDRESS;
  }
  defaultStream().add(
      [to, copy = std::string((const char*)from, bytes)] { memcpy(to, copy.data(), copy.size()); });
  return SUCCESS;
}

int cuMemcpyDtoH_v2(void* to, const void* from, size_t bytes) {
  CONTEXT_CALL();
  if (hasStreams) {  // it would not wait for them
    return INVALID_HANDLE;
  }
  if (!isInOneAllocation(from, bytes)) {
    return ILLEGAL_ADDRESS;
  }
  defaultStream().run();
  memcpy(to, from, bytes);
  return SUCCESS;
}

// A copy whose end on the host is not pinned is none that CUDA makes on the side: it would be waited for.
int copyLater(void* to, const void* from, size_t bytes, const void* onDevice, const void* onHost, void* handle) {
  CONTEXT_CALL();
  Stream* stream = streamOf(handle);
  if (!stream) {
    return INVALID_HANDLE;
  }
  if (!isInOneAllocation(onDevice, bytes)) {
    return ILLEGAL_ADDRESS;
  }
  if (!isInOne(pinned, onHost, bytes, currentContext)) {
    return INVALID_VALUE;
  }
  stream->add([=] {
    if (isInOne(pinned, onHost, bytes, stream->context)) {
      memcpy(to, from, bytes);
    } else {
      sticky = ILLEGAL_ADDRESS;
    }
  });
  return SUCCESS;
}

int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, void* stream) {
  return copyLater(to, from, bytes, to, from, stream);
}

int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, void* stream) {
  return copyLater(to, from, bytes, from, to, stream);
}

int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, void* handle) {
  CONTEXT_CALL();
  Stream* stream = streamOf(handle);
  if (!stream) {
    return INVALID_HANDLE;
  }
  if (!isInOneAllocation(to, bytes) || !isInOneAllocation(from, bytes)) {
    return ILLEGAL_ADDRESS;
  }
  stream->add([=] { memmove(to, from, bytes); });
  return SUCCESS;
}

int cuMemsetD32Async(void* at, unsigned value, size_t count, void* handle) {
  CONTEXT_CALL();
  Stream* stream = streamOf(handle);
  if (!stream) {
    return INVALID_HANDLE;
  }
  if (!isInOneAllocation(at, 4 * count)) {
    return ILLEGAL_ADDRESS;
  }
  stream->add([=] { std::fill_n((unsigned*)at, count, value); });
  return SUCCESS;
}

int cuMemGetInfo_v2(size_t* left, size_t* total) {
  CONTEXT_CALL();
  *total = settings.memory;
  *left = settings.memory < (long)allocatedBytes ? 0 : settings.memory - allocatedBytes;
  return SUCCESS;
}

int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* function, int threads, size_t sharedBytes) {
  CONTEXT_CALL();
  if (!function || threads < 1) {
    return INVALID_VALUE;
  }
  *blocks = threads <= (int)MOST_THREADS && sharedBytes <= SHARED_MEMORY_BYTES ? BLOCKS_OF_ONE : 0;
  return SUCCESS;
}

int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned sharedBytes, void* stream, void** parameters, void**) {
  return launch(function, false, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, stream, parameters);
}

int cuLaunchCooperativeKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                              unsigned blockY, unsigned blockZ, unsigned sharedBytes, void* stream, void** parameters) {
  return launch(function, true, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, stream, parameters);
}

int cuGetErrorName(int error, const char** name) {
  const auto found = NAMES.find(error);
  *name = found == NAMES.end() ? nullptr : found->second.first;
  return *name ? SUCCESS : INVALID_VALUE;
}

int cuGetErrorString(int error, const char** text) {
  const auto found = NAMES.find(error);
  *text = found == NAMES.end() ? nullptr : found->second.second;
  return *text ? SUCCESS : INVALID_VALUE;
}

}  // extern "C"
