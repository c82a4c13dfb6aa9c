package org.iterativemaps.kernel.cuda;

import java.util.ArrayList;
import java.util.List;

/** All memory of a kernel on a device that grows with its calls. */
final class Memories {
  private final CudaDevice device;
  private final List<GrowingArray> all = new ArrayList<>();

  Memories(CudaDevice device) {
    this.device = device;
  }

  /** One more. */
  GrowingArray make() {
    GrowingArray array = new GrowingArray(device);
    all.add(array);
    return array;
  }

  /** Leaves all to the garbage collector until it is needed again. */
  void rest() {
    all.forEach(GrowingArray::rest);
  }
}
