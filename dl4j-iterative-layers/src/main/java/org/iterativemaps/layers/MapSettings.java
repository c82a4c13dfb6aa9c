package org.iterativemaps.layers;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.DensityPlan;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapPlan;
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
  private final MapPlan plan; // null if the map was given
  private transient RealizedMap realized; // drawn once: networks ask often
  private transient boolean isUndecided; // only while a builder's layer joins its network

  /**
   * Checks that the initialisers belong to trained blocks.
   *
   * @param map the block map
   * @param steps K, steps per token, at least 1
   * @param weightInits by block name "from-&gt;to", for blocks that differ from the layer's
   * @throws IllegalArgumentException if steps is below 1, or an initialiser has no such block
   */
  public MapSettings(BlockMap map, int steps, Map<String, IWeightInit> weightInits) {
    this(map, steps, weightInits, null);
  }

  /** With what the map was planned from; the map is not planned again here. */
  MapSettings(BlockMap map, int steps, Map<String, IWeightInit> weightInits, MapPlan plan) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: found " + steps + ", expected at least 1");
    }
    this.map = map;
    this.steps = steps;
    this.weightInits = new TreeMap<>(weightInits);
    this.plan = plan;
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

  /**
   * The block map. Where sizes or densities are planned, it is only a {@link MapPlan#structure()}
   * until the input size is known.
   */
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

  /** What the map was planned from, if it was; another nIn is planned for again. */
  public Optional<MapPlan> planned() {
    return Optional.ofNullable(plan);
  }

  /** The sizes and densities that were planned, if they were and the input size is known. */
  public Optional<DensityPlan> plan() {
    return map.isOpen() ? Optional.empty() : planned().map(p -> p.solve(map.input().size()));
  }

  /** Units of the output slot; 0 while they are still to be planned. */
  long outputSize() {
    return plan != null && map.isOpen() ? plan.knownOutputSize() : map.output().size();
  }

  /** The map with its masks drawn, from the seed it holds: always the same. */
  public synchronized RealizedMap realized() {
    if (realized == null) {
      realized = map.realize();
    }
    return realized;
  }

  /**
   * The same settings with the input slot at this size: a planned map is planned anew, of another
   * one the masks of the blocks at this slot are drawn anew.
   *
   * @param nIn below 1 leaves it as it is
   * @throws IllegalArgumentException if the size does not fit a block, or the plan cannot be met
   */
  public MapSettings withInputSize(long nIn) {
    if (nIn < 1 || nIn == map.input().size()) {
      return this;
    }
    int size = MapDraft.size("nIn", nIn);
    BlockMap resized = plan != null ? plan.map(size) : map.withSlotSize(map.input().name(), size);
    return new MapSettings(resized, steps, weightInits, plan);
  }

  /**
   * The same settings with the output slot at this size: a planned map is planned anew, of another
   * one the masks of the blocks at this slot are drawn anew.
   *
   * @param nOut below 1 leaves it as it is
   * @throws IllegalArgumentException if the size does not fit a block, or the plan cannot be met
   */
  public MapSettings withOutputSize(long nOut) {
    if (nOut < 1 || nOut == outputSize()) {
      return this;
    }
    int size = MapDraft.size("nOut", nOut);
    if (plan != null) {
      return planned(plan.withOutputSize(size), map.input().size(), steps, weightInits);
    }
    return new MapSettings(map.withSlotSize(map.output().name(), size), steps, weightInits);
  }

  /**
   * The same settings, whose masks the initialiser of the whole network may decide: those of a
   * builder's short form without any pattern.
   */
  MapSettings undecided() {
    MapSettings undecided = new MapSettings(map, steps, weightInits);
    undecided.isUndecided = true;
    return undecided;
  }

  /**
   * Planned as the initialiser of the whole network says, if nothing else has decided the masks; a
   * map that was given, saved or changed since stays as it is.
   */
  MapSettings plannedBy(HiddenProportionInit init) {
    if (!isUndecided) {
      return this;
    }
    Slot hidden = map.output();
    MapPlan made =
        new MapPlan(
            hidden.size(),
            0,
            Map.of(),
            init.trainableWeights(),
            init.hiddenProportion(),
            null,
            hidden.hasBias(),
            map.injection(),
            map.seed());
    return planned(made, map.input().size(), steps, weightInits);
  }

  /** Planned for an input size, or open if that is below 1. */
  static MapSettings planned(
      MapPlan plan, long nIn, int steps, Map<String, IWeightInit> weightInits) {
    BlockMap map = nIn < 1 ? plan.structure() : plan.map(MapDraft.size("nIn", nIn));
    return new MapSettings(map, steps, weightInits, plan);
  }

  /**
   * The same settings with another K.
   *
   * @param newSteps at least 1
   */
  public synchronized MapSettings withSteps(int newSteps) {
    MapSettings changed = new MapSettings(map, newSteps, weightInits, plan);
    changed.realized = realized; // masks do not depend on K
    return changed;
  }

  /**
   * The same settings with the other way of giving the map its input; masks stay, and a plan is no
   * longer kept beside the map.
   */
  public MapSettings withInjection(Injection injection) {
    return new MapSettings(map.withInjection(injection), steps, weightInits);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapSettings that
        && map.equals(that.map)
        && steps == that.steps
        && weightInits.equals(that.weightInits)
        && Objects.equals(plan, that.plan);
  }

  @Override
  public int hashCode() {
    return 31 * map.hashCode() + steps;
  }

  @Override
  public String toString() {
    return "MapSettings(steps="
        + steps
        + ", map="
        + map
        + plan().map(p -> ", plan=[" + p + "]").orElse("")
        + ")";
  }
}
