package org.iterativemaps.layers;

import java.util.Map;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.DensityPlanner;
import org.iterativemaps.map.plan.PaperBlock;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/**
 * The builder options that the map layers have beside DL4J's own; an {@link IterativeMapVertex} has
 * no builder and is given its map and K.
 *
 * <p>Either the short form, one hidden slot "h" fed by the input "x" and by itself: {@code
 * nOut(256).steps(4).density(0.1)}; or the general form: {@code map(blockMap).steps(4)}; or a plan,
 * {@code trainableWeights(100_000).hiddenProportion(0.5)}, by which {@link DensityPlanner} solves
 * for the sizes and densities left open as soon as nIn is known. What it found is in {@link
 * MapSettings#densityPlan()}.
 *
 * @param <B> the builder
 */
public interface MapOptions<B> {

  /** Where the options are collected until {@code build()}. */
  MapDraft draft();

  /** This builder. */
  B self();

  /** K, the steps per token: how often the same weights are applied. Default 1. */
  default B steps(int steps) {
    return steps(Iteration.steps(steps));
  }

  /**
   * How often the map is applied to a token: {@code steps(untilSettled(1e-5).atMost(50))} makes the
   * layer a deep equilibrium model.
   */
  default B steps(Iteration iteration) {
    if (iteration == null) {
      throw new IllegalArgumentException(
          "steps: found null, expected a number or an iteration such as untilSettled(1e-5)");
    }
    draft().iteration = iteration;
    return self();
  }

  /** The general form: any slots and blocks. The size of its input may be open. */
  default B map(BlockMap map) {
    draft().map = map;
    return self();
  }

  /**
   * A gated cell, with the first bias of its forget gate: {@code map(GatedMaps.gru(256))}. The
   * short form's {@link #density}, {@link #inputSparsity}, {@link #hiddenSparsity}, {@link
   * #injection} and {@link #maskSeed} are the cell's, for all gates that have no pattern of their
   * own in it; {@link #trainableWeights} and {@link #hiddenProportion}, both, are its {@link
   * GatedMapBuilder#budget}. An initialiser of the whole network leaves its masks alone.
   */
  default B map(GatedMapBuilder cell) {
    draft().gated = cell;
    return self();
  }

  /**
   * A long short-term memory: {@code lstm(256).density(0.1)} is {@code
   * map(GatedMaps.lstm(256)).density(0.1)}. Its activations, tanh and sigmoid, are not the layer's.
   */
  default B lstm(int units) {
    return map(GatedMaps.lstm(units));
  }

  /** A gated recurrent unit: {@code map(GatedMaps.gru(units))}. */
  default B gru(int units) {
    return map(GatedMaps.gru(units));
  }

  /**
   * Short form: the exact share of weights that exist, in x-&gt;h and in h-&gt;h.
   *
   * @param density a fraction in (0, 1]
   */
  default B density(double density) {
    inputSparsity(Sparsity.density(density));
    return hiddenSparsity(Sparsity.density(density));
  }

  /** Short form: which weights exist in x-&gt;h. Default all. */
  default B inputSparsity(Sparsity sparsity) {
    draft().inputSparsity = sparsity;
    return self();
  }

  /** Short form: which weights exist in h-&gt;h. Default all. */
  default B hiddenSparsity(Sparsity sparsity) {
    draft().hiddenSparsity = sparsity;
    return self();
  }

  /** Short form: whether h has a bias. Default true. */
  default B hasBias(boolean hasBias) {
    draft().hasBias = hasBias;
    return self();
  }

  /** Short form: how long a token stays in the input slot. Default {@link Injection#HOLD}. */
  default B injection(Injection injection) {
    draft().injection = injection;
    return self();
  }

