package org.iterativemaps.examples.golden;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A block map on sequences, [batch, time, feature], whose state can be given and read by slot,
 * [batch, size].
 */
interface SequenceNetwork extends MapNetwork {

  /** As {@link #output(INDArray)}, from another state than zeros. */
  INDArray output(INDArray input, Map<String, INDArray> initialState);

  /** The state after the last token of a sequence, by slot. */
  Map<String, INDArray> lastState(INDArray input, Map<String, INDArray> initialState);

  /** As {@link #gradients(INDArray, INDArray)}, from another state than zeros. */
  Gradients gradients(INDArray input, Map<String, INDArray> initialState, INDArray outputGradient);
}
