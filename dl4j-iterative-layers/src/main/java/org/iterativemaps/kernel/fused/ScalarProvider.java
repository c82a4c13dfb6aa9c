package org.iterativemaps.kernel.fused;

import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.ScalarLaneKernels;

/**
 * The fused kernel in plain Java, for FLOAT: for sparse or small maps. Others the reference kernel
 * runs faster, because ND4J multiplies matrices faster than plain Java does.
 */
public final class ScalarProvider extends FusedProvider {
  /** Of this JVM; for the service loader. */
  public ScalarProvider() {
    super(null);
  }

  ScalarProvider(Setting setting) {
    super(setting);
  }

  @Override
  public String name() {
    return LaneKernelSelection.SCALAR;
  }

  @Override
  public String description() {
    return "fused kernel in plain Java";
  }

  @Override
  public int order() {
    return 200;
  }

  @Override
  Answer ask(MapProgram program, Setting where) {
    if (where.segment() > 0) {
      return Answer.runs("-D" + SegmentLength.PROPERTY + " is for the fused kernel alone");
    }
    PlainWork work = PlainWork.of(program);
    return work.isForProducts()
        ? Answer.slower(work + " are faster by matrix products")
        : Answer.runs(work + " are faster one by one");
  }

  @Override
  LaneKernels lanes(Setting where) {
    return new ScalarLaneKernels();
  }
}
