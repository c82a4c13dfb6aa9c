package org.iterativemaps.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How a running layer joins its network: the same for all, as DL4J's own layers do it. */
final class Instantiation {
  private Instantiation() {}

  /**
   * Gives a running layer its place, its parameters and, if they are new, first values.
   *
   * @param view its part of the network's parameters
   */
  static Layer join(
      Layer layer,
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray view,
      boolean initialize) {
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(view);
    layer.setParamTable(conf.getLayer().initializer().init(conf, view, initialize));
    layer.setConf(conf);
    return layer;
  }
}
