package org.iterativemaps.surgery;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;

/** The running halves of a network's maps. */
final class RunningMaps {
  private RunningMaps() {}

  static RunningMap of(LiveNetwork network, MapLayer map) {
    Layer layer = network.layers().get(map.place().layer());
    int depth = 0;
    while (!(layer instanceof RunningMap)) {
      if (layer instanceof BidirectionalLayer both) {
        String side = map.place().prefix().charAt(depth++) == 'f' ? "fwd" : "bwd";
        layer = (Layer) Fields.get(BidirectionalLayer.class, both, side);
      } else {
        layer = RunningMap.innermost(layer);
      }
    }
    return (RunningMap) layer;
  }

  /**
   * Lets the maps of a rebuilt network run with the K and injection that those of the network run
   * with, where these are not what its configuration says.
   *
   * @throws IllegalArgumentException if the output of a changed map cannot be reached so
   */
  static void carry(LiveNetwork network, LiveNetwork rebuilt) {
    for (MapLayer map : MapLayer.all(network)) {
      MapSettings configured = map.map().getSettings();
      MapSettings running = of(network, map).running();
      RunningMap after = of(rebuilt, map);
      MapSettings settings = after.running();
      if (!running.iteration().equals(configured.iteration())) {
        settings = settings.with(running.iteration());
      }
      if (running.map().injection() != configured.map().injection()) {
        settings = settings.withInjection(running.map().injection());
      }
      if (settings != after.running()) {
        after.run(settings);
      }
    }
  }
}
