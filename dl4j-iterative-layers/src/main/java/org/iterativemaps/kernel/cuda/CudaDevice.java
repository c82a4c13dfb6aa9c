package org.iterativemaps.kernel.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.iterativemaps.kernel.SegmentLength;

/**
 * A GPU: its memory, its streams, and the kernels that the driver compiles for it.
 *
 * <p>Threads may share it: every call makes it the calling thread's first. The work of a kernel
 * goes into its {@link DeviceStream}; what is copied here is on the device when the copy returns.
 */
final class CudaDevice {
  /** Frees what nobody refers to any more: layers are dropped, not closed. */
  static final Cleaner CLEANER = Cleaner.create();

  private static final int LEAST_CAPABILITY = 80;
  // Of the Driver API: CUdevice_attribute, CUresult.
  private static final int CAPABILITY_MAJOR = 75;
  private static final int CAPABILITY_MINOR = 76;
  private static final int OUT_OF_MEMORY = 2;
  // Of CUstream_flags and CUevent_flags.
  private static final int NON_BLOCKING = 1;
  private static final int DISABLE_TIMING = 2;
  private static final long MILLIS_TO_FREE = 100;
  private static final int TRIES_TO_FREE = 4; // the cleaner's thread may have much to do

  private final DriverLibrary driver;
  private final int device;
  private final String name;
  private final Pointer context;
  private final Map<Precision, DeviceKernels> kernels = new ConcurrentHashMap<>();
  private final Map<Integer, Integer> attributes = new ConcurrentHashMap<>();

  /**
   * Opens a device.
   *
   * @param ordinal from 0
   * @throws UnavailableException if it is too old
   */
  CudaDevice(DriverLibrary driver, int ordinal) throws UnavailableException {
    this.driver = driver;
    IntByReference found = new IntByReference();
    check(driver.cuDeviceGet(found, ordinal), "cuDeviceGet");
    this.device = found.getValue();
    byte[] bytes = new byte[256];
    check(driver.cuDeviceGetName(bytes, bytes.length, device), "cuDeviceGetName");
    int capability = 10 * attribute(CAPABILITY_MAJOR) + attribute(CAPABILITY_MINOR);
    this.name =
        String.format(
            Locale.ROOT,
            "device %d, %s, compute capability %.1f",
            ordinal,
            Native.toString(bytes),
            capability / 10.0);
    if (capability < LEAST_CAPABILITY) {
      throw new UnavailableException(
          "found " + name + ", expected 8.0 or more: an NVIDIA GPU of 2020 or later");
    }
    PointerByReference made = new PointerByReference();
    check(driver.cuDevicePrimaryCtxRetain(made, device), "cuDevicePrimaryCtxRetain");
    this.context = made.getValue();
    kernels(Precision.FLOAT); // so that what the driver says of them is heard now
  }

  /** The kernels of a precision, compiled by the driver when they are first asked for. */
  DeviceKernels kernels(Precision precision) {
    return kernels.computeIfAbsent(precision, key -> new DeviceKernels(this, key));
  }

  /** The driver, with the device made the calling thread's. */
  DriverLibrary driver() {
    enter();
    return driver;
  }

