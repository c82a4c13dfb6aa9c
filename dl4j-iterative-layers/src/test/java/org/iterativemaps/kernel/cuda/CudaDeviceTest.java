package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said where there is no GPU that can be used. */
class CudaDeviceTest {
  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  @Test
  void withoutADriver() {
    System.setProperty(CudaDevice.LIBRARY_PROPERTY, "no-such-driver");
    assertUnavailable("library no-such-driver cannot be loaded", "install the driver");
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
  @CsvSource({"1", "-1", "first"})
  void aDeviceThatIsNotThere(String ordinal) {
    EmulatedDriver.use();
    EmulatedDriver.set("devices", 1); // a machine of several has the second
    System.setProperty(CudaDevice.DEVICE_PROPERTY, ordinal);
    assertUnavailable("found " + ordinal, "expected a device from 0 to 0");
  }

  private static void assertUnavailable(String... parts) {
    String message = assertThrows(UnavailableException.class, CudaDevice::open).getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), () -> part + " in: " + message);
    }
  }

  @Test
  void memoryIsFreedWhenNobodyRefersToIt() throws Exception {
    EmulatedDriver.use();
    CudaDevice device = CudaDevice.open();
    long before = EmulatedDriver.get("allocations");
    try (DeviceArray array = device.copy(new int[] {1, 2, 3})) {
      assertEquals(3 * Integer.BYTES, array.bytes);
      assertEquals(before + 1, EmulatedDriver.get("allocations"));
    }
    assertEquals(before, EmulatedDriver.get("allocations"));
  }
}
