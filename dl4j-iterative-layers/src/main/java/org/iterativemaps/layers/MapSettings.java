package org.iterativemaps.layers;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * What both layers are configured with beside DL4J's own options: the block map, the number of
 * steps, and weight initialisers of single blocks.
 *
 * <p>Immutable. Its JSON is versioned and readable (see {@link MapSettingsJson}).
 */
@JsonSerialize(using = MapSettingsJson.Serializer.class)
@JsonDeserialize(using = MapSettingsJson.Deserializer.class)
public final class MapSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  private final BlockMap map;
  private final int steps;
  private final TreeMap<String, IWeightInit> weightInits;
  private transient RealizedMap realized; // drawn once: networks ask often

  /**
   * Checks that the initialisers belong to trained blocks.
   *
   * @param map the block map
   * @param steps K, steps per token, at least 1
   * @param weightInits by block name "from-&gt;to", for blocks that differ from the layer's
   * @throws IllegalArgumentException if steps is below 1, or an initialiser has no such block
   */
  public MapSettings(BlockMap map, int steps, Map<String, IWeightInit> weightInits) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
    }
    this.map = map;
    this.steps = steps;
    this.weightInits = new TreeMap<>(weightInits);
    for (String block : weightInits.keySet()) {
      if (map.blocks().stream().noneMatch(b -> b.isTrainable() && b.name().equals(block))) {
        throw new IllegalArgumentException(
            "weightInit: no trained block "
                + block
                + "; the map has "
                + map.blocks().stream().filter(Block::isTrainable).map(Block::name).toList());
      }
    }
  }

  /** The block map. */
  public BlockMap map() {
    return map;
  }

  /** K: steps per token. */
  public int steps() {
    return steps;
  }

  /** Weight initialisers by block name "from-&gt;to". */
  public Map<String, IWeightInit> weightInits() {
    return Map.copyOf(weightInits);
  }

  /** The map with its masks drawn, from the seed it holds: always the same. */
  public synchronized RealizedMap realized() {
    if (realized == null) {
      realized = map.realize();
    }
    return realized;
  }

  /**
   * The same settings with the input slot at this size; its blocks' masks are drawn anew.
   *
   * @param nIn below 1 leaves it as it is
   * @throws IllegalArgumentException if the size does not fit a block
   */
  public MapSettings withInputSize(long nIn) {
    return withSlotSize(map.input(), "nIn", nIn);
  }

  /**
   * The same settings with the output slot at this size; its blocks' masks are drawn anew.
   *
   * @param nOut below 1 leaves it as it is
   * @throws IllegalArgumentException if the size does not fit a block
   */
  public MapSettings withOutputSize(long nOut) {
    return withSlotSize(map.output(), "nOut", nOut);
  }

  /**
   * The same settings with another K.
   *
   * @param newSteps at least 1
   */
  public synchronized MapSettings withSteps(int newSteps) {
    MapSettings changed = new MapSettings(map, newSteps, weightInits);
    changed.realized = realized; // masks do not depend on K
    return changed;
  }

  /** The same settings with the other way of giving the map its input; masks stay. */
  public MapSettings withInjection(Injection injection) {
    return new MapSettings(map.withInjection(injection), steps, weightInits);
  }

  private MapSettings withSlotSize(Slot slot, String option, long size) {
    return size < 1 || size == slot.size()
        ? this
        : new MapSettings(
            map.withSlotSize(slot.name(), MapDraft.size(option, size)), steps, weightInits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapSettings that
        && map.equals(that.map)
        && steps == that.steps
        && weightInits.equals(that.weightInits);
  }

  @Override
  public int hashCode() {
    return 31 * map.hashCode() + steps;
  }

  @Override
  public String toString() {
    return "MapSettings(steps=" + steps + ", map=" + map + ")";
  }
}
