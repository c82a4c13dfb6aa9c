package org.iterativemaps.examples.golden;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A network that is one block map. See {@link Implementation} for the layout of its arrays. */
interface MapNetwork {

  /** What the output slot holds in the end. */
  INDArray output(INDArray input);

  /** Back-propagates from the output slot. */
  Gradients gradients(INDArray input, INDArray outputGradient);

  /** By key {@code target<-source}: the full matrices [target, source] as the network has them. */
  Map<String, INDArray> weights();

  /** By slot. */
  Map<String, INDArray> biases();
}
