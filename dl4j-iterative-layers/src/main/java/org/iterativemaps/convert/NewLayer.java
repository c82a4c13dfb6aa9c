package org.iterativemaps.convert;

import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;

/**
 * A layer in place of others.
 *
 * @param layer its configuration, with its name
 * @param fill writes the trained parameters into the running layer; does nothing where there are
 *     none
 */
record NewLayer(Layer layer, Consumer<org.deeplearning4j.nn.api.Layer> fill) {

  /** A map layer with a map's numbers. */
  static NewLayer trained(Layer layer, MapWeights weights) {
    return new NewLayer(layer, running -> LayerWeights.write(weights, running));
  }

  static NewLayer untrained(Layer layer) {
    return new NewLayer(layer, running -> {});
  }
}
