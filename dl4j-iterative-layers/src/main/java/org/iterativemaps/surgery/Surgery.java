package org.iterativemaps.surgery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.change.Changeable;
import org.iterativemaps.map.change.MagnitudePruning;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.MapChange;
import org.iterativemaps.map.change.Resizing;
import org.iterativemaps.map.change.Rewiring;

/**
 * Prunes, rewires, grows and shrinks the map layers of a network in place, between calls of {@code
 * fit} or from a listener.
 *
 * <pre>{@code
 * Surgery.prune(network, BlockChoice.all(), 0.9, Scope.GLOBAL);   // 10 % of the cells keep a weight
 * Surgery.grow(network, "map", "h", 16, 1);                  // 16 units more, outputs unchanged
 * network.fit(data);
 * }</pre>
 *
 * <p>{@link LiveMaps} says how layers are called, and what stays of weights, updater state and
 * counters; on an error all of it does. {@link GradualPruning} and {@link SparseRewiring} do it
 * while {@code fit} runs.
 */
public final class Surgery {
  private Surgery() {}

  /**
   * Prunes by magnitude to a sparsity, each block by itself or all blocks together.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param blocks what to prune
   * @param sparsity fraction of the blocks' cells without a weight, in [0, 1); see {@link
   *     MagnitudePruning} for what is protected
   * @param scope whether each block reaches it, or all of them together
   * @return how many weights went
   * @throws IllegalArgumentException if the blocks are not there or frozen, or the sparsity is out
   *     of range
   */
  public static int prune(Model network, BlockChoice blocks, double sparsity, Scope scope) {
    Map<String, Changeable> maps = blocks.of(network);
    List<MapChange> changes =
        MagnitudePruning.toSparsity(new ArrayList<>(maps.values()), sparsity, scope);
    Map<String, MapChange> byLayer = new LinkedHashMap<>();
    int next = 0;
    for (String layer : maps.keySet()) {
      byLayer.put(layer, changes.get(next++));
    }
    return apply(network, byLayer);
  }

  /**
   * Drops the smallest weights of every block and grows as many at random places (SET).
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param blocks what to rewire
   * @param fraction of each block's weights, in [0, 1]
   * @param seed where the places come from; another for every call
   * @throws IllegalArgumentException if the blocks are not there or frozen, or the fraction is out
   *     of range
   */
  public static void rewireAtRandom(Model network, BlockChoice blocks, double fraction, long seed) {
    rewireAtRandom(network, blocks, fraction, seed, "call");
  }

  static void rewireAtRandom(
      Model network, BlockChoice blocks, double fraction, long seed, String purpose) {
    Map<String, MapChange> changes = new LinkedHashMap<>();
    blocks
        .of(network)
        .forEach(
            (layer, map) ->
                changes.put(layer, Rewiring.atRandom(map, fraction, seed, layer, purpose)));
    apply(network, changes);
  }

  /**
   * Drops the smallest weights of every block and grows as many where the loss of the network's
   * present batch is steepest (RigL). Costs one training step with dense blocks.
   *
   * @param network a MultiLayerNetwork or ComputationGraph that has its input and labels, as in
   *     {@code iterationDone}, or after {@code setInput} and {@code setLabels}; changed
   * @param blocks what to rewire
   * @param fraction of each block's weights, in [0, 1]
   * @throws IllegalArgumentException if the blocks are not there or frozen, or the fraction is out
   *     of range
   * @throws IllegalStateException if the network has no batch
   */
  public static void rewireByGradient(Model network, BlockChoice blocks, double fraction) {
    Map<String, Changeable> maps = blocks.of(network);
    Map<String, Map<String, double[]>> gradients = DenseGradient.of(LiveNetwork.of(network), maps);
    Map<String, MapChange> changes = new LinkedHashMap<>();
    maps.forEach(
        (layer, map) ->
            changes.put(layer, Rewiring.byGradient(map, fraction, gradients.get(layer))));
    apply(network, changes);
  }

  /**
   * Gives a hidden slot more units, and with it all slots that must have its size: of an LSTM, with
   * the memory all gates and the output. The network's outputs stay what they are. New units have
   * the first biases that the layer gives their slot, such as 1 for forget gates.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer, as {@link LiveMaps} says
   * @param slot a slot of it whose size neither its input nor its output has to share; see {@link
   *     Resizing}
   * @param count how many units more, at least 1
   * @param seed where places and values of new weights come from; see {@link Resizing}
   * @throws IllegalArgumentException if there is no such layer or slot, or it cannot grow
   */
  public static void grow(Model network, String layer, String slot, int count, long seed) {
    changeAll(
        network,
        layer,
        (live, map) -> {
          Map<String, Double> biases = map.map().getSettings().biasInits();
          double other = map.map().getBiasInit();
          return Resizing.grow(
              map.realized(), slot, count, seed, name -> biases.getOrDefault(name, other));
        });
  }

  /**
   * Takes away those units of a hidden slot, and of all that must have its size, that matter least:
   * with the smallest sum of |w| over the weights out of them ({@link Resizing#importance}).
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer, as {@link LiveMaps} says
   * @param slot a slot of it whose size neither its input nor its output has to share
   * @param count how many units go, 1 to all but one
   * @throws IllegalArgumentException if there is no such layer or slot, or it cannot shrink so far
   */
  public static void shrink(Model network, String layer, String slot, int count) {
    changeAll(
        network,
        layer,
        (live, map) -> {
          MapWeights weights = map.weights(live);
          int[] least = Resizing.leastImportant(weights, slot, count);
          return Resizing.shrink(weights, map.steps(), slot, least);
        });
  }

  /**
   * Takes away given units of a hidden slot, and of all that must have its size.
   *
   * @param network a MultiLayerNetwork or ComputationGraph; changed
   * @param layer a map layer, as {@link LiveMaps} says
   * @param slot a slot of it whose size neither its input nor its output has to share
   * @param units their numbers
   * @throws IllegalArgumentException if there is no such layer, slot or unit, or nothing would be
   *     left
   */
  public static void shrinkBy(Model network, String layer, String slot, int... units) {
    changeAll(
        network,
        layer,
        (live, map) -> Resizing.shrink(map.weights(live), map.steps(), slot, units));
  }

  /** Changes the map of a layer, or both of a Bidirectional. */
  static void changeAll(
      Model network, String layer, BiFunction<LiveNetwork, MapLayer, MapChange> change) {
    LiveNetwork live = LiveNetwork.of(network);
    Map<String, MapChange> changes = new LinkedHashMap<>();
    for (MapLayer map : MapLayer.called(live, layer)) {
      changes.put(map.name(), change.apply(live, map));
    }
    LiveMaps.replaceMaps(network, changes);
  }

  /** Carries the changes out that are any; returns how many parameters fewer there are. */
  static int apply(Model network, Map<String, MapChange> changes) {
    long before = network.numParams();
    changes.values().removeIf(MapChange::isNone);
    if (!changes.isEmpty()) {
      LiveMaps.replaceMaps(network, changes);
    }
    return (int) (before - network.numParams());
  }
}
