package org.iterativemaps.kernel.cuda;

import java.lang.ref.Cleaner;

/** Memory of a device, freed by {@link #close} or when nobody refers to it any more. */
final class DeviceArray implements AutoCloseable {
  /** Where it is on the device. */
  final long pointer;

  /** How long it is. */
  final long bytes;

  private final Cleaner.Cleanable memory;

  DeviceArray(CudaDevice device, long bytes) {
    this.pointer = device.allocate(bytes);
    this.bytes = bytes;
    this.memory = CudaDevice.CLEANER.register(this, new Freeing(device, pointer));
  }

  private record Freeing(CudaDevice device, long pointer) implements Runnable {
    @Override
    public void run() {
      device.free(pointer);
    }
  }

  @Override
  public void close() {
    memory.clean();
  }
}
