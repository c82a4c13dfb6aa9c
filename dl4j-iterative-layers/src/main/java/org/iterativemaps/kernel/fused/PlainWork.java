package org.iterativemaps.kernel.fused;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.iterate.Schedule.Evaluation;
import org.iterativemaps.iterate.Schedule.Read;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.ScalarLaneKernels;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * What a time step costs without the Vector API: in loops of plain Java over the weights that
 * exist, or in ND4J's matrix products over all cells. A function of the program alone, so that the
 * choice between them never differs from run to run.
 *
 * <p>The two figures are measured, by training steps of 32 and 128 examples: a matrix product does
 * a cell about five times as fast as a loop of plain Java (3.5 times with 32 examples, 4 to 5.5
 * with 128), and the operations around it take, for every update, as long as 10,000 weights in such
 * loops with 128 examples, and 20,000 with 32.
 *
 * @param weights multiply-adds of the loops, per example
 * @param cells multiply-adds of the matrix products, per example
 * @param updates how many slots are computed
 */
record PlainWork(long weights, long cells, int updates) {
  private static final double PRODUCT_GAIN = 5;
  private static final double UPDATE_COST = 10_000;

  static PlainWork of(MapProgram program) {
    LaneKernels kernels = new ScalarLaneKernels();
    Set<BlockMatrix> once = new HashSet<>(); // what the input contributes is the same in all steps
    long weights = 0;
    long cells = 0;
    for (Evaluation evaluation : program.schedule().evaluations()) {
      for (Read read : evaluation.reads()) {
        for (BlockMatrix matrix : BlockMatrix.of(program.realized(), read.block())) {
          if (matrix.from() != program.inputSlot() || once.add(matrix)) {
            WeightMask mask = matrix.mask();
            long all = (long) mask.fromSize() * mask.toSize();
            boolean isDense =
                LaneBlock.isDense(new DrawnMask(mask), kernels.leastDenseDensity(true));
            weights += isDense ? all : mask.entryCount();
            cells += all;
          }
        }
      }
    }
    return new PlainWork(weights, cells, program.schedule().evaluations().size());
  }

  /** Whether matrix products are faster than the loops. */
  boolean isForProducts() {
    return weights > cells / PRODUCT_GAIN + updates * UPDATE_COST;
  }

  /** The figures that decide. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d of %,d weights in %d %s",
        weights,
        cells,
        updates,
        updates == 1 ? "evaluation" : "evaluations");
  }
}
