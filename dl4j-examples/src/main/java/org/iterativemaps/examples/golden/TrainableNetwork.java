package org.iterativemaps.examples.golden;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

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

  /** The updaters it uses, of weights and of biases: changing one changes the next update. */
  List<IUpdater> updaters();
}
