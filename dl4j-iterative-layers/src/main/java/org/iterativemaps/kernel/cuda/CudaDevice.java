package org.iterativemaps.kernel.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A GPU with the kernels of {@code iterative_map.ptx}, which the driver compiles for it.
 *
 * <p>Threads may share it: every call makes it the calling thread's first, and all work goes into
 * the default stream, one after the other.
 */
final class CudaDevice {
  /** System property: the driver's library, by name or path. */
  static final String LIBRARY_PROPERTY = "org.iterativemaps.cuda.library";

  /** System property: the number of the device, from 0. */
  static final String DEVICE_PROPERTY = "org.iterativemaps.cuda.device";

  private static final String LIBRARY = "libcuda.so.1";
  private static final String WINDOWS_LIBRARY = "nvcuda";
  private static final String KERNELS = "iterative_map.ptx";
  private static final int LEAST_CAPABILITY = 80;
  private static final int LEAST_DRIVER = 11000; // PTX ISA 7.0
  // Of the Driver API: CUdevice_attribute, CUfunction_attribute, CUresult.
  private static final int MULTIPROCESSORS = 16;
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int SHARED_MEMORY = 97;
  private static final int FUNCTION_SHARED_MEMORY = 8;
  private static final int OUT_OF_MEMORY = 2;
  // What a kernel may have without being asked.
  private static final int USUAL_SHARED_MEMORY = 48 * 1024;
  // Begins the names of the kernels that have shared memory.
  private static final String SWEEP = "sweep";
  private static final int THREADS = 256;
  private static final long MILLIS_TO_FREE = 200;
  private static final long MOST_BLOCKS = 1 << 20;

  private final DriverLibrary driver;
  private final int device;
  private final String name;
  private final Pointer context;
  private final Pointer module;
  private final Map<String, Pointer> functions = new ConcurrentHashMap<>();

  private CudaDevice(DriverLibrary driver, int device) throws UnavailableException {
    this.driver = driver;
    this.device = device;
    byte[] bytes = new byte[256];
    check(driver.cuDeviceGetName(bytes, bytes.length, device), "cuDeviceGetName");
    int capability = 10 * attribute(CAPABILITY_MAJOR) + attribute(CAPABILITY_MINOR);
    this.name =
        String.format(
            Locale.ROOT, "%s, compute capability %.1f", Native.toString(bytes), capability / 10.0);
    if (capability < LEAST_CAPABILITY) {
      throw new UnavailableException(
          "found " + name + ", expected 8.0 or more: an NVIDIA GPU of 2020 or later");
    }
    PointerByReference made = new PointerByReference();
    check(driver.cuDevicePrimaryCtxRetain(made, device), "cuDevicePrimaryCtxRetain");
    this.context = made.getValue();
    enter();
    check(driver.cuModuleLoadData(made, image()), "cuModuleLoadData");
    this.module = made.getValue();
  }

