package org.iterativemaps.watch;

import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.surgery.LiveMaps;

/** A map of a network in the course of training: what a measure may look at. */
public final class WatchedMap {
  private final WatchedNetwork network;
  private final MapPlace place;
  private MapWeights weights; // read when first asked for, and once

  WatchedMap(WatchedNetwork network, MapPlace place) {
    this.network = network;
    this.place = place;
  }

  /** The network it is in: a MultiLayerNetwork or ComputationGraph. Not to be changed. */
  public Model network() {
    return network.model();
  }

  /** What finds its layer in the network: {@link MapPlace#address()}. */
  public String layer() {
    return place.address();
  }

  /** Where it is in the network's configuration. */
  public MapPlace place() {
    return place;
  }

  /** Map and steps as configured, pruned and rewired as they are now. */
  public MapSettings settings() {
    return place.map().getSettings();
  }

  /** The map with its masks: which weights exist now. */
  public RealizedMap realized() {
    return settings().realized();
  }

  /** The layer or vertex that runs the map. Not to be changed. */
  public RunningMap running() {
    return LiveMaps.running(network.model(), layer());
  }

  /** The map with its numbers, copied from the network when first asked for. */
  public MapWeights weights() {
    if (weights == null) {
      weights = LayerWeights.read(realized(), network.parameters(place.layer()), place.prefix());
    }
    return weights;
  }
}
