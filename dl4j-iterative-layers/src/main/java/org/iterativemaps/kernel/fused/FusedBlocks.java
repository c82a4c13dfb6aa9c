package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.lanes.Mask;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A kernel's blocks, laid out for each shape of call that came, and whose parameters they hold. */
final class FusedBlocks {
  // Weights that take some milliseconds.
  private static final long LARGE = 200_000;

  private final List<BlockMatrix> matrices;
  private final LaneKernels kernels;
  private final Map<Shape, LaneBlock[]> laidOut = new HashMap<>();
  private final Set<LaneBlock[]> backwards = Collections.newSetFromMap(new IdentityHashMap<>());
  private ParameterCopies loaded; // null while they are not all of one's
  private LaneBlock[] holders; // the blocks that hold them
  private LaneBlock[] turned; // that are ready for the way back with what is loaded

  /** What blocks are laid out for, see {@link LaneBlock#of}. */
  record Shape(double leastDenseDensity, int lanes, int parts) {

    LaneBlock block(LaneKernels kernels, BlockMatrix matrix) {
      try {
        Mask mask = new DrawnMask(matrix.mask());
        return LaneBlock.of(kernels, mask, leastDenseDensity, lanes, parts);
      } catch (IllegalArgumentException e) { // too large
        throw new IllegalArgumentException(
            e.getMessage() + "; set -D" + KernelSelection.PROPERTY + "=reference", e);
      }
    }
  }

  FusedBlocks(MapProgram program, LaneKernels kernels) {
    this.matrices = BlockMatrix.of(program.realized());
    this.kernels = kernels;
  }

  LaneBlock[] laidOut(Shape shape) {
    return laidOut.computeIfAbsent(
        shape,
        s -> sideBySide(matrices).map(matrix -> layOut(matrix, s)).toArray(LaneBlock[]::new));
  }

  /** Lays blocks out for the way back, if that has not been done. */
  void layOutBackward(LaneBlock[] blocks) {
    if (backwards.add(blocks)) {
      sideBySide(Arrays.asList(blocks)).forEach(LaneBlock::layOutBackward);
    }
  }

  /** Blocks of millions of weights take longer to lay out than threads to find. */
  private <T> Stream<T> sideBySide(List<T> blocks) {
    long weights = matrices.stream().mapToLong(matrix -> matrix.mask().entryCount()).sum();
    boolean isLarge = weights > LARGE && LaneThreads.most() > 1;
    return isLarge ? blocks.parallelStream() : blocks.stream();
  }

  private LaneBlock layOut(BlockMatrix matrix, Shape shape) {
    LaneBlock block = shape.block(kernels, matrix);
    block.layOut();
    if (matrix.fixedValues() != null) {
      float[] values = new float[matrix.fixedValues().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) matrix.fixedValues()[i];
      }
      block.load(values, 0, 1);
    }
    return block;
  }

  /** Copies a call's parameters and gives them to the blocks. */
  void read(ParameterCopies into, LaneTeam team, INDArray[] newParameters, LaneBlock[] blocks) {
    loaded = null;
    turned = null;
    into.read(team, newParameters, blocks);
    loaded = into;
    holders = blocks;
  }

  /** Gives the blocks the parameters of a call, if they have got others since. */
  void load(ParameterCopies parameters, LaneTeam team, LaneBlock[] blocks) {
    if (loaded != parameters || holders != blocks) {
      turned = null;
      parameters.load(team, blocks);
      loaded = parameters;
      holders = blocks;
    }
  }

  /** Makes blocks ready for the way back with the weights that they have, if they are not. */
  void turn(LaneTeam team, LaneBlock[] blocks) {
    if (turned != blocks) {
      team.run(
          share -> {
            for (LaneBlock block : blocks) {
              block.prepareBackward(share, team.parts());
            }
          });
      turned = blocks;
    }
  }

  /** Lets go of all layouts but these. */
  void keepOnly(List<LaneBlock[]> inUse) {
    laidOut.values().removeIf(blocks -> inUse.stream().noneMatch(kept -> kept == blocks));
    backwards.retainAll(laidOut.values());
  }

  /** Bytes held. */
  long bytes() {
    return laidOut.values().stream().flatMap(Arrays::stream).mapToLong(LaneBlock::bytes).sum();
  }
}
