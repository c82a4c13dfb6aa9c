package org.iterativemaps.reshape;

import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.change.FrozenBlocks;

/**
 * Freezes single blocks of a map layer in place, and thaws them: DL4J's {@code FrozenLayer} for a
 * part of a layer.
 *
 * <pre>{@code
 * Freezing.freeze(network, "map", "h", "h");   // the recurrent weights as they are
 * network.fit(data);                           // trains the rest
 * Freezing.thaw(network, "map", "h", "h");
 * }</pre>
 *
 * <p>What the network computes does not change. A frozen block's weights are fixed values of the
 * configuration: no parameters, no regularisation, no updater state; they are saved with it. Thawed
 * weights are parameters again, start at the values they had, and with the updater's state of a new
 * weight. {@link MapSurgery} says what stays of all the others.
 */
public final class Freezing {
  private Freezing() {}

  /**
   * Fixes a trained block at the values it has.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer the layer's name
   * @param from source slot
   * @param to target slot
   * @throws IllegalArgumentException if there is no such trained block
   */
  public static void freeze(Model network, String layer, String from, String to) {
    RealizedMap map = MapSurgery.settings(network, layer).realized();
    double[][] parameters = MapSurgery.parameters(network, layer);
    double[] values =
        map.blocks().stream()
            .filter(b -> b.parameter() >= 0)
            .filter(b -> b.block().from().equals(from) && b.block().to().equals(to))
            .map(RealizedBlock::parameter)
            .map(p -> parameters[p])
            .findFirst()
            .orElse(new double[0]);
    MapSurgery.replaceMap(network, layer, FrozenBlocks.freeze(map, from, to, values));
  }

  /**
   * Trains a fixed block from the values it has.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer the layer's name
   * @param from source slot
   * @param to target slot
   * @throws IllegalArgumentException if there is no such fixed block, or a trained weight stands at
   *     the same cell as one of its weights
   */
  public static void thaw(Model network, String layer, String from, String to) {
    MapSettings settings = MapSurgery.settings(network, layer);
    MapSurgery.replaceMap(network, layer, FrozenBlocks.thaw(settings.realized(), from, to));
  }
}
