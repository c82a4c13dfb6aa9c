package org.iterativemaps.kernel.cuda;

/** Memory of a device that is kept from call to call and replaced by longer one when needed. */
final class GrowingArray {
  private final CudaDevice device;
  private DeviceArray array; // null before it is needed

  GrowingArray(CudaDevice device) {
    this.device = device;
  }

  /** Room for so many floats; what was there is lost if there was less. */
  long floats(long count) {
    long bytes = Math.multiplyExact(count, (long) Float.BYTES);
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

  /** Gives it back. */
  void release() {
    if (array != null) {
      array.close();
      array = null;
    }
  }
}
