package org.iterativemaps.kernel.cuda;

import java.lang.ref.WeakReference;

/**
 * Memory of a device that is kept from call to call and replaced by longer one when needed. At rest
 * the garbage collector may take it; {@link CudaDevice#allocate} calls it when memory is short.
 */
final class GrowingArray {
  private final CudaDevice device;
  private DeviceArray array; // null before it is needed, and at rest
  private WeakReference<DeviceArray> resting = new WeakReference<>(null);

  GrowingArray(CudaDevice device) {
    this.device = device;
  }

  /** Room for so many bytes; what was there is lost if there was less. */
  long bytes(long bytes) {
    array = array == null ? resting.get() : array;
    if (array == null || array.bytes < bytes) {
      release(); // the old may go before the new comes
      array = new DeviceArray(device, bytes);
    }
    return array.pointer;
  }

  /** Where it is. */
  long pointer() {
    return array.pointer;
  }

  /** Leaves it to the garbage collector until it is needed again. */
  void rest() {
    if (array != null) {
      resting = new WeakReference<>(array);
      array = null;
    }
  }

  private void release() {
    if (array != null) {
      array.close();
      array = null;
    }
  }
}