  /**
   * Short form: the seed of random patterns. Default {@link BlockMap#DEFAULT_SEED}.
   *
   * <p>Masks belong to the configuration: they do not change with the seed of the network, so that
   * a network that is trained from several seeds, loaded or fine-tuned keeps its masks.
   */
  default B maskSeed(long seed) {
    draft().seed = seed;
    return self();
  }

  /**
   * Plan: how many weights are trained in all, biases not counted. Short form without nOut: the
   * hidden size is solved for, and another nIn changes it; nIn of the next layer then has to be
   * inferred again. Weights that the output would not depend on are refused: of a feed-forward
   * layer, h-&gt;h is one of them at K = 1, since the state begins at zero.
   *
   * @param weights at least 1
   */
  default B trainableWeights(long weights) {
    draft().trainableWeights = weights;
    return self();
  }

  /**
   * Plan: the share of the trained weights that is in h-&gt;h.
   *
   * @param proportion in [0, 1); the papers' balanced networks lie at 0.43 to 0.54
   */
  default B hiddenProportion(double proportion) {
    draft().hiddenProportion = proportion;
    return self();
  }

  /**
   * Plan: the density of one block, e.g. 0 to leave it out. {@link #density} gives those of x-&gt;h
   * and h-&gt;h.
   *
   * @param density a fraction in [0, 1]
   */
  default B blockDensity(PaperBlock block, double density) {
    draft().blockDensities.put(block, density);
    return self();
  }

  /**
   * Plan: weights in bundles of neighbouring target units that share their sources, which the
   * kernel multiplies faster: see {@link Sparsity#bundles}. Counts stay exact. Beside {@link
   * #density}, {@link #trainableWeights} or another option of a plan; patterns in {@link
   * #inputSparsity} and {@link #hiddenSparsity} can then only be densities.
   *
   * @param units of a bundle, at least 1, which is none; 4 and 8 suit the kernel
   */
  default B bundles(int units) {
    draft().bundle = units;
    return self();
  }

  /** Plan: units of h beside {@link #outputSlot}; without it nOut says the same. */
  default B hiddenSize(int units) {
    draft().hiddenSize = units;
    return self();
  }

  /**
   * Plan: the papers' map of three slots and six blocks. nOut units are those of the output slot y,
   * and the hidden size is solved for unless {@link #hiddenSize} gives it.
   *
   * @param activation of y
   */
  default B outputSlot(Activation activation) {
    draft().hasOutputSlot = true;
    draft().outputActivation = activation.getActivationFunction();
    return self();
  }

  /** The first value of a slot's bias, instead of the layer's: forget gates often begin at 1. */
  default B biasInit(String slot, double value) {
    draft().biasInits.put(slot, value);
    return self();
  }

  /** The layer's initialiser, as DL4J's builders have it. */
  B weightInit(IWeightInit init);

  /** The layer's initialiser by its name, as DL4J's {@link WeightInit}. */
  default B weightInit(MapWeightInit init) {
    return weightInit(init.getWeightInitFunction());
  }

  /** An initialiser for the weights of one block by its name, instead of the layer's. */
  default B weightInit(String from, String to, MapWeightInit init) {
    return weightInit(from, to, init.getWeightInitFunction());
  }

  /** Values for the weights of one block before training, instead of the layer's initialiser. */
  default B weightInit(String from, String to, WeightValues values) {
    return weightInit(from, to, new SparseWeightInit(values));
  }

  /** The same for several blocks, by name "from-&gt;to". */
  default B weightInits(Map<String, WeightValues> values) {
    values.forEach((block, rule) -> draft().weightInits.put(block, new SparseWeightInit(rule)));
    return self();
  }

  /** An initialiser for the weights of one block, instead of the layer's. */
  default B weightInit(String from, String to, IWeightInit init) {
    draft().weightInits.put(from + "->" + to, init);
    return self();
  }

  /** An initialiser for the weights of one block, instead of the layer's. */
  default B weightInit(String from, String to, WeightInit init) {
    return weightInit(from, to, init.getWeightInitFunction());
  }
}
