package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which GPUs are used, and what is said where there is none that can be. */
class CudaDevicesTest {
  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  @Test
  void withoutADriver() {
    System.setProperty(CudaDevices.LIBRARY_PROPERTY, "no-such-driver");
    assertUnavailable("library no-such-driver cannot be loaded", "install the driver");
    String message = assertThrows(UnavailableException.class, CudaDevices::open).getMessage();
    assertTrue(message.endsWith("-Dorg.iterativemaps.cuda.library"), message); // no class path
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "devices|0|finds no GPU|nvidia-smi",
        "driver|10020|for CUDA 10.2, expected 11.0|update it",
        "capability|75|compute capability 7.5, expected 8.0|2020"
      })
  void withAnother(String what, long value, String found, String advice) {
    EmulatedDriver.use();
    EmulatedDriver.set(what, value);
    assertUnavailable(found, advice);
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "-1", "first", "", "0,0", "0,", "0;1", "0 1", "0,2", "all,1", "00"})
  void devicesThatAreNotThere(String devices) {
    EmulatedDriver.use();
    EmulatedDriver.set("devices", 2);
    System.setProperty(CudaDevices.DEVICE_PROPERTY, devices);
    assertUnavailable(
        "-Dorg.iterativemaps.cuda.device: found " + devices + ", expected a device from 0 to 1",
        "or all; nvidia-smi -L lists them");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"|0 0 0", "1|1 1 1", "0,1|0 1 0", "' 1, 0 '|1 0 1", "all|0 1 0"})
  void devicesAreTakenInTurn(String property, String expected) throws Exception {
    EmulatedDriver.use();
    EmulatedDriver.set("devices", 2);
    if (property != null) {
      System.setProperty(CudaDevices.DEVICE_PROPERTY, property);
    }
    CudaDevices devices = CudaDevices.open();
    for (String ordinal : expected.split(" ")) {
      CudaDevice next = devices.next();
      assertTrue(next.toString().startsWith("device " + ordinal + ", "), next::toString);
      assertTrue(devices.toString().contains(next.toString()), devices::toString);
    }
  }

  /** A kernel stays on its device, with the same numbers there as on another. */
  @Test
  void kernelsStayOnTheirDevices() throws Exception {
    EmulatedDriver.use();
    EmulatedDriver.set("devices", 2);
    System.setProperty(CudaDevices.DEVICE_PROPERTY, "all");
    CudaDevices devices = CudaDevices.open();
    CudaKernelTest.Case of = new CudaKernelTest.Case(0);
    List<INDArray> first = null;
    CudaKernel[] kernels = {
      new CudaKernel(of.program, Precision.FLOAT, devices.next(), CudaDivision::usual, 0),
      new CudaKernel(of.program, Precision.FLOAT, devices.next(), CudaDivision::usual, 0)
    };
    for (int i = 0; i < 4; i++) {
      int device = i % 2;
      long here = EmulatedDriver.get("launches on " + device);
      long there = EmulatedDriver.get("launches on " + (1 - device));
      List<INDArray> numbers = of.run(kernels[device], DataType.FLOAT);
      assertTrue(EmulatedDriver.get("launches on " + device) > here);
      assertEquals(there, EmulatedDriver.get("launches on " + (1 - device)));
      first = first == null ? numbers : first;
      DeviceStreamTest.assertSame(first, numbers);
    }
  }

  /** What only the driver's compiler can know. */
  @Test
  void kernelsThatTheDriverDoesNotTake() {
    EmulatedDriver.use();
    EmulatedDriver.set("compiler", 0);
    String message = assertThrows(IllegalStateException.class, CudaDevices::open).getMessage();
    String said =
        "iterative_map_float.ptx (ptxas error   : emulated) failed with CUDA_ERROR_INVALID";
    assertTrue(message.contains(said), message);
  }

  /** On a machine whose launches may not take long, or whose blocks may not wait for each other. */
  @ParameterizedTest
  @CsvSource({"timeout, 1", "cooperative, 0"})
  void numbersAreTheSameOn(String what, long value) throws Exception {
    EmulatedDriver.use();
    CudaKernelTest.Case of = new CudaKernelTest.Case(0, 25);
    CudaKernel usual = kernel(of);
    List<INDArray> numbers = of.run(usual, DataType.FLOAT);
    long before = EmulatedDriver.get("launches");
    of.run(usual, DataType.FLOAT);
    long launches = EmulatedDriver.get("launches") - before;
    EmulatedDriver.set(what, value);
    CudaKernel kernel = kernel(of);
    before = EmulatedDriver.get("launches");
    DeviceStreamTest.assertSame(numbers, of.run(kernel, DataType.FLOAT));
    boolean areMore = EmulatedDriver.get("launches") - before > launches;
    assertEquals(what.equals("timeout"), areMore);
  }

  private static CudaKernel kernel(CudaKernelTest.Case of) throws UnavailableException {
    CudaDevice device = CudaDevices.open().next();
    return new CudaKernel(of.program, Precision.FLOAT, device, CudaDivision::usual, 0);
  }

  private static void assertUnavailable(String... parts) {
    String message = assertThrows(UnavailableException.class, CudaDevices::open).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> part + " in: " + message);
    }
  }

  @Test
  void memoryIsFreedWhenNobodyRefersToIt() throws Exception {
    EmulatedDriver.use();
    CudaDevice device = CudaDevices.open().next();
    long before = EmulatedDriver.get("allocations");
    try (DeviceArray array = device.copy(new int[] {1, 2, 3})) {
      assertEquals(3 * Integer.BYTES, array.bytes);
      assertEquals(before + 1, EmulatedDriver.get("allocations"));
    }
    assertEquals(before, EmulatedDriver.get("allocations"));
  }
}
