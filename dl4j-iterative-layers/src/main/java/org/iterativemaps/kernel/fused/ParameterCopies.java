package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.kernel.plan.BlockMatrix;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A kernel's parameters on the heap, where its blocks read them; kept from call to call. */
final class ParameterCopies {
  private final List<Parameter> order;
  private final int[] matrices; // by parameter, -1 for those of slots
  private final long length;

  /** By parameter, each at least as long. */
  final float[][] values;

  ParameterCopies(RealizedMap map) {
    this.order = map.parameters();
    this.matrices = BlockMatrix.byParameter(map);
    this.length = order.stream().mapToLong(Parameter::length).sum();
    this.values = new float[order.size()][];
  }

  /**
   * Copies all parameters and gives them to their blocks.
   *
   * @throws IllegalArgumentException if an array has not as many elements as its parameter
   */
  void read(LaneTeam team, INDArray[] parameters, LaneBlock[] blocks) {
    INDArray[] sources = new INDArray[values.length];
    for (int p = 0; p < values.length; p++) {
      HeapCopy.requireLength("parameter", p, parameters[p], order.get(p).length());
      sources[p] = HeapCopy.plain(parameters[p]);
      values[p] = HeapCopy.atLeast(values[p], order.get(p).length());
    }
    team.copy(
        length,
        (share, shares) -> {
          for (int p = 0; p < values.length; p++) {
            int begin = begin(p, blocks, share, shares);
            HeapCopy.read(sources[p], begin, begin(p, blocks, share + 1, shares), values[p]);
          }
          load(blocks, share, shares);
        });
  }

  /** A share of a block's weights is whole target units, as its {@link LaneBlock#load} wants. */
  private int begin(int p, LaneBlock[] blocks, int share, int shares) {
    return matrices[p] < 0
        ? LaneBlock.begin(order.get(p).length(), share, shares)
        : blocks[matrices[p]].firstEntry(share, shares);
  }

  /** Gives the blocks what has been read before. */
  void load(LaneTeam team, LaneBlock[] blocks) {
    team.copy(length, (share, shares) -> load(blocks, share, shares));
  }

  private void load(LaneBlock[] blocks, int share, int shares) {
    for (int p = 0; p < values.length; p++) {
      if (matrices[p] >= 0) {
        blocks[matrices[p]].load(values[p], share, shares);
      }
    }
  }

  /** Floats held. */
  long length() {
    return Arrays.stream(values).mapToLong(array -> array == null ? 0 : array.length).sum();
  }
}
