package org.iterativemaps.layers;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Sparsity;

/**
 * The builder options that both map layers have beside DL4J's own.
 *
 * <p>Either the short form, one hidden slot "h" fed by the input "x" and by itself: {@code
 * nOut(256).steps(4).density(0.1)}; or the general form: {@code map(blockMap).steps(4)}.
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
    draft().steps = steps;
    return self();
  }

  /** The general form: any slots and blocks. The size of its input may be open. */
  default B map(BlockMap map) {
    draft().map = map;
    return self();
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
