package org.iterativemaps.examples.golden;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A block map with a loss and an updater. */
interface TrainableNetwork extends MapNetwork {

  /** The loss. */
  double loss(INDArray input, INDArray target);

  /** Gradients of the loss, the input's left out. */
  Gradients lossGradients(INDArray input, INDArray target);

  /**
   * One update.
   *
   * @return the loss before it
   */
  double fit(INDArray input, INDArray target);
}