  private void enter() {
    check(driver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  /** A CUdevice_attribute; the driver is asked once. */
  int attribute(int attribute) {
    return attributes.computeIfAbsent(
        attribute,
        key -> {
          IntByReference value = new IntByReference();
          check(driver.cuDeviceGetAttribute(value, key, device), "cuDeviceGetAttribute");
          return value.getValue();
        });
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
    for (int tries = 0; error == OUT_OF_MEMORY && tries < TRIES_TO_FREE; tries++) {
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
                  + " shorter sequences, truncated BPTT, or -D%s=N to keep the values of N time"
                  + " steps",
              free.getValue(),
              total.getValue(),
              name,
              bytes,
              SegmentLength.PROPERTY));
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

  /**
   * Frees memory, which the driver does when all that the device is doing is done; says nothing
   * where the driver is gone, at the end of the JVM.
   */
  void free(long pointer) {
    if (driver.cuCtxSetCurrent(context) == 0) {
      driver.cuMemFree_v2(new Pointer(pointer));
    }
  }

  /** Memory of the host that the device copies from and to by itself. */
  Pointer allocatePinned(long bytes) {
    enter();
    PointerByReference pointer = new PointerByReference();
    check(driver.cuMemHostAlloc(pointer, bytes, 0), "cuMemHostAlloc");
    return pointer.getValue();
  }

  /** Frees it behind the last copy; as {@link #free}. */
  void freePinned(Pointer pointer, Pointer lastCopy) {
    if (driver.cuCtxSetCurrent(context) == 0) {
      driver.cuEventSynchronize(lastCopy);
      driver.cuEventDestroy_v2(lastCopy);
      driver.cuMemFreeHost(pointer);
    }
  }

  /** A stream beside the default one: neither waits for the other. */
  Pointer stream() {
    enter();
    PointerByReference stream = new PointerByReference();
    check(driver.cuStreamCreate(stream, NON_BLOCKING), "cuStreamCreate");
    return stream.getValue();
  }

  /** Destroys a stream when its work is done; as {@link #free}. */
  void destroy(Pointer stream) {
    if (driver.cuCtxSetCurrent(context) == 0) {
      driver.cuStreamDestroy_v2(stream);
    }
  }

  /** A place in a stream that can be waited for; nobody waits before there is one. */
  Pointer event() {
    enter();
    PointerByReference event = new PointerByReference();
    check(driver.cuEventCreate(event, DISABLE_TIMING), "cuEventCreate");
    return event.getValue();
  }

  /** Sets an event behind what is in a stream now. */
  void record(Pointer event, Pointer stream) {
    enter();
    check(driver.cuEventRecord(event, stream), "cuEventRecord");
  }

  /** Waits for an event. */
  void await(Pointer event) {
    enter();
    check(driver.cuEventSynchronize(event), "cuEventSynchronize");
  }

  /** Copies from pinned memory, some time after the call. */
  void upload(long to, Pointer from, long bytes, Pointer stream) {
    enter();
    check(driver.cuMemcpyHtoDAsync_v2(new Pointer(to), from, bytes, stream), "cuMemcpyHtoDAsync");
  }

  /** Copies to pinned memory, some time after the call. */
  void download(Pointer to, long from, long bytes, Pointer stream) {
    enter();
    check(driver.cuMemcpyDtoHAsync_v2(to, new Pointer(from), bytes, stream), "cuMemcpyDtoHAsync");
  }

  /** Copies on the device, some time after the call. */
  void copy(long to, long from, long bytes, Pointer stream) {
    enter();
    check(
        driver.cuMemcpyDtoDAsync_v2(new Pointer(to), new Pointer(from), bytes, stream),
        "cuMemcpyDtoDAsync");
  }

  /** A copy on the device. */
  DeviceArray copy(int[] values) {
    Memory memory = new Memory(Math.max(1, (long) Integer.BYTES * values.length));
    memory.write(0, values, 0, values.length);
    return copy(memory, (long) Integer.BYTES * values.length);
  }

  /** A copy on the device, in a precision. */
  DeviceArray copy(double[] values, Precision precision) {
    Memory memory = new Memory(Math.max(1, (long) precision.bytes * values.length));
    for (int i = 0; i < values.length; i++) {
      if (precision == Precision.FLOAT) {
        memory.setFloat((long) precision.bytes * i, (float) values[i]);
      } else {
        memory.setDouble((long) precision.bytes * i, values[i]);
      }
    }
    return copy(memory, (long) precision.bytes * values.length);
  }

  private DeviceArray copy(Memory memory, long bytes) {
    DeviceArray array = new DeviceArray(this, bytes);
    if (bytes > 0) {
      check(driver.cuMemcpyHtoD_v2(new Pointer(array.pointer), memory, bytes), "cuMemcpyHtoD");
      // From memory that is not pinned that returns when the driver has read it. The streams, which
      // do not wait for the default one, need it on the device.
      check(driver.cuStreamSynchronize(null), "cuStreamSynchronize");
    }
    Reference.reachabilityFence(memory);
    return array;
  }

  /** Zeros. */
  void zero(long at, long bytes, Pointer stream) {
    enter();
    check(
        driver.cuMemsetD32Async(new Pointer(at), 0, bytes / Integer.BYTES, stream),
        "cuMemsetD32Async");
  }

  /** As the one for all devices. */
  void check(int error, String call) {
    check(driver, error, call);
  }

  /** Any error is one: after most of them the driver's results mean nothing. */
  static void check(DriverLibrary driver, int error, String call) {
    if (error != 0) {
      throw new IllegalStateException(
          "CUDA: " + call + " failed with " + error(driver, error) + "; this call has no result");
    }
  }

  /** The name of an error. */
  static String error(DriverLibrary driver, int error) {
    PointerByReference name = new PointerByReference();
    boolean isKnown = driver.cuGetErrorName(error, name) == 0 && name.getValue() != null;
    return isKnown
        ? name.getValue().getString(0, StandardCharsets.US_ASCII.name())
        : "error " + error;
  }

  /** Its number, name and compute capability. */
  @Override
  public String toString() {
    return name;
  }
}
