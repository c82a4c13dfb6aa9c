package org.iterativemaps.kernel.fused;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernelSelection.Chosen;
import org.iterativemaps.lanes.LaneKernels;

/** The fused kernel on the Vector API, for FLOAT. */
public final class SimdProvider extends FusedProvider {
  /** Of this JVM; for the service loader. */
  public SimdProvider() {
    super(null);
  }

  SimdProvider(Setting setting) {
    super(setting);
  }

  @Override
  public String name() {
    return LaneKernelSelection.SIMD;
  }

  @Override
  public String description() {
    return "fused kernel on vectors";
  }

  @Override
  public int order() {
    return 100;
  }

  @Override
  Answer ask(MapProgram program, Setting where) {
    Chosen lanes = where.lanes().get();
    return lanes.isSimd()
        ? Answer.runs("there is " + lanes.kernels().description())
        : Answer.unavailable(lanes.reason()).with(lanes.advice());
  }

  @Override
  LaneKernels lanes(Setting where) {
    return where.lanes().get().kernels();
  }
}
