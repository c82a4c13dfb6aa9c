package org.iterativemaps.layers;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.MapPlan;
import org.iterativemaps.map.plan.PaperBlock;
import org.nd4j.linalg.activations.IActivation;

/** The options of {@link MapOptions} while a builder collects them; null where not given. */
public final class MapDraft {
  BlockMap map;
  GatedMapBuilder gated;
  Iteration iteration = Iteration.steps(1);
  Sparsity inputSparsity;
  Sparsity hiddenSparsity;
  Boolean hasBias;
  Injection injection;
  Long seed;
  Long trainableWeights;
  Double hiddenProportion;
  Integer hiddenSize;
  Integer bundle;
  boolean hasOutputSlot;
  IActivation outputActivation;
  final Map<PaperBlock, Double> blockDensities = new EnumMap<>(PaperBlock.class);
  final Map<String, IWeightInit> weightInits = new HashMap<>();
  final Map<String, Double> biasInits = new HashMap<>();

  MapDraft() {}

  /**
   * The settings these options make.
   *
   * @param nIn 0 if not given
   * @param nOut 0 if not given
   * @param init the layer's initialiser, which can bring a plan; null if none is given
   * @throws IllegalArgumentException if the options contradict each other or something is missing
   */
  MapSettings settings(long nIn, long nOut, IWeightInit init) {
    // Never into the fields: the builder may be used again with another initialiser.
    Long weights = trainableWeights;
    Double proportion = hiddenProportion;
    if (init instanceof HiddenProportionInit plan) {
      weights = oneOf("trainableWeights", weights, plan.trainableWeights());
      proportion = oneOf("hiddenProportion", proportion, plan.hiddenProportion());
    }
    boolean isPlanned = gated == null && (weights != null || proportion != null);
    if (isPlanned || hasPlannedSizes()) {
      MapPlan plan = plan(nOut, weights, proportion);
      return made(map(plan, nIn), plan);
    }
    BlockMap whole =
        map != null
            ? generalForm(nOut)
            : gated != null ? gatedForm(nOut, weights, proportion) : shortForm(nOut);
    return made(nIn < 1 ? whole : withInputSize(whole, nIn), null);
  }

  private MapSettings made(BlockMap whole, MapPlan plan) {
    Map<String, Double> biases = new HashMap<>(gated == null ? Map.of() : gated.biasInits());
    biases.putAll(biasInits);
    return new MapSettings(whole, iteration, weightInits, biases, plan);
  }

  /**
   * What these options leave to the initialiser of the whole network: the masks of a short form
   * without any pattern, as a plan that it completes; null if they are decided.
   *
   * @param made of these options
   */
  MapPlan undecided(MapSettings made) {
    boolean hasPattern =
        map != null || gated != null || inputSparsity != null || hiddenSparsity != null;
    return hasPattern || made.plan().isPresent() ? null : plan(made.outputSize(), null, null);
  }

  private static <T> T oneOf(String option, T given, T ofInit) {
    if (given != null && ofInit != null && !given.equals(ofInit)) {
      throw new IllegalArgumentException(
          option
              + ": found "
              + given
              + ", but the weight initialiser says "
              + ofInit
              + "; leave one of the two out");
    }
    return given != null ? given : ofInit;
  }

  private boolean hasPlannedSizes() {
    boolean hasBundles = bundle != null && (inputSparsity != null || hiddenSparsity != null);
    return hiddenSize != null || hasOutputSlot || !blockDensities.isEmpty() || hasBundles;
  }

  private MapPlan plan(long nOut, Long weights, Double proportion) {
    if (gated != null) {
      throw new IllegalArgumentException(
          "hiddenSize, outputSlot, blockDensity and bundles plan maps of six blocks, not gated ones:"
              + " give those densities or patterns, or trainableWeights and hiddenProportion");
    }
    if (map != null) {
      throw new IllegalArgumentException(
          "trainableWeights, hiddenProportion, hiddenSize, outputSlot and blockDensity plan a map:"
              + " they cannot be given beside map(…), whose sizes and patterns are fixed");
    }
    if (hasOutputSlot && nOut < 1) {
      throw new IllegalArgumentException(
          "nOut: found " + nOut + ", expected the number of units of the output slot");
    }
    Integer units = hasOutputSlot || nOut < 1 ? null : Integer.valueOf(size("nOut", nOut));
    if (units != null && hiddenSize != null && !units.equals(hiddenSize)) {
      throw new IllegalArgumentException(
          "hiddenSize: found "
              + hiddenSize
              + " beside nOut "
              + nOut
              + ", which without outputSlot(…) is the same; leave one of the two out");
    }
    Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
    densities.putAll(blockDensities);
    knownDensity("inputSparsity", inputSparsity, PaperBlock.X_TO_H, densities);
    knownDensity("hiddenSparsity", hiddenSparsity, PaperBlock.H_TO_H, densities);
    return new MapPlan(
        units != null ? units : hiddenSize,
        hasOutputSlot ? size("nOut", nOut) : 0,
        densities,
        weights,
        proportion,
        outputActivation,
        hasBias == null || hasBias,
        injection == null ? Injection.HOLD : injection,
        seed == null ? BlockMap.DEFAULT_SEED : seed,
        bundle == null ? 1 : bundle);
  }

