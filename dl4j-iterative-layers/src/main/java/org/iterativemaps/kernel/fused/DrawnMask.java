package org.iterativemaps.kernel.fused;

import org.iterativemaps.lanes.Mask;
import org.iterativemaps.map.pattern.WeightMask;

/** A block's mask as the lane kernels' layouts read it. */
record DrawnMask(WeightMask drawn) implements Mask {
  @Override
  public int fromSize() {
    return drawn.fromSize();
  }

  @Override
  public int toSize() {
    return drawn.toSize();
  }

  @Override
  public int entryCount() {
    return drawn.entryCount();
  }

  @Override
  public int targetStart(int to) {
    return drawn.targetStart(to);
  }

  @Override
  public int source(int entry) {
    return drawn.source(entry);
  }
}
