package org.iterativemaps.layers;

import java.io.Serializable;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.MapPlan;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * What the layers and the vertex are configured with beside DL4J's own options: the block map, the
 * number of steps, and initialisers of single blocks and biases.
 *
 * <p>Immutable. Its JSON is versioned and readable (see {@link MapSettingsJson}).
 */
@JsonSerialize(using = MapSettingsJson.Serializer.class)
@JsonDeserialize(using = MapSettingsJson.Deserializer.class)
public final class MapSettings implements Serializable {
  private static final long serialVersionUID = 1L;

  private final BlockMap map;
  private final Iteration iteration;
  private final TreeMap<String, IWeightInit> weightInits;
  private final TreeMap<String, Double> biasInits; // by slot
  private final MapPlan plan; // null if the map was given
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
    this(map, Iteration.steps(steps), weightInits);
  }

  /**
   * Checks that the initialisers belong to trained blocks.
   *
   * @param map the block map
   * @param iteration how often it is applied to a token
   * @param weightInits by block name "from-&gt;to", for blocks that differ from the layer's
   * @throws IllegalArgumentException if an initialiser has no such block
   */
  public MapSettings(BlockMap map, Iteration iteration, Map<String, IWeightInit> weightInits) {
    this(map, iteration, weightInits, Map.of(), null);
  }

  /**
   * A map whose parameters all begin as the layer says.
   *
   * @param map the block map
   * @param steps K, steps per token, at least 1
   * @throws IllegalArgumentException if steps is below 1, or a block is Java code
   */
  public MapSettings(BlockMap map, int steps) {
    this(map, steps, Map.of());
  }

  /**
   * The same with first values of biases, and what the map was planned from; it is not planned
   * again here.
   */
  MapSettings(
      BlockMap map,
      Iteration iteration,
      Map<String, IWeightInit> weightInits,
      Map<String, Double> biasInits,
      MapPlan plan) {
    if (map == null) {
      throw new IllegalArgumentException("map: found none; give a block map with map(…)");
    }
    this.map = map;
    this.iteration = iteration;
    this.weightInits = new TreeMap<>(weightInits);
    this.biasInits = new TreeMap<>(biasInits);
    this.plan = plan;
    checkData();
    for (String slot : biasInits.keySet()) {
      if (!map.slot(slot).hasBias()) {
        throw new IllegalArgumentException(
            "biasInit: slot '" + slot + "' has no bias; leave it out, or give the slot one");
      }
    }
    for (String block : weightInits.keySet()) {
      if (!trains(map, block)) {
        throw new IllegalArgumentException(
            "weightInit: no trained block "
                + block
                + "; the map has "
                + map.blocks().stream().filter(Block::isTrainable).map(Block::name).toList());
      }
    }
  }

  private static boolean trains(BlockMap map, String block) {
    return map.blocks().stream().anyMatch(b -> b.isTrainable() && b.name().equals(block));
  }

  private void checkData() {
    for (Block block : map.blocks()) {
      if (!BlockFunctions.contains(block.function())) {
        throw new IllegalArgumentException(
            "block "
                + block.name()
                + ": "
                + block.function()
                + " is Java code, which a DL4J configuration cannot hold; use those of"
                + " BlockFunctions, or build the map into a SameDiff graph with SDIterative");
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

  /** How often the map is applied to a token. */
  public Iteration iteration() {
    return iteration;
  }

  /** K: steps per token, the most it can take in training. */
  public int steps() {
    return iteration.mostSteps();
  }

  /** Weight initialisers by block name "from-&gt;to". */
  public Map<String, IWeightInit> weightInits() {
    return Map.copyOf(weightInits);
  }

  /**
   * The initialiser of weights.
   *
   * @param ofLayer where a block has none of its own
   */
  IWeightInit weightInit(Parameter weights, IWeightInit ofLayer) {
    Block block = map.blocks().get(weights.block());
    return block.isLinear() ? weightInits.getOrDefault(block.name(), ofLayer) : ofLayer;
  }

  /** First values of biases by slot, where they are not the layer's. */
  public Map<String, Double> biasInits() {
    return Map.copyOf(biasInits);
  }

  /** What the map was planned from, if it was; another nIn is planned for again. */
  public Optional<MapPlan> plan() {
    return Optional.ofNullable(plan);
  }

  /** The sizes and densities that were planned, if they were and the input size is known. */
  public Optional<DensityPlan> densityPlan() {
    return map.isOpen() ? Optional.empty() : plan().map(p -> p.solve(map.input().size()));
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
    return plan == null ? with(map.withInputSize(MapDraft.size("nIn", nIn))) : planned(plan, nIn);
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
    return plan == null
        ? with(map.withSlotSize(map.output().name(), size))
        : planned(plan.withOutputSize(size), map.input().size());
  }

  /** The same settings with a map by this plan, open if nIn is below 1. */
  MapSettings planned(MapPlan other, long nIn) {
    return new MapSettings(MapDraft.map(other, nIn), iteration, weightInits, biasInits, other);
  }

  /**
   * The same settings with another K, fixed.
   *
   * @param newSteps at least 1
   */
  public MapSettings withSteps(int newSteps) {
    return with(Iteration.steps(newSteps));
  }

  /** The same settings with another iteration. */
  public synchronized MapSettings with(Iteration newIteration) {
    MapSettings changed = new MapSettings(map, newIteration, weightInits, biasInits, plan);
    changed.realized = realized; // masks do not depend on K
    return changed;
  }

  /**
   * The same settings with another map: initialisers of what it has not go, and a plan is no longer
   * kept beside the map.
   */
  public MapSettings with(BlockMap other) {
    Map<String, IWeightInit> weights = new TreeMap<>(weightInits);
    weights.keySet().removeIf(block -> !trains(other, block));
    Map<String, Double> biases = new TreeMap<>(biasInits);
    biases
        .keySet()
        .removeIf(
            name -> other.slots().stream().noneMatch(s -> s.hasBias() && s.name().equals(name)));
    return new MapSettings(other, iteration, weights, biases, null);
  }

  /**
   * The same settings with the other way of giving the map its input; masks stay, and a plan is no
   * longer kept beside the map.
   */
  public MapSettings withInjection(Injection injection) {
    return with(map.withInjection(injection));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapSettings that
        && map.equals(that.map)
        && iteration.equals(that.iteration)
        && weightInits.equals(that.weightInits)
        && biasInits.equals(that.biasInits)
        && Objects.equals(plan, that.plan);
  }

  @Override
  public int hashCode() {
    return 31 * map.hashCode() + iteration.hashCode();
  }

  @Override
  public String toString() {
    return "MapSettings(steps="
        + (iteration instanceof Iteration.Steps ? steps() : iteration)
        + (biasInits.isEmpty() ? "" : ", biasInits=" + biasInits)
        + ", map="
        + map
        + densityPlan().map(p -> ", plan=[" + p + "]").orElse("")
        + ")";
  }
}
