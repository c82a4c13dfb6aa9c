package org.iterativemaps.convert;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network that is read as chains of layers and written anew.
 *
 * @param <C> its configuration
 * @param <N> the network
 */
interface Source<C, N> {

  /** All its layers; every layer is in one chain. */
  List<Chain> chains();

  /** The configuration with pieces in place of the layers, in the order of the chains. */
  C configuration(List<Piece> pieces);

  /** The trained network with pieces in place of the layers; what stays keeps its parameters. */
  N network(List<Piece> pieces);

  /** The configuration around another layer: seed, counters and the like stay. */
  static NeuralNetConfiguration around(
      NeuralNetConfiguration old, org.deeplearning4j.nn.conf.layers.Layer layer) {
    NeuralNetConfiguration copy = old.clone();
    copy.setLayer(layer);
    copy.clearVariables();
    return copy;
  }

  /** Copies all parameters of a layer that stayed. */
  static void copyParameters(Layer from, Layer to) {
    Map<String, INDArray> values = from.paramTable();
    if (values != null) {
      values.forEach((key, value) -> to.paramTable().get(key).assign(value));
    }
  }
}
