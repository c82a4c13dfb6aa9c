package org.iterativemaps.kernel;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.map.RealizedMap.Parameter;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A kernel's parameters on the heap, where its blocks read them; kept from call to call. */
final class ParameterCopies {
  private final List<Parameter> order;

  /** By parameter, each at least as long. */
  final float[][] values;

  private final INDArray[] sources;

  ParameterCopies(List<Parameter> order) {
    this.order = order;
    this.values = new float[order.size()][];
    this.sources = new INDArray[values.length];
  }

  /** Before {@link #read}: whose parameters come next. */
  void take(INDArray[] parameters) {
    for (int p = 0; p < values.length; p++) {
      sources[p] = HeapCopy.plain(parameters[p]);
      values[p] = HeapCopy.atLeast(values[p], order.get(p).length());
    }
  }

  /** Floats of all parameters. */
  long length() {
    return order.stream().mapToLong(Parameter::length).sum();
  }

  /** Copies a share of every parameter, and gives it to its block. */
  void read(LaneBlock[] blocks, int share, int shares) {
    for (int p = 0; p < values.length; p++) {
      int block = order.get(p).block();
      int length = order.get(p).length();
      int begin =
          block < 0
              ? LaneBlock.begin(length, share, shares)
              : blocks[block].firstEntry(share, shares);
      int end =
          block < 0
              ? LaneBlock.end(length, share, shares)
              : blocks[block].firstEntry(share + 1, shares);
      HeapCopy.read(sources[p], begin, end, values[p]);
      if (block >= 0) {
        blocks[block].load(values[p], share, shares);
      }
    }
  }

  /** As {@link #read}, what has been read before. */
  void load(LaneBlock[] blocks, int share, int shares) {
    for (int p = 0; p < values.length; p++) {
      int block = order.get(p).block();
      if (block >= 0) {
        blocks[block].load(values[p], share, shares);
      }
    }
  }

  /** Lets go of ND4J's arrays. */
  void forget() {
    Arrays.fill(sources, null);
  }
}
