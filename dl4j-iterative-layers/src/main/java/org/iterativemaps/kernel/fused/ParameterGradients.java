package org.iterativemaps.kernel.fused;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.kernel.HeapCopy;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.OuterTerms;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The gradients of a kernel's parameters in one backward pass. Those of weights are summed over the
 * tiles of all workers at once, every thread having some of the weights: one array of them, however
 * many threads there are. Only where few weights would have every thread read all tiles, each
 * worker sums its own. Kept from call to call.
 */
final class ParameterGradients {
  private final FusedPlan plan;
  private final float[][][] weights; // by matrix: one array or one of each worker, in its own order
  private float[] entries; // of one parameter, where a block's order is another than the mask's
  private float[] ofSlot; // bias or gain of one slot

  ParameterGradients(FusedPlan plan) {
    this.plan = plan;
    this.weights = new float[plan.matrices.size()][][];
    Arrays.fill(weights, new float[0][]); // of those that are not trained
  }

  private static int arrays(LaneBlock block, int workers) {
    return block.isSummedByWorker() ? workers : 1;
  }

  /** Makes room, before {@link #clear}. */
  void prepare(LaneBlock[] blocks, int workers) {
    for (int b = 0; b < weights.length; b++) {
      int arrays = plan.matrices.get(b).isTrained() ? arrays(blocks[b], workers) : 0;
      int length = blocks[b].gradientLength();
      if (weights[b].length != arrays || (arrays > 0 && weights[b][0].length != length)) {
        weights[b] = new float[arrays][length];
      }
    }
  }

  /** Zeros: a share of them. */
  void clear(int share, int shares) {
    for (float[][] arrays : weights) {
      for (float[] gradient : arrays) {
        int begin = LaneBlock.begin(gradient.length, share, shares);
        Arrays.fill(gradient, begin, LaneBlock.end(gradient.length, share, shares), 0);
      }
    }
  }

  /**
   * Adds the outer products of some workers: a share of the work, of which there are as many as
   * workers or there is one worker.
   *
   * @param terms by matrix, of each worker
   * @param scratch workspace for the blocks
   */
  void addOuter(
      LaneBlock[] blocks,
      int share,
      int shares,
      List<OuterTerms[]> terms,
      float[] scratch,
      int scratchAt) {
    for (int b = 0; b < weights.length; b++) {
      if (weights[b].length > 1) {
        blocks[b].outerAdd(0, 1, terms.get(share)[b], weights[b][share], scratch, scratchAt);
      } else if (weights[b].length == 1) {
        for (OuterTerms[] ofWorker : terms) {
          blocks[b].outerAdd(share, shares, ofWorker[b], weights[b][0], scratch, scratchAt);
        }
      }
    }
  }

  /**
   * Overwrites ND4J's arrays.
   *
   * @param slots sums of each worker
   * @throws IllegalArgumentException if an array has not as many elements as its parameter
   */
  void write(LaneTeam team, LaneBlock[] blocks, List<SlotGradients> slots, INDArray[] gradients) {
    for (int p = 0; p < plan.parameters.size(); p++) {
      Parameter parameter = plan.parameters.get(p);
      int matrix = plan.matrixOfParameter[p];
      int length = parameter.length();
      INDArray gradient = gradients[p];
      HeapCopy.requireLength("gradient", p, gradient, length);
      float[] from =
          matrix < 0
              ? sum(slots, p, length)
              : inEntryOrder(team, blocks[matrix], weights[matrix], length);
      if (HeapCopy.isPlain(gradient)) {
        team.copy(
            length,
            (share, shares) -> {
              int begin = LaneBlock.begin(length, share, shares);
              HeapCopy.write(from, begin, LaneBlock.end(length, share, shares), gradient);
            });
      } else {
        HeapCopy.write(from, gradient);
      }
    }
  }

  private float[] sum(List<SlotGradients> slots, int parameter, int length) {
    ofSlot = HeapCopy.atLeast(ofSlot, length);
    Arrays.fill(ofSlot, 0, length, 0);
    slots.forEach(ofWorker -> ofWorker.addTo(parameter, ofSlot));
    return ofSlot;
  }

  private float[] inEntryOrder(LaneTeam team, LaneBlock block, float[][] arrays, int length) {
    float[] gradient = arrays[0];
    for (int w = 1; w < arrays.length; w++) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] += arrays[w][i];
      }
    }
    if (block.hasEntryOrder()) {
      return gradient;
    }
    entries = HeapCopy.atLeast(entries, length);
    team.copy(length, (share, shares) -> block.toEntries(gradient, entries, share, shares));
    return entries;
  }

  /** Floats held after a backward pass. */
  static long length(FusedPlan plan, LaneBlock[] blocks, int workers) {
    long entries = 0;
    long ofSlot = 0;
    for (int p = 0; p < plan.parameters.size(); p++) {
      int matrix = plan.matrixOfParameter[p];
      int length = plan.parameters.get(p).length();
      if (matrix < 0) {
        ofSlot = Math.max(ofSlot, length);
      } else if (!blocks[matrix].hasEntryOrder()) {
        entries = Math.max(entries, length);
      }
    }
    long length = entries + ofSlot;
    for (int b = 0; b < blocks.length; b++) {
      if (plan.matrices.get(b).isTrained()) {
        length += (long) arrays(blocks[b], workers) * blocks[b].gradientLength();
      }
    }
    return length;
  }

  /** Floats held. */
  long length() {
    long length = (entries == null ? 0 : entries.length) + (ofSlot == null ? 0 : ofSlot.length);
    for (float[][] arrays : weights) {
      for (float[] gradient : arrays) {
        length += gradient.length;
      }
    }
    return length;
  }
}
