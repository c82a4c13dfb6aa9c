package org.iterativemaps.map.plan;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.IActivation;

/**
 * Sizes and densities of the papers' map over x, h and y: what {@link DensityPlanner} solves for.
 *
 * @param inputSize units of x
 * @param hiddenSize units of h
 * @param outputSize units of y; 0 for a map without slot y, whose output is h
 * @param densities of all six blocks, each in [0, 1]; 0 leaves a block out
 */
public record DensityPlan(
    int inputSize, int hiddenSize, int outputSize, Map<PaperBlock, Double> densities) {

  /** Copies the densities; checks that every one is there and in its range. */
  public DensityPlan {
    EnumMap<PaperBlock, Double> copy = new EnumMap<>(PaperBlock.class);
    copy.putAll(densities);
    densities = Collections.unmodifiableMap(copy);
    for (PaperBlock block : PaperBlock.values()) {
      Double density = densities.get(block);
      if (density == null || !(density >= 0 && density <= 1)) {
        throw new IllegalArgumentException(
            "density of " + block + ": found " + density + ", expected a fraction in [0, 1]");
      }
    }
  }

  /** Expected trainable weights of a block: density times cells. */
  public double expectedWeights(PaperBlock block) {
    return densities.get(block) * block.cells(inputSize, hiddenSize, outputSize);
  }

  /** Expected trainable weights of all blocks. */
  public double expectedWeights() {
    return Stream.of(PaperBlock.values()).mapToDouble(this::expectedWeights).sum();
  }

  /** Expected share of the weights in h -&gt; h. */
  public double hiddenProportion() {
    return expectedWeights(PaperBlock.H_TO_H) / expectedWeights();
  }

  /** How far the hidden proportion is off a target. */
  double missOf(double target) {
    return Math.abs(hiddenProportion() - target);
  }

  /**
   * How many weights each block has when they are this many in all: each block's expectation,
   * scaled by the same factor and rounded up or down. Full blocks stay full, unless the others
   * cannot make up for the difference. A block that is not left out has at least one.
   *
   * @param weights e.g. the budget of the plan
   * @throws IllegalArgumentException if the blocks have fewer cells, or are more than the weights
   */
  public Map<PaperBlock, Long> exactEntries(long weights) {
    return ExactEntries.of(this, weights);
  }

  /**
   * {@link #exactEntries} of the budget, or of as many as the blocks have cells; without a budget
   * of the expected number of weights, or of one for each block.
   *
   * @param budget null if there is none
   */
  Map<PaperBlock, Long> entriesWithin(Double budget) {
    double cells = present().mapToDouble(b -> b.cells(inputSize, hiddenSize, outputSize)).sum();
    return exactEntries(
        budget != null
            ? Math.round(Math.min(budget, cells))
            : Math.max(Math.round(expectedWeights()), present().count()));
  }

  /** The blocks that are not left out. */
  Stream<PaperBlock> present() {
    return Stream.of(PaperBlock.values()).filter(b -> expectedWeights(b) > 0);
  }

  /**
   * The map with exact counts, {@link #exactEntries} of the expected number of weights, or of one
   * for each block.
   *
   * @param hidden activation of h
   * @param output activation of y; without meaning if there is no y
   * @param seed of the masks
   * @throws IllegalArgumentException if the output cannot be reached with these blocks
   */
  public BlockMap exactMap(IActivation hidden, IActivation output, long seed) {
    return exactMap(hidden, output, seed, 1);
  }

  /**
   * The map with exact counts, whose weights come in bundles: see {@link Sparsity#bundledEntries}.
   *
   * @param hidden activation of h
   * @param output activation of y; without meaning if there is no y
   * @param seed of the masks
   * @param bundle how many neighbouring target units share their sources; 1 for none
   * @throws IllegalArgumentException if the output cannot be reached with these blocks, or a bundle
   *     has no unit
   */
  public BlockMap exactMap(IActivation hidden, IActivation output, long seed, int bundle) {
    Map<PaperBlock, Long> counts = entriesWithin(null);
    return map(
        hidden, output, seed, b -> counts.get(b) == 0 ? null : exactly(counts.get(b), bundle));
  }

  /** The pattern of a block with so many weights. */
  static Sparsity exactly(long weights, int bundle) {
    return bundle == 1 ? Sparsity.entries(weights) : Sparsity.bundledEntries(bundle, weights);
  }

  /**
   * The map with an independent chance for every weight, as the papers' authors draw it.
   *
   * @param hidden activation of h
   * @param output activation of y; without meaning if there is no y
   * @param seed of the masks
   * @throws IllegalArgumentException if the output cannot be reached with these blocks
   */
  public BlockMap bernoulliMap(IActivation hidden, IActivation output, long seed) {
    return map(
        hidden,
        output,
        seed,
        b -> densities.get(b) == 0 ? null : Sparsity.bernoulli(densities.get(b)));
  }

  private BlockMap map(
      IActivation hidden, IActivation output, long seed, Function<PaperBlock, Sparsity> pattern) {
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", inputSize)
            .state("h", hiddenSize, hidden)
            .output(outputSize == 0 ? "h" : "y")
            .seed(seed);
    if (outputSize > 0) {
      map.state("y", outputSize, output);
    }
    for (PaperBlock block : PaperBlock.values()) {
      Sparsity sparsity = pattern.apply(block);
      if (sparsity != null) {
        map.connect(block.from(), block.to(), sparsity);
      }
    }
    return map.build();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "x %d, h %d, y %d: %,.0f weights, hidden proportion %.4f",
            inputSize,
            hiddenSize,
            outputSize,
            expectedWeights(),
            hiddenProportion()));
    for (PaperBlock block : PaperBlock.values()) {
      if (densities.get(block) > 0) {
        text.append(
            String.format(Locale.ROOT, ", %s %.4g", block.blockName(), densities.get(block)));
      }
    }
    return text.toString();
  }
}
