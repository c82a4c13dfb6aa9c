package org.iterativemaps.kernel.reference;

import java.lang.ref.Reference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The tokens of all time steps of a call, and what the linear blocks make of them: one matrix
 * product for the whole sequence, used in every step of the map.
 */
final class Tokens {
  private final MapProgram program;
  private final MapValues values;
  private final INDArray rows; // [time * batch, units], one time step after the other
  private final long batch;
  private final Map<Integer, INDArray> contributions = new HashMap<>(); // by slot

  Tokens(MapProgram program, MapValues values, INDArray rows, long batch, ArrayPool pool) {
    this.program = program;
    this.values = values;
    this.rows = rows;
    this.batch = batch;
    for (int b = 0; b < blocks().size(); b++) {
      if (isLinear(b)) {
        INDArray sum =
            contributions.computeIfAbsent(
                blocks().get(b).to(),
                slot -> pool.zeros(values.type, rows.size(0), program.size(slot)));
        Nd4j.gemm(rows, values.weights(b), sum, false, false, 1, 1);
      }
    }
  }

  private List<RealizedBlock> blocks() {
    return program.realized().blocks();
  }

  /** Whether a block is a linear one from the input. */
  private boolean isLinear(int block) {
    RealizedBlock realized = blocks().get(block);
    return realized.mask() != null && realized.from() == program.inputSlot();
  }

  /** How many rows a time step has. */
  long batch() {
    return batch;
  }

  /** The tokens of a time step, [batch, units]. */
  INDArray token(int t) {
    return rows(rows, t);
  }

  /** Adds to the sum of a slot what linear blocks make of a time step's tokens. */
  void addContribution(int slot, int t, INDArray sum) {
    INDArray contribution = rows(contributions.get(slot), t);
    sum.addi(contribution);
    Reference.reachabilityFence(contribution);
  }

  private INDArray rows(INDArray all, int t) {
    return all.get(NDArrayIndex.interval(t * batch, (t + 1) * batch), NDArrayIndex.all());
  }

  /** Gives back the sums. */
  void release(ArrayPool pool) {
    contributions.values().forEach(pool::giveBack);
  }

  /** The way back. */
  WayBack wayBack(ArrayPool pool) {
    return new WayBack(pool);
  }

  /** Collects what reaches the tokens on one way back. */
  final class WayBack {
    private final ArrayPool pool;
    private final Map<Integer, INDArray> deltas = new HashMap<>(); // by slot, of its sums
    private final INDArray gradient; // [time * batch, units]

    private WayBack(ArrayPool pool) {
      this.pool = pool;
      this.gradient = pool.zeros(values.type, rows.size(0), rows.size(1));
    }

    /** The gradient of a sum that a contribution went into. */
    void addDelta(int slot, int t, INDArray delta) {
      INDArray all =
          deltas.computeIfAbsent(slot, s -> pool.zeros(values.type, rows.size(0), program.size(s)));
      rows(all, t).addi(delta);
    }

    /** The gradient of a time step's tokens, by a function that is not linear or a gate. */
    void addGradient(int t, INDArray ofToken) {
      rows(gradient, t).addi(ofToken);
    }

    /** The gradient of all tokens; adds those of the linear blocks' weights. */
    INDArray finish(MapGradients gradients) {
      for (int b = 0; b < blocks().size(); b++) {
        INDArray delta = deltas.get(blocks().get(b).to());
        if (isLinear(b) && delta != null) {
          gradients.addWeights(b, 0, rows, delta);
          Nd4j.gemm(delta, values.weights(b), gradient, false, true, 1, 1);
        }
      }
      return gradient;
    }
  }
}
