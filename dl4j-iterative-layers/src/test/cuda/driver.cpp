// The entries of the CUDA driver's library that the Java side calls, for tests on machines without a GPU. Device memory
// is the host's, and the kernels are those of iterative_map.cu compiled as C++: all is run but the GPU's own compiler.
// Stricter than a GPU where that finds mistakes: see cuda_on_host.h, and the checks of memory and contexts here.
//
//   g++ -std=c++17 -O2 -shared -fPIC -I src/test/cuda -o FILE src/test/cuda/driver.cpp
#define CUDA_ON_HOST
#include "cuda_on_host.h"
#ifndef KERNELS
#define KERNELS "../../main/cuda/iterative_map.cu"
#endif
#include KERNELS

#include <map>
#include <mutex>
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
  INVALID_CONTEXT = 201,
  NO_BINARY_FOR_GPU = 209,
  UNSUPPORTED_PTX_VERSION = 222,
  NOT_FOUND = 500,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_FAILED = 719,
  COOPERATIVE_LAUNCH_TOO_LARGE = 720
};

const std::map<int, std::pair<const char*, const char*>> NAMES = {
    {SUCCESS, {"CUDA_SUCCESS", "no error"}},
    {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
    {OUT_OF_MEMORY, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
    {NO_DEVICE, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
    {INVALID_DEVICE, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
    {INVALID_IMAGE, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
    {INVALID_CONTEXT, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
    {NO_BINARY_FOR_GPU, {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"}},
    {UNSUPPORTED_PTX_VERSION,
     {"CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "the provided PTX was compiled with an unsupported toolchain."}},
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
};

std::mutex mutex;
Settings settings;
int sticky = SUCCESS;
int retained = 0;
int contextItself;
thread_local void* currentContext = nullptr;
std::map<char*, size_t> allocations;
size_t allocatedBytes = 0;
long launches = 0;
std::string image;

// What calls to a context start with.
#define CONTEXT_CALL()                                  \
  const std::lock_guard<std::mutex> lock(mutex);        \
  if (const int error = contextError()) return error

int contextError() {
  return sticky ? sticky : retained > 0 && currentContext == &contextItself ? SUCCESS : INVALID_CONTEXT;
}

bool isInOneAllocation(const void* start, size_t bytes) {
  auto behind = allocations.upper_bound((char*)start);
  if (behind == allocations.begin()) {
    return false;
  }
  const auto& [from, length] = *std::prev(behind);
  const size_t offset = (const char*)start - from;
  return offset <= length && bytes <= length - offset;
}

// A kernel with its parameters, and how it is called with pointers to them.
struct Kernel {
  const char* name;
  void (*call)(const Kernel& kernel, void** parameters);
  void (*function)();
};

template <class... A, size_t... I>
void call(void (*function)(A...), void** parameters, std::index_sequence<I...>) {
  function(*(A*)parameters[I]...);
}

template <class... A>
Kernel kernel(const char* name, void (*function)(A...)) {
  return {name,
          [](const Kernel& self, void** parameters) {
            call((void (*)(A...))self.function, parameters, std::index_sequence_for<A...>());
          },
          (void (*)())function};
}

Kernel kernels[] = {kernel("sweep4", sweep4),   kernel("sweep8", sweep8),     kernel("sweep16", sweep16),
                    kernel("sweep32", sweep32), kernel("outer", outer),       kernel("ofUnits", ofUnits),
                    kernel("addRows", addRows), kernel("copyRows", copyRows), kernel("permute", permute)};

int launch(void* function, bool isCooperative, dim3 grid, dim3 block, unsigned sharedBytes, void** parameters) {
  CONTEXT_CALL();
  const size_t count = (size_t)grid.x * grid.y;
  if (!function || count == 0 || grid.y > 65535 || grid.z != 1 || block.x == 0 || block.x > MOST_THREADS ||
      block.y != 1 || block.z != 1 || sharedBytes > SHARED_MEMORY_BYTES) {
    return INVALID_VALUE;
  }
  if (isCooperative && count > MULTIPROCESSORS * BLOCKS_OF_ONE) {
    return COOPERATIVE_LAUNCH_TOO_LARGE;
  }
  std::pair<const Kernel*, void**> bound((const Kernel*)function, parameters);
  const auto body = [](void* argument) {
    const auto& [kernel, parameters] = *(std::pair<const Kernel*, void**>*)argument;
    kernel->call(*kernel, parameters);
  };
  launches++;
  if (!on_host::launch({grid, block, body, &bound}, isCooperative, sharedBytes)) {
    sticky = LAUNCH_FAILED;
  }
  for (const auto& [start, bytes] : allocations) {
    if (!on_host::isIntact(start, bytes)) {
      sticky = ILLEGAL_ADDRESS;
    }
  }
  const int result = sticky;
  if (settings.launchesToFailure > 0 && --settings.launchesToFailure == 0) {
    sticky = LAUNCH_FAILED;  // as on a GPU, the next call hears of it
  }
  return result;
}

}  // namespace

extern "C" {

// Changes how the device behaves; "reset" takes all of that back, and lets the device work again after a failure.
int emulate(const char* what, long value) {
  const std::lock_guard<std::mutex> lock(mutex);
  const std::string name = what;
  if (name == "devices") {
    settings.devices = value;
  } else if (name == "capability") {
    settings.capability = value;
  } else if (name == "driver") {
    settings.driver = value;
  } else if (name == "memory") {
    settings.memory = value;
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

// What is allocated now, and how many kernels were launched so far.
long emulated(const char* what) {
  const std::lock_guard<std::mutex> lock(mutex);
  const std::string name = what;
  return name == "allocations" ? (long)allocations.size()
         : name == "bytes"     ? (long)allocatedBytes
         : name == "launches"  ? launches
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
                                          {95, 1},  // can launch cooperatively
                                          {97, SHARED_MEMORY_BYTES}};
  const auto found = attributes.find(attribute);
  if (found == attributes.end()) {
    return INVALID_VALUE;
  }
  *value = found->second;
  return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** context, int) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (sticky) {
    return sticky;
  }
  retained++;
  *context = &contextItself;
  return SUCCESS;
}

// What is still allocated stays, other than with CUDA, so that tests can count it.
int cuDevicePrimaryCtxRelease_v2(int) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (sticky || retained == 0) {
    return sticky ? sticky : INVALID_CONTEXT;
  }
  retained--;
  return SUCCESS;
}

// For the calling thread: others have none until they ask.
int cuCtxSetCurrent(void* context) {
  const std::lock_guard<std::mutex> lock(mutex);
  if (sticky) {
    return sticky;
  }
  if (context && context != &contextItself) {
    return INVALID_CONTEXT;
  }
  currentContext = context;
  return SUCCESS;
}

int cuCtxSynchronize() {
  CONTEXT_CALL();
  return SUCCESS;
}

int cuModuleLoadData(void** module, const void* text) {
  CONTEXT_CALL();
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

int cuModuleUnload(void* module) {
  CONTEXT_CALL();
  return module == &image ? SUCCESS : INVALID_VALUE;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  CONTEXT_CALL();
  if (module != &image) {
    return INVALID_VALUE;
  }
  for (Kernel& kernel : kernels) {
    if (!strcmp(kernel.name, name) && image.find(std::string(".entry ") + name + "(") != std::string::npos) {
      *function = &kernel;
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
  allocations[(char*)*pointer] = bytes;
  allocatedBytes += bytes;
  return SUCCESS;
}

int cuMemFree_v2(void* pointer) {
  CONTEXT_CALL();
  const auto found = allocations.find((char*)pointer);
  if (found == allocations.end()) {
    return INVALID_VALUE;
  }
  memset(pointer, on_host::UNWRITTEN, found->second);  // who still reads it is to notice
  on_host::release(pointer);
  allocatedBytes -= found->second;
  allocations.erase(found);
  return SUCCESS;
}

int cuMemcpyHtoD_v2(void* to, const void* from, size_t bytes) {
  CONTEXT_CALL();
  if (!isInOneAllocation(to, bytes)) {
    return ILLEGAL_ADDRESS;
  }
  memcpy(to, from, bytes);
  return SUCCESS;
}

int cuMemcpyDtoH_v2(void* to, const void* from, size_t bytes) {
  CONTEXT_CALL();
  if (!isInOneAllocation(from, bytes)) {
    return ILLEGAL_ADDRESS;
  }
  memcpy(to, from, bytes);
  return SUCCESS;
}

int cuMemsetD32_v2(void* at, unsigned value, size_t count) {
  CONTEXT_CALL();
  if (!isInOneAllocation(at, 4 * count)) {
    return ILLEGAL_ADDRESS;
  }
  std::fill_n((unsigned*)at, count, value);
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
                   unsigned blockZ, unsigned sharedBytes, void*, void** parameters, void**) {
  return launch(function, false, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, parameters);
}

int cuLaunchCooperativeKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                              unsigned blockY, unsigned blockZ, unsigned sharedBytes, void*, void** parameters) {
  return launch(function, true, {gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, parameters);
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
