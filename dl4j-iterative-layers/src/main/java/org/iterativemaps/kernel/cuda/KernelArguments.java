package org.iterativemaps.kernel.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of a kernel in memory, as C lays them out: each begins on 8 bytes, a structure is
 * one argument of several fields. Pointers are given as places on the device.
 */
final class KernelArguments {
  private static final int MOST_BYTES = 256;

  private final Memory bytes = new Memory(MOST_BYTES);
  private final List<Long> starts = new ArrayList<>();
  private long end;

  /** Begins a structure; its fields follow. */
  KernelArguments structure() {
    align(Long.BYTES);
    starts.add(end);
    return this;
  }

  KernelArguments field(long pointer) {
    align(Long.BYTES);
    bytes.setLong(end, pointer);
    end += Long.BYTES;
    return this;
  }

  KernelArguments field(int value) {
    align(Integer.BYTES);
    bytes.setInt(end, value);
    end += Integer.BYTES;
    return this;
  }

  KernelArguments argument(long pointer) {
    return structure().field(pointer);
  }

  KernelArguments argument(int value) {
    return structure().field(value);
  }

  private void align(int size) {
    end = (end + size - 1) / size * size;
  }

  /** Where each argument lies, one pointer after the other. They are this object's: keep it. */
  Memory places() {
    Memory places = new Memory((long) Native.POINTER_SIZE * starts.size());
    for (int i = 0; i < starts.size(); i++) {
      places.setPointer((long) Native.POINTER_SIZE * i, bytes.share(starts.get(i)));
    }
    return places;
  }
}
