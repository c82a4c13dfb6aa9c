package org.iterativemaps.kernel.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The kernels of one precision, which the driver has compiled for a device. Threads share them. */
final class DeviceKernels {
  // Of the Driver API: CUdevice_attribute, CUfunction_attribute, CUjit_option.
  private static final int MULTIPROCESSORS = 16;
  private static final int LAUNCHES_END = 17; // KERNEL_EXEC_TIMEOUT
  private static final int COOPERATIVE = 95;
  private static final int SHARED_MEMORY = 97;
  private static final int FUNCTION_SHARED_MEMORY = 8;
  private static final int ERROR_LOG = 5;
  private static final int ERROR_LOG_BYTES = 6;
  private static final int LOG_BYTES = 8192;
  // What a kernel may have without being asked.
  private static final int USUAL_SHARED_MEMORY = 48 * 1024;
  // Begins the names of the kernels that have shared memory.
  private static final String SWEEP = "sweep";

  /** Of what numbers. */
  final Precision precision;

  private final CudaDevice device;
  private final Pointer module;
  private final Map<String, Pointer> functions = new ConcurrentHashMap<>();

  DeviceKernels(CudaDevice device, Precision precision) {
    this.device = device;
    this.precision = precision;
    this.module = load();
  }

  /** What the driver's compiler has against it is in the error. */
  private Pointer load() {
    Memory log = new Memory(LOG_BYTES);
    log.clear();
    Memory values = new Memory(2L * Native.POINTER_SIZE);
    values.setPointer(0, log);
    values.setPointer(Native.POINTER_SIZE, new Pointer(LOG_BYTES));
    PointerByReference made = new PointerByReference();
    int error =
        device
            .driver()
            .cuModuleLoadDataEx(
                made, image(precision), 2, new int[] {ERROR_LOG, ERROR_LOG_BYTES}, values);
    String said = log.getString(0, StandardCharsets.US_ASCII.name()).strip();
    Reference.reachabilityFence(log);
    device.check(
        error,
        "cuModuleLoadDataEx of " + precision.resource + (said.isEmpty() ? "" : " (" + said + ")"));
    return made.getValue();
  }

  /** With the zero at the end that the driver wants. */
  private static byte[] image(Precision precision) {
    try (InputStream ptx = DeviceKernels.class.getResourceAsStream(precision.resource)) {
      byte[] bytes = ptx.readAllBytes();
      return Arrays.copyOf(bytes, bytes.length + 1);
    } catch (IOException e) {
      throw new IllegalStateException("the jar's " + precision.resource + " cannot be read", e);
    }
  }

  /** Bytes of shared memory that a block of threads may have. */
  int sharedBytes() {
    return device.attribute(SHARED_MEMORY);
  }

  /** Whether the system ends launches that take long, some seconds: that of a desktop does. */
  boolean launchesEnd() {
    return device.attribute(LAUNCHES_END) != 0;
  }

  /**
   * How many blocks of a kernel are on the device at the same time and may wait for each other; 0
   * where none may, as under Windows' own driver model.
   */
  int residentBlocks(String kernel, int threads, int sharedBytes) {
    if (device.attribute(COOPERATIVE) == 0) {
      return 0;
    }
    Pointer function = function(kernel);
    IntByReference blocks = new IntByReference();
    device.check(
        device
            .driver()
            .cuOccupancyMaxActiveBlocksPerMultiprocessor(blocks, function, threads, sharedBytes),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
    return blocks.getValue() * device.attribute(MULTIPROCESSORS);
  }

  /**
   * How a kernel is started.
   *
   * @param threads of a block
   * @param sharedBytes of a block
   * @param isResident whether all blocks wait for each other, and so must be there at once
   */
  record Grid(int x, int y, int threads, int sharedBytes, boolean isResident) {}

  /** Starts a kernel, some time after the call. */
  void launch(String kernel, Grid grid, KernelArguments arguments, Pointer stream) {
    Pointer function = function(kernel);
    DriverLibrary driver = device.driver();
    Memory places = arguments.places();
    int error =
        grid.isResident
            ? driver.cuLaunchCooperativeKernel(
                function, grid.x, grid.y, 1, grid.threads, 1, 1, grid.sharedBytes, stream, places)
            : driver.cuLaunchKernel(
                function,
                grid.x,
                grid.y,
                1,
                grid.threads,
                1,
                1,
                grid.sharedBytes,
                stream,
                places,
                null);
    Reference.reachabilityFence(arguments);
    Reference.reachabilityFence(places);
    device.check(error, "the launch of " + kernel);
  }

  private Pointer function(String kernel) {
    return functions.computeIfAbsent(
        kernel,
        key -> {
          DriverLibrary driver = device.driver();
          PointerByReference found = new PointerByReference();
          device.check(driver.cuModuleGetFunction(found, module, key), "cuModuleGetFunction");
          // The most there is, once for all: threads with other needs share the function.
          if (sharedBytes() > USUAL_SHARED_MEMORY && key.startsWith(SWEEP)) {
            device.check(
                driver.cuFuncSetAttribute(found.getValue(), FUNCTION_SHARED_MEMORY, sharedBytes()),
                "cuFuncSetAttribute");
          }
          return found.getValue();
        });
  }
}
