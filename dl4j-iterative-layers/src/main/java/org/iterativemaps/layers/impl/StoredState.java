package org.iterativemaps.layers.impl;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A state that a layer stores from call to call, in the map where DL4J has it.
 *
 * <p>To make its arrays takes longer than to fill them, so that two sets of them take turns: what a
 * call began with stays until the next one. An array that somebody else was given is never written
 * to.
 */
final class StoredState {
  private final Map<String, INDArray> byKey;
  private INDArray[] own; // by slot, what the last call stored; null once it was given away
  private INDArray[] spare; // what the call before it stored

  StoredState(Map<String, INDArray> byKey) {
    this.byKey = byKey;
  }

  Map<String, INDArray> byKey() {
    return byKey;
  }

  /** Stores the state that a forward pass left. */
  void store(KernelRun run) {
    INDArray[] last = run.lastState(spare);
    spare = own;
    own = last;
    byKey.clear();
    byKey.putAll(run.byKey(last));
  }

  /** To be called when the map's arrays are given to somebody. */
  void giveAway() {
    own = null;
  }
}
