package org.iterativemaps.convert;

import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A layer in place of others.
 *
 * @param layer its configuration, with its name
 * @param fill writes the trained parameters into the running layer; does nothing where there are
 *     none
 */
record NewLayer(Layer layer, Consumer<org.deeplearning4j.nn.api.Layer> fill) {

  static NewLayer untrained(Layer layer) {
    return new NewLayer(layer, running -> {});
  }
}
