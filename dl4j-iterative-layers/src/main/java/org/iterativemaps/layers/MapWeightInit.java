package org.iterativemaps.layers;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.values.WeightValues;

/**
 * Initialisers that respect sparsity by their names, as DL4J's {@code WeightInit}. For other
 * numbers than these use {@link SparseWeightInit} and {@link HiddenProportionInit}.
 */
public enum MapWeightInit {
  /** {@link WeightValues#fanIn} of gain 1: variance 1 / actual fan-in. */
  FAN_IN(new SparseWeightInit(WeightValues.fanIn(1))),
  /** {@link WeightValues#fanIn} of gain sqrt(2), for ReLU: variance 2 / actual fan-in. */
  FAN_IN_RELU(new SparseWeightInit(WeightValues.fanIn(Math.sqrt(2)))),
  /** {@link WeightValues#fanAverage} of gain 1: variance 2 / (actual fan-in + fan-out). */
  FAN_AVERAGE(new SparseWeightInit(WeightValues.fanAverage(1))),
  /** {@link WeightValues#spectralRadius} of 0.95, for blocks from a slot to itself. */
  SPECTRAL_RADIUS(new SparseWeightInit(WeightValues.spectralRadius(0.95))),
  /** {@link WeightValues#orthogonal} of gain 1. */
  ORTHOGONAL(new SparseWeightInit(WeightValues.orthogonal(1))),
  /**
   * {@link WeightValues#identityLeaning} of scale 1 and noise 0.01, for blocks to the same slot.
   */
  IDENTITY_LEANING(new SparseWeightInit(WeightValues.identityLeaning(1, 0.01))),
  /** {@link HiddenProportionInit} of 0.5, what the papers call balanced. */
  HIDDEN_PROPORTION(new HiddenProportionInit(0.5));

  private final IWeightInit init;

  MapWeightInit(IWeightInit init) {
    this.init = init;
  }

  /** The initialiser; immutable. */
  public IWeightInit getWeightInitFunction() {
    return init;
  }
}
