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
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A kernel's blocks, laid out for each shape of call that came, and whose parameters they hold. */
final class FusedBlocks {
  // Weights that take some milliseconds.
  private static final long LARGE = 200_000;

  private final MapProgram program;
  private final LaneKernels kernels;
  private final Map<Shape, LaneBlock[]> laidOut = new HashMap<>();
  private final Set<LaneBlock[]> backwards = Collections.newSetFromMap(new IdentityHashMap<>());
  private ParameterCopies loaded; // null while they are not all of one's

  /** What blocks are laid out for, see {@link LaneBlock#of}. */
  record Shape(double leastDenseDensity, int lanes, int parts) {

    LaneBlock block(LaneKernels kernels, RealizedBlock block) {
      return LaneBlock.of(kernels, block.mask(), leastDenseDensity, lanes, parts);
    }
  }

  FusedBlocks(MapProgram program, LaneKernels kernels) {
    this.program = program;
    this.kernels = kernels;
  }

  LaneBlock[] laidOut(Shape shape) {
    return laidOut.computeIfAbsent(
        shape,
        s ->
            sideBySide(program.realized().blocks())
                .map(block -> layOut(block, s))
                .toArray(LaneBlock[]::new));
  }

  /** Lays blocks out for the way back, if that has not been done. */
  void layOutBackward(LaneBlock[] blocks) {
    if (backwards.add(blocks)) {
      sideBySide(Arrays.asList(blocks)).forEach(LaneBlock::layOutBackward);
    }
  }

  /** Blocks of millions of weights take longer to lay out than threads to find. */
  private <T> Stream<T> sideBySide(List<T> blocks) {
    boolean isLarge = program.realized().parameterCount() > LARGE && LaneThreads.most() > 1;
    return isLarge ? blocks.parallelStream() : blocks.stream();
  }

  private LaneBlock layOut(RealizedBlock realized, Shape shape) {
    LaneBlock block = shape.block(kernels, realized);
    block.layOut();
    if (realized.fixedValues() != null) {
      float[] values = new float[realized.fixedValues().length];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) realized.fixedValues()[i];
      }
      block.load(values, 0, 1);
    }
    return block;
  }

  /** Copies a call's parameters and gives them to the blocks. */
  void read(ParameterCopies into, LaneTeam team, INDArray[] newParameters, LaneBlock[] blocks) {
    loaded = null;
    into.read(team, newParameters, blocks);
    loaded = into;
  }

  /** Gives the blocks the parameters of a call, if they have got others since. */
  void load(ParameterCopies parameters, LaneTeam team, LaneBlock[] blocks) {
    if (loaded != parameters) {
      parameters.load(team, blocks);
      loaded = parameters;
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
