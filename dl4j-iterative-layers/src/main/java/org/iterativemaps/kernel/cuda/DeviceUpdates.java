package org.iterativemaps.kernel.cuda;

/** {@link Updates} on the device. */
record DeviceUpdates(
    DeviceArray phases,
    DeviceArray sources,
    DeviceArray uses,
    DeviceArray updates,
    DeviceArray terms,
    int count) {
  static DeviceUpdates of(CudaDevice device, Updates updates) {
    return new DeviceUpdates(
        device.copy(updates.phaseWords()),
        device.copy(updates.sourceWords()),
        device.copy(updates.useWords()),
        device.copy(updates.updateWords()),
        device.copy(updates.termWords()),
        updates.count());
  }
}
