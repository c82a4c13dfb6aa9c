package org.iterativemaps.map.plan;

import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.IActivation;

/**
 * A map whose sizes and densities are solved for as soon as the input size is known: what is given
 * to {@link DensityPlanner}, and how the map is built from its answer. Every block gets an exact
 * number of weights, {@link Sparsity#entries} or {@link Sparsity#bundledEntries}; their sum is the
 * budget, if there is one and the cells allow it.
 *
 * <p>Without an output slot the map is x-&gt;h and h-&gt;h, and its output h; with one it is the
 * papers' map over x, h and y with up to six blocks.
 *
 * @param hiddenSize units of h; null if it is solved for
 * @param outputSize units of y; 0 for a map without slot y
 * @param densities of the blocks whose density is given
 * @param trainableWeights the budget, biases not counted; null if there is none
 * @param hiddenProportion the target; null if there is none
 * @param outputActivation of y; null takes the layer's, as h does
 * @param hasBias whether h and y have biases
 * @param injection how long a token stays in x
 * @param seed of the masks
 * @param bundle how many neighbouring target units share their sources; 1 for none
 */
public record MapPlan(
    Integer hiddenSize,
    int outputSize,
    Map<PaperBlock, Double> densities,
    Long trainableWeights,
    Double hiddenProportion,
    IActivation outputActivation,
    boolean hasBias,
    Injection injection,
    long seed,
    int bundle)
    implements Serializable {

  /** Copies the densities, and lets the planner check each value. */
  public MapPlan {
    EnumMap<PaperBlock, Double> copy = new EnumMap<>(PaperBlock.class);
    copy.putAll(densities);
    densities = copy;
    if (bundle < 1) {
      throw new IllegalArgumentException(
          "bundles: found "
              + bundle
              + ", expected how many neighbouring units share their sources; 1 for none");
    }
    planner(1, hiddenSize, outputSize, densities, trainableWeights, hiddenProportion);
  }

  /** The densities given, in a new map. */
  @Override
  public Map<PaperBlock, Double> densities() {
    return new EnumMap<>(densities);
  }

  /** The same with another size of the output slot: y, or h if there is no y. */
  public MapPlan withOutputSize(int size) {
    return new MapPlan(
        outputSize == 0 ? Integer.valueOf(size) : hiddenSize,
        outputSize == 0 ? 0 : size,
        densities,
        trainableWeights,
        hiddenProportion,
        outputActivation,
        hasBias,
        injection,
        seed,
        bundle);
  }

  /** Units of the output slot; 0 if they are still to be solved for. */
  public int knownOutputSize() {
    return outputSize > 0 ? outputSize : hiddenSize == null ? 0 : hiddenSize;
  }

  /**
   * The sizes and densities for an input size.
   *
   * @throws IllegalArgumentException if they cannot be met, see {@link DensityPlanner#plan()}
   */
  public DensityPlan solve(int inputSize) {
    return planner(inputSize, hiddenSize, outputSize, densities, trainableWeights, hiddenProportion)
        .plan();
  }

  /**
   * The map for an input size.
   *
   * @throws IllegalArgumentException if sizes and densities cannot be met, or leave no way from the
   *     input to the output
   */
  public BlockMap map(int inputSize) {
    DensityPlan plan = solve(inputSize);
    Map<PaperBlock, Long> entries =
        plan.entriesWithin(trainableWeights == null ? null : trainableWeights.doubleValue());
    BlockMapBuilder map = BlockMap.builder().input("x", inputSize);
    states(map, plan.hiddenSize());
    for (PaperBlock block : PaperBlock.values()) {
      if (entries.get(block) > 0) {
        map.connect(block.from(), block.to(), DensityPlan.exactly(entries.get(block), bundle));
      }
    }
    return map.build();
  }

  /**
   * Slots and blocks while the input size is not known: the input is open, and a hidden size that
   * is not given is 1; patterns have no meaning yet.
   */
  public BlockMap structure() {
    BlockMapBuilder map = BlockMap.builder().input("x");
    states(map, hiddenSize == null ? 1 : hiddenSize);
    for (PaperBlock block : PaperBlock.values()) {
      boolean exists = outputSize > 0 || !block.touches("y");
      if (exists && densities.getOrDefault(block, 1.0) > 0) {
        map.connect(block.from(), block.to(), Sparsity.entries(1));
      }
    }
    return map.build();
  }

  private void states(BlockMapBuilder map, int hidden) {
    map.add(Slot.state("h", hidden, null, hasBias));
    if (outputSize > 0) {
      map.add(Slot.state("y", outputSize, outputActivation, hasBias));
    }
    map.output(outputSize > 0 ? "y" : "h").injection(injection).seed(seed);
  }

  private static DensityPlanner planner(
      int inputSize,
      Integer hiddenSize,
      int outputSize,
      Map<PaperBlock, Double> densities,
      Long trainableWeights,
      Double hiddenProportion) {
    DensityPlanner planner =
        outputSize == 0
            ? DensityPlanner.withoutOutputSlot(inputSize)
            : DensityPlanner.of(inputSize, outputSize);
    densities.forEach(planner::density);
    if (hiddenSize != null) {
      planner.hiddenSize(hiddenSize);
    }
    if (trainableWeights != null) {
      planner.trainableWeights(trainableWeights);
    }
    if (hiddenProportion != null) {
      planner.hiddenProportion(hiddenProportion);
    }
    return planner;
  }
}
