package org.iterativemaps.surgery;

import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.change.FrozenBlocks;
import org.iterativemaps.map.change.MapChange;

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
 * weight. {@link LiveMaps} says what stays of all the others.
 */
public final class Freezing {
  private Freezing() {}

  /**
   * Fixes a trained block at the values it has.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer, as {@link LiveMaps} says
   * @param from source slot
   * @param to target slot
   * @throws IllegalArgumentException if there is no such trained block
   */
  public static void freeze(Model network, String layer, String from, String to) {
    change(network, layer, (live, map) -> FrozenBlocks.freeze(map.weights(live), from, to));
  }

  private static void change(
      Model network, String layer, BiFunction<LiveNetwork, MapLayer, BlockMap> change) {
    Surgery.changeAll(
        network, layer, (live, map) -> MapChange.between(map.realized(), change.apply(live, map)));
  }

  /**
   * Trains a fixed block from the values it has.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer, as {@link LiveMaps} says
   * @param from source slot
   * @param to target slot
   * @throws IllegalArgumentException if there is no such fixed block, or a trained weight stands at
   *     the same cell as one of its weights
   */
  public static void thaw(Model network, String layer, String from, String to) {
    change(network, layer, (live, map) -> FrozenBlocks.thaw(map.realized(), from, to));
  }
}