  /** The kernels, with the zero at the end that the driver wants. */
  private static byte[] image() {
    try (InputStream ptx = CudaDevice.class.getResourceAsStream(KERNELS)) {
      byte[] bytes = ptx.readAllBytes();
      return Arrays.copyOf(bytes, bytes.length + 1);
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + KERNELS + " cannot be read", e);
    }
  }

  /**
   * The device that the system properties say, the first one without them.
   *
   * @throws UnavailableException if there is no driver, an old one, no such device, or one that is
   *     too old
   */
  static CudaDevice open() throws UnavailableException {
    boolean isWindows = System.getProperty("os.name", "").startsWith("Windows");
    String library = System.getProperty(LIBRARY_PROPERTY, isWindows ? WINDOWS_LIBRARY : LIBRARY);
    DriverLibrary driver = load(library);
    int error = driver.cuInit(0);
    IntByReference found = new IntByReference();
    if (error == 0) {
      error = driver.cuDeviceGetCount(found);
    }
    if (error != 0 || found.getValue() == 0) {
      throw new UnavailableException(
          "the NVIDIA driver finds no GPU"
              + (error == 0 ? "" : " (" + error(driver, error) + ")")
              + "; see what nvidia-smi says");
    }
    int count = found.getValue();
    check(driver, driver.cuDriverGetVersion(found), "cuDriverGetVersion");
    if (found.getValue() < LEAST_DRIVER) {
      throw new UnavailableException(
          String.format(
              Locale.ROOT,
              "found an NVIDIA driver for CUDA %d.%d, expected 11.0 or newer (r450); update it",
              found.getValue() / 1000,
              found.getValue() % 1000 / 10));
    }
    check(driver, driver.cuDeviceGet(found, ordinal(count)), "cuDeviceGet");
    return new CudaDevice(driver, found.getValue());
  }

  private static DriverLibrary load(String library) throws UnavailableException {
    try {
      return Native.loadLibrary(library, DriverLibrary.class);
    } catch (UnsatisfiedLinkError e) {
      throw new UnavailableException(
          "the NVIDIA driver's library "
              + library
              + " cannot be loaded; install the driver, or give the library's path in -D"
              + LIBRARY_PROPERTY);
    }
  }

  private static int ordinal(int count) throws UnavailableException {
    String property = System.getProperty(DEVICE_PROPERTY, "0").trim();
    for (int ordinal = 0; ordinal < count; ordinal++) {
      if (property.equals(Integer.toString(ordinal))) {
        return ordinal;
      }
    }
    throw new UnavailableException(
        "-D"
            + DEVICE_PROPERTY
            + ": found "
            + property
            + ", expected a device from 0 to "
            + (count - 1));
  }

  /** Makes the device the calling thread's. */
  private void enter() {
    check(driver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  private int attribute(int attribute) {
    IntByReference value = new IntByReference();
    check(driver.cuDeviceGetAttribute(value, attribute, device), "cuDeviceGetAttribute");
    return value.getValue();
  }

  /** Bytes of shared memory that a block of threads may have. */
  int sharedBytes() {
    return attribute(SHARED_MEMORY);
  }

  /** How many blocks of a kernel are on the device at the same time. */
  int residentBlocks(String kernel, int threads, int sharedBytes) {
    enter();
    Pointer function = function(kernel);
    IntByReference blocks = new IntByReference();
    check(
        driver.cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, function, threads, sharedBytes),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
    return blocks.getValue() * attribute(MULTIPROCESSORS);
  }

  /**
   * Allocates memory; {@link DeviceArray} frees it.
   *
   * @throws IllegalStateException if there is too little, saying how much there is
   */
  long allocate(long bytes) {
    enter();
    PointerByReference pointer = new PointerByReference();
    int error = driver.cuMemAlloc_v2(pointer, Math.max(Long.BYTES, bytes));
    if (error == OUT_OF_MEMORY) {
      freeWhatNobodyRefersTo();
      error = driver.cuMemAlloc_v2(pointer, Math.max(Long.BYTES, bytes));
    }
    if (error == OUT_OF_MEMORY) {
      LongByReference free = new LongByReference();
      LongByReference total = new LongByReference();
      check(driver.cuMemGetInfo_v2(free, total), "cuMemGetInfo");
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "CUDA: found %,d of %,d bytes free on %s, expected %,d more; use a smaller batch,"
                  + " shorter sequences or truncated BPTT",
              free.getValue(),
              total.getValue(),
              name,
              bytes));
    }
    check(error, "cuMemAlloc");
    return Pointer.nativeValue(pointer.getValue());
  }

  /** Dropped kernels are small on the heap, whose collector sees no reason to come. */
  private static void freeWhatNobodyRefersTo() {
    System.gc();
    try {
      Thread.sleep(MILLIS_TO_FREE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Frees memory; says nothing where the driver is gone, at the end of the JVM. */
  void free(long pointer) {
    if (driver.cuCtxSetCurrent(context) == 0) {
      driver.cuMemFree_v2(new Pointer(pointer));
    }
  }

  void upload(long to, Pointer from, long bytes) {
    enter();
    if (bytes > 0) {
      check(driver.cuMemcpyHtoD_v2(new Pointer(to), from, bytes), "cuMemcpyHtoD");
    }
  }

  void download(Pointer to, long from, long bytes) {
    enter();
    if (bytes > 0) {
      check(driver.cuMemcpyDtoH_v2(to, new Pointer(from), bytes), "cuMemcpyDtoH");
    }
  }

  /** A copy on the device. */
  DeviceArray copy(int[] values) {
    Memory memory = new Memory(Math.max(1, (long) Integer.BYTES * values.length));
    memory.write(0, values, 0, values.length);
    return copy(memory, (long) Integer.BYTES * values.length);
  }

  void upload(long to, long[] values) {
    Memory memory = new Memory(Math.max(1, (long) Long.BYTES * values.length));
    memory.write(0, values, 0, values.length);
    upload(to, memory, (long) Long.BYTES * values.length);
    Reference.reachabilityFence(memory);
  }

  /** A copy on the device. */
  DeviceArray copy(float[] values) {
    Memory memory = new Memory(Math.max(1, (long) Float.BYTES * values.length));
    memory.write(0, values, 0, values.length);
    return copy(memory, (long) Float.BYTES * values.length);
  }

  private DeviceArray copy(Memory memory, long bytes) {
    DeviceArray array = new DeviceArray(this, bytes);
    upload(array.pointer, memory, bytes);
    Reference.reachabilityFence(memory);
    return array;
  }

  void zero(long at, long floats) {
    enter();
    if (floats > 0) {
      check(driver.cuMemsetD32_v2(new Pointer(at), 0, floats), "cuMemsetD32");
    }
  }

  /** Starts a kernel that takes any number of threads and strides over its work. */
  void launch(String kernel, long threads, KernelArguments arguments) {
    long blocks = Math.max(1, Math.min(MOST_BLOCKS, (threads + THREADS - 1) / THREADS));
    launch(kernel, new Grid((int) blocks, 1, THREADS, 0, false), arguments);
  }

  /**
   * How a kernel is started.
   *
   * @param threads of a block
   * @param sharedBytes of a block
   * @param isResident whether all blocks wait for each other, and so must be there at once
   */
  record Grid(int x, int y, int threads, int sharedBytes, boolean isResident) {}

  /** Starts a kernel; copies wait for its end. */
  void launch(String kernel, Grid grid, KernelArguments arguments) {
    enter();
    Pointer function = function(kernel);
    Memory places = arguments.places();
    int error =
        grid.isResident
            ? driver.cuLaunchCooperativeKernel(
                function, grid.x, grid.y, 1, grid.threads, 1, 1, grid.sharedBytes, null, places)
            : driver.cuLaunchKernel(
                function,
                grid.x,
                grid.y,
                1,
                grid.threads,
                1,
                1,
                grid.sharedBytes,
                null,
                places,
                null);
    Reference.reachabilityFence(arguments);
    Reference.reachabilityFence(places);
    check(error, "the launch of " + kernel);
  }

  private Pointer function(String kernel) {
    return functions.computeIfAbsent(
        kernel,
        key -> {
          PointerByReference found = new PointerByReference();
          check(driver.cuModuleGetFunction(found, module, key), "cuModuleGetFunction");
          // The most there is, once for all: threads with other needs share the function.
          if (sharedBytes() > USUAL_SHARED_MEMORY && key.startsWith(SWEEP)) {
            check(
                driver.cuFuncSetAttribute(found.getValue(), FUNCTION_SHARED_MEMORY, sharedBytes()),
                "cuFuncSetAttribute");
          }
          return found.getValue();
        });
  }

  private void check(int error, String call) {
    check(driver, error, call);
  }

  /** Any error is one: after most of them the driver's results mean nothing. */
  private static void check(DriverLibrary driver, int error, String call) {
    if (error != 0) {
      throw new IllegalStateException(
          "CUDA: " + call + " failed with " + error(driver, error) + "; this call has no result");
    }
  }

  private static String error(DriverLibrary driver, int error) {
    PointerByReference name = new PointerByReference();
    boolean isKnown = driver.cuGetErrorName(error, name) == 0 && name.getValue() != null;
    return isKnown
        ? name.getValue().getString(0, StandardCharsets.US_ASCII.name())
        : "error " + error;
  }

  /** Its name and compute capability. */
  @Override
  public String toString() {
    return name;
  }
}
