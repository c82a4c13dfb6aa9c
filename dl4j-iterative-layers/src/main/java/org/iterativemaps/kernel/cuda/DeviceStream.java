package org.iterativemaps.kernel.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import org.iterativemaps.kernel.cuda.DeviceKernels.Grid;

/**
 * The work of one kernel on a device, in its order: launches, zeros and copies, next to the streams
 * of other kernels. An upload returns when the array may change, a download when it is filled, the
 * others at once; what a call finds wrong may be of a call before it.
 *
 * <p>Belongs to one kernel, and to one thread at a time. Destroyed when nobody refers to it.
 *
 * <p>Copies go through pinned memory in two halves: the host fills or empties the one while the
 * device copies the other, and short arrays wait for nothing. It grows with the longest array.
 */
final class DeviceStream {
  // Both guesses: no GPU has been asked.
  private static final long LEAST_PINNED = 64 * 1024;
  private static final long MOST_PINNED = 4 * 1024 * 1024;
  private static final int THREADS = 256;
  private static final long MOST_BLOCKS = 1 << 20;

  /** The kernels that it starts. */
  final DeviceKernels kernels;

  private final CudaDevice device;
  private final Pointer stream;
  private PinnedMemory half; // in use; null before the first copy
  private PinnedMemory otherHalf;

  /**
   * A new one.
   *
   * @param precision of the numbers that it computes with
   */
  DeviceStream(CudaDevice device, Precision precision) {
    this.device = device;
    this.kernels = device.kernels(precision);
    this.stream = device.stream();
    CudaDevice.CLEANER.register(this, new Destroying(device, stream));
  }

  private record Destroying(CudaDevice device, Pointer stream) implements Runnable {
    @Override
    public void run() {
      device.destroy(stream);
    }
  }

  /** Zeros. */
  void zero(long at, long bytes) {
    if (bytes > 0) {
      device.zero(at, bytes, stream);
    }
  }

  /** Starts a kernel that takes any number of threads and strides over its work. */
  void launch(String kernel, long threads, KernelArguments arguments) {
    long blocks = Math.max(1, Math.min(MOST_BLOCKS, (threads + THREADS - 1) / THREADS));
    launch(kernel, new Grid((int) blocks, 1, THREADS, 0, false), arguments);
  }

  /**
   * Starts a kernel. Two streams may each start one whose blocks wait for each other: the driver
   * starts such a grid when there is room for all of its blocks, never some of them, so that none
   * waits for a block that the other's keep from starting.
   */
  void launch(String kernel, Grid grid, KernelArguments arguments) {
    kernels.launch(kernel, grid, arguments, stream);
  }

  /** Copies bytes on the device. */
  void copy(long to, long from, long bytes) {
    device.copy(to, from, bytes, stream);
  }

  /** Copies words to the device. */
  void upload(long to, long[] words) {
    Memory memory = new Memory(Math.max(1, (long) Long.BYTES * words.length));
    memory.write(0, words, 0, words.length);
    upload(to, memory, (long) Long.BYTES * words.length);
    Reference.reachabilityFence(memory);
  }

  /** Copies bytes to the device; the caller keeps the memory. */
  void upload(long to, Pointer from, long bytes) {
    long done = 0;
    while (done < bytes) {
      Piece piece = piece(done, bytes);
      copy(from.share(done), piece.place, piece.bytes);
      device.upload(to + done, piece.place, piece.bytes, stream);
      piece.half.copied(stream);
      done += piece.bytes;
    }
  }

  /** Copies bytes from the device; the caller keeps the memory. */
  void download(Pointer to, long from, long bytes) {
    Piece before = null;
    long done = 0;
    while (done < bytes) {
      Piece piece = piece(done, bytes);
      device.download(piece.place, from + done, piece.bytes, stream);
      piece.half.copied(stream);
      if (before != null) {
        before.takeTo(to); // while the device copies this one; the next overwrites it
      }
      before = piece;
      done += piece.bytes;
    }
    if (before != null) {
      before.takeTo(to);
    }
  }

  /** A piece of a copy, from byte {@code at} on, in pinned memory. */
  private record Piece(PinnedMemory half, Pointer place, long at, long bytes) {
    void takeTo(Pointer to) {
      half.await();
      copy(place, to.share(at), bytes);
      Reference.reachabilityFence(half); // it is freed when nobody refers to it
    }
  }

  /** The next piece: all that the present half has left, or the whole of the other. */
  private Piece piece(long at, long end) {
    if (half == null || half.bytes < Math.min(end, MOST_PINNED)) {
      grow(end);
    } else if (half.left() == 0) {
      PinnedMemory full = half;
      half = otherHalf;
      otherHalf = full;
      half.reuse();
    }
    long bytes = Math.min(end - at, half.left());
    return new Piece(half, half.take(bytes), at, bytes);
  }

  /** Powers of two, so that it is seldom. */
  private void grow(long bytes) {
    long size = LEAST_PINNED;
    while (size < Math.min(bytes, MOST_PINNED)) {
      size *= 2;
    }
    if (half != null) {
      half.close();
      otherHalf.close();
      half = null; // in case that there is no memory for the new ones
    }
    otherHalf = new PinnedMemory(device, size);
    half = new PinnedMemory(device, size);
  }

  private static void copy(Pointer from, Pointer to, long bytes) {
    to.getByteBuffer(0, bytes).put(from.getByteBuffer(0, bytes));
  }
}
