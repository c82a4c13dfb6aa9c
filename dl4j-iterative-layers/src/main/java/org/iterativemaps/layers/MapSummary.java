package org.iterativemaps.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.HiddenProportion;
import org.iterativemaps.map.RealizedMap;

/**
 * DL4J's {@code summary()} and, for every map layer, where its trained weights sit.
 *
 * <p>DL4J's own text shows the sizes of a map layer and the number of weights of each block,
 * planned or not; it has no place for more.
 */
public final class MapSummary {
  private MapSummary() {}

  /** Of an initialised network. */
  public static String of(MultiLayerNetwork network) {
    return of(network.summary(), List.of(network.getLayers()));
  }

  /** Of an initialised network. */
  public static String of(ComputationGraph network) {
    return of(network.summary(), List.of(network.getLayers()));
  }

  private static String of(String summary, List<org.deeplearning4j.nn.api.Layer> layers) {
    StringBuilder text = new StringBuilder(summary);
    for (org.deeplearning4j.nn.api.Layer layer : layers) {
      Layer conf = unwrapped(layer.conf().getLayer());
      if (conf instanceof IterativeMapConf map) {
        String name = layer.conf().getLayer().getLayerName();
        text.append('\n').append(name == null ? "layer " + layer.getIndex() : name).append(": ");
        RealizedMap realized = map.getSettings().realized();
        text.append(
            realized.trainableWeights() == 0
                ? "every weight is fixed\n"
                : HiddenProportion.realized(realized));
        map.getSettings().plan().ifPresent(p -> text.append("planned: ").append(p).append('\n'));
      }
    }
    return text.toString();
  }

  private static Layer unwrapped(Layer layer) {
    if (layer instanceof BaseWrapperLayer wrapper) {
      return unwrapped(wrapper.getUnderlying());
    }
    if (layer instanceof FrozenLayer frozen) {
      return unwrapped(frozen.getLayer());
    }
    if (layer instanceof FrozenLayerWithBackprop frozen) {
      return unwrapped(frozen.getUnderlying());
    }
    return layer instanceof Bidirectional both ? unwrapped(both.getFwd()) : layer;
  }
}
