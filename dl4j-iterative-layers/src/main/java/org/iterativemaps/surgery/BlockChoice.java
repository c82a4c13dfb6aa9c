package org.iterativemaps.surgery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.change.Changeable;

/**
 * Which trained blocks of which map layers of a network are meant.
 *
 * <p>{@link #all()} means every trained block of every map layer, vertices included, but the frozen
 * ones. Immutable.
 */
public final class BlockChoice {
  private static final BlockChoice ALL = new BlockChoice(Set.of(), Set.of());

  private final Set<String> layers; // empty: all
  private final Set<String> names; // empty: all

  private BlockChoice(Set<String> layers, Set<String> names) {
    this.layers = layers;
    this.names = names;
  }

  /** Every trained block of every map layer that is not frozen. */
  public static BlockChoice all() {
    return ALL;
  }

  /**
   * Of these blocks only those in some layers.
   *
   * @param layerNames of map layers, each as {@link LiveMaps} says; at least one
   * @throws IllegalArgumentException if there is none
   */
  public BlockChoice inLayers(String... layerNames) {
    return new BlockChoice(some("layerNames", layerNames), names);
  }

  /**
   * Of these blocks only some, in every layer that has them.
   *
   * @param blockNames "from-&gt;to", at least one
   * @throws IllegalArgumentException if there is none
   */
  public BlockChoice named(String... blockNames) {
    return new BlockChoice(layers, some("blockNames", blockNames));
  }

  private static Set<String> some(String argument, String... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException(argument + ": found none, expected at least one");
    }
    return new LinkedHashSet<>(List.of(values));
  }

  /**
   * The maps of these blocks with their numbers, by {@link MapLayer#name()}.
   *
   * @throws IllegalArgumentException if a layer is no map layer, or frozen, or a block is in none
   *     of the layers
   */
  Map<String, Changeable> of(Model network) {
    LiveNetwork live = LiveNetwork.of(network);
    Map<String, Changeable> found = new LinkedHashMap<>();
    Set<String> missing = new LinkedHashSet<>(names);
    for (MapLayer layer : layers(live)) {
      List<String> blocks = new ArrayList<>();
      for (Block block : layer.map().getSettings().map().blocks()) {
        if (block.isTrainable() && (names.isEmpty() || names.contains(block.name()))) {
          blocks.add(block.name());
        }
      }
      blocks.forEach(missing::remove);
      if (!blocks.isEmpty()) {
        found.put(
            layer.name(), new Changeable(layer.weights(live), Set.copyOf(blocks), layer.steps()));
      }
    }
    if (!missing.isEmpty() || found.isEmpty()) {
      throw new IllegalArgumentException(
          "blocks: found "
              + (missing.isEmpty() ? "none" : "no trained block " + missing)
              + " in the map layers "
              + layers(live).stream().map(MapLayer::name).toList()
              + "; expected "
              + trainedBlocks(live)
              + others(live)
              + "; the network's layers are: "
              + live.inventory());
    }
    return found;
  }

  private List<MapLayer> layers(LiveNetwork live) {
    if (layers.isEmpty()) {
      return MapLayer.all(live).stream().filter(layer -> !layer.isFrozen()).toList();
    }
    List<MapLayer> chosen = new ArrayList<>();
    for (String name : layers) {
      for (MapLayer layer : MapLayer.called(live, name)) {
        if (layer.isFrozen()) {
          throw new IllegalArgumentException(
              "layer '" + name + "' is frozen, and its weights with it; unfreeze it first");
        }
        if (!chosen.contains(layer)) {
          chosen.add(layer);
        }
      }
    }
    return chosen;
  }

  private static Map<String, List<String>> trainedBlocks(LiveNetwork live) {
    Map<String, List<String>> blocks = new LinkedHashMap<>();
    for (MapLayer layer : MapLayer.all(live)) {
      blocks.put(
          layer.name(),
          layer.map().getSettings().map().blocks().stream()
              .filter(Block::isTrainable)
              .map(Block::name)
              .toList());
    }
    return blocks;
  }

  /** Named blocks that have weights, but none that can be taken one by one. */
  private String others(LiveNetwork live) {
    StringBuilder text = new StringBuilder();
    for (MapLayer layer : layers(live)) {
      for (Block block : layer.map().getSettings().map().blocks()) {
        if (names.contains(block.name()) && !block.isLinear()) {
          text.append("; block ")
              .append(block.name())
              .append(" is ")
              .append(block.function())
              .append(", and only weights of linear blocks can be chosen");
        }
      }
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return (names.isEmpty() ? "all trained blocks" : "blocks " + names)
        + (layers.isEmpty() ? "" : " of layers " + layers);
  }
}
