package org.iterativemaps.kernel.cuda;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;

/**
 * Memory of the host that a device copies from and to by itself, and the event behind the last copy
 * that uses it. Freed by {@link #close} or when nobody refers to it any more, after that copy.
 */
final class PinnedMemory implements AutoCloseable {
  /** How long it is, in bytes. */
  final long bytes;

  private final CudaDevice device;
  private final Pointer place;
  private final Pointer lastCopy; // an event
  private final Cleaner.Cleanable memory;
  private long taken;

  PinnedMemory(CudaDevice device, long bytes) {
    this.bytes = bytes;
    this.device = device;
    this.place = device.allocatePinned(bytes);
    this.lastCopy = device.event();
    this.memory = CudaDevice.CLEANER.register(this, new Freeing(device, place, lastCopy));
  }

  private record Freeing(CudaDevice device, Pointer place, Pointer lastCopy) implements Runnable {
    @Override
    public void run() {
      device.freePinned(place, lastCopy);
    }
  }

  /** Bytes that are not taken yet. */
  long left() {
    return bytes - taken;
  }

  /** The next bytes, at most those that are {@link #left}. */
  Pointer take(long count) {
    Pointer piece = place.share(taken);
    taken += count;
    return piece;
  }

  /** Waits for the last copy, and has all bytes left again. */
  void reuse() {
    await();
    taken = 0;
  }

  /** To be called behind every copy that uses it. */
  void copied(Pointer stream) {
    device.record(lastCopy, stream);
  }

  /** Waits for the last copy; not for what comes behind it. */
  void await() {
    device.await(lastCopy);
  }

  @Override
  public void close() {
    memory.clean();
  }
}
