package org.iterativemaps.kernel.cuda;

/** {@link Updates} on the device. */
record DeviceUpdates(DeviceArray updates, DeviceArray reads, DeviceArray terms, int count) {
  static DeviceUpdates of(CudaDevice device, Updates updates) {
    return new DeviceUpdates(
        device.copy(updates.updateWords()),
        device.copy(updates.readWords()),
        device.copy(updates.termWords()),
        updates.count());
  }
}