  private static void knownDensity(
      String option, Sparsity sparsity, PaperBlock block, Map<PaperBlock, Double> densities) {
    if (sparsity == null) {
      return;
    }
    if (densities.containsKey(block)) {
      throw new IllegalArgumentException(
          option + ": given beside blockDensity(" + block + ", …); leave one of the two out");
    }
    if (sparsity instanceof Sparsity.Density density) {
      densities.put(block, density.density());
    } else if (sparsity instanceof Sparsity.Dense) {
      densities.put(block, 1.0);
    } else {
      throw new IllegalArgumentException(
          option
              + ": found "
              + sparsity
              + ", expected a density, since the map is planned; or give a map(…)");
    }
  }

  private BlockMap shortForm(long nOut) {
    if (nOut <= 0) {
      throw new IllegalArgumentException(
          "nOut: found " + nOut + ", expected the number of hidden units; or give a map(…)");
    }
    BlockMapBuilder builder = BlockMap.builder().input("x");
    if (hasBias == null || hasBias) {
      builder.state("h", size("nOut", nOut));
    } else {
      builder.stateWithoutBias("h", size("nOut", nOut), (IActivation) null);
    }
    return builder
        .connect("x", "h", inputSparsity == null ? Sparsity.dense() : inputSparsity)
        .connect("h", "h", hiddenSparsity == null ? Sparsity.dense() : hiddenSparsity)
        .output("h")
        .injection(injection == null ? Injection.HOLD : injection)
        .seed(seed == null ? BlockMap.DEFAULT_SEED : seed)
        .build();
  }

  /** The cell with the options of the short form, on a copy: the cell is the user's. */
  private BlockMap gatedForm(long nOut, Long weights, Double proportion) {
    refuseBesideGates("hasBias", hasBias);
    refuseBesideGates("bundles", bundle);
    if ((weights == null) != (proportion == null)) {
      throw new IllegalArgumentException(
          "trainableWeights, hiddenProportion: found "
              + weights
              + " and "
              + proportion
              + ", expected both for a gated cell, or neither");
    }
    GatedMapBuilder cell = gated.copy();
    if (weights != null) {
      cell.budget(weights, proportion);
    }
    if (inputSparsity != null) {
      cell.inputSparsity(inputSparsity);
    }
    if (hiddenSparsity != null) {
      cell.hiddenSparsity(hiddenSparsity);
    }
    if (injection != null) {
      cell.injection(injection);
    }
    if (seed != null) {
      cell.seed(seed);
    }
    return sized(cell.build(), nOut);
  }

  private static void refuseBesideGates(String option, Object value) {
    if (value != null) {
      throw new IllegalArgumentException(
          option + ": given beside a gated cell, which has its own; change its map and give that");
    }
  }

  private BlockMap generalForm(long nOut) {
    refuseBesideMap("lstm, gru or a gated cell", gated);
    refuseBesideMap("inputSparsity or density", inputSparsity);
    refuseBesideMap("hiddenSparsity or density", hiddenSparsity);
    refuseBesideMap("hasBias", hasBias);
    refuseBesideMap("injection", injection);
    refuseBesideMap("maskSeed", seed);
    refuseBesideMap("bundles", bundle);
    return sized(map, nOut);
  }

  private static BlockMap sized(BlockMap map, long nOut) {
    if (nOut > 0 && nOut != map.output().size()) {
      throw new IllegalArgumentException(
          "nOut: found "
              + nOut
              + ", but output slot '"
              + map.output().name()
              + "' of the map has "
              + map.output().size()
              + " units; leave nOut out");
    }
    return map;
  }

  private static void refuseBesideMap(String option, Object value) {
    if (value != null) {
      throw new IllegalArgumentException(
          option + ": given beside map(…), which says it already; put it into the map");
    }
  }

  /** The map with its input at this size; a size it has already must be the same. */
  static BlockMap withInputSize(BlockMap map, long nIn) {
    if (!map.isOpen() && map.input().size() != nIn) {
      throw new IllegalArgumentException(
          "nIn: found "
              + nIn
              + ", but input slot '"
              + map.input().name()
              + "' of the map has "
              + map.input().size()
              + " units; leave one of the two out");
    }
    return map.withInputSize(size("nIn", nIn));
  }

  /** The map of a plan, open if nIn is below 1. */
  static BlockMap map(MapPlan plan, long nIn) {
    return nIn < 1 ? plan.structure() : plan.map(size("nIn", nIn));
  }

  static int size(String name, long size) {
    if (size > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          name + ": found " + size + ", expected at most " + Integer.MAX_VALUE);
    }
    return (int) size;
  }
}
