package org.iterativemaps.kernel.cuda;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The GPUs that the system properties name, which kernels are given in turn. Threads share it. */
final class CudaDevices {
  /** System property: the driver's library, by name or path. */
  static final String LIBRARY_PROPERTY = "org.iterativemaps.cuda.library";

  /** System property: the number of the device from 0, several with commas between, or "all". */
  static final String DEVICE_PROPERTY = "org.iterativemaps.cuda.device";

  private static final String ALL = "all";
  private static final String LIBRARY = "libcuda.so.1";
  private static final String WINDOWS_LIBRARY = "nvcuda";
  private static final int LEAST_DRIVER = 11000; // PTX ISA 7.0

  private final List<CudaDevice> devices;
  private final AtomicInteger turn = new AtomicInteger();

  private CudaDevices(List<CudaDevice> devices) {
    this.devices = List.copyOf(devices);
  }

  /**
   * The devices that the system properties say, the first one without them.
   *
   * @throws UnavailableException if there is no driver, an old one, no such device, or one that is
   *     too old
   */
  static CudaDevices open() throws UnavailableException {
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
              + (error == 0 ? "" : " (" + CudaDevice.error(driver, error) + ")")
              + "; see what nvidia-smi says");
    }
    int count = found.getValue();
    CudaDevice.check(driver, driver.cuDriverGetVersion(found), "cuDriverGetVersion");
    if (found.getValue() < LEAST_DRIVER) {
      throw new UnavailableException(
          String.format(
              Locale.ROOT,
              "found an NVIDIA driver for CUDA %d.%d, expected 11.0 or newer (r450); update it",
              found.getValue() / 1000,
              found.getValue() % 1000 / 10));
    }
    List<CudaDevice> devices = new ArrayList<>();
    for (int ordinal : ordinals(count)) {
      devices.add(new CudaDevice(driver, ordinal));
    }
    return new CudaDevices(devices);
  }

  private static DriverLibrary load(String library) throws UnavailableException {
    try {
      return Native.loadLibrary(library, DriverLibrary.class);
    } catch (UnsatisfiedLinkError e) {
      throw new UnavailableException(
          "the NVIDIA driver's library "
              + library
              + " cannot be loaded; install the driver, or give the library's path in -D"
              + LIBRARY_PROPERTY
              + reason(e));
    }
  }

  /** What is wrong with a library that is there, or with JNA's own; not where it was looked for. */
  private static String reason(UnsatisfiedLinkError error) {
    String said = String.valueOf(error.getMessage());
    return said.contains("resource path") ? "" : " (" + said + ")";
  }

  private static Set<Integer> ordinals(int count) throws UnavailableException {
    String property = System.getProperty(DEVICE_PROPERTY, "0").trim();
    List<String> known = IntStream.range(0, count).mapToObj(Integer::toString).toList();
    Set<Integer> ordinals = new LinkedHashSet<>();
    for (String word : property.equals(ALL) ? known : List.of(property.split(",", -1))) {
      int ordinal = known.indexOf(word.trim());
      if (ordinal < 0 || !ordinals.add(ordinal)) {
        throw new UnavailableException(
            "-D"
                + DEVICE_PROPERTY
                + ": found "
                + property
                + ", expected a device from 0 to "
                + (count - 1)
                + ", several of them once each with commas between, or "
                + ALL
                + "; nvidia-smi -L lists them");
      }
    }
    return ordinals;
  }

  /** The one whose turn it is: where the next kernel is made, and stays. */
  CudaDevice next() {
    return devices.get(Math.floorMod(turn.getAndIncrement(), devices.size()));
  }

  /** Their names. */
  @Override
  public String toString() {
    return devices.stream().map(CudaDevice::toString).collect(Collectors.joining(" and "));
  }
}
