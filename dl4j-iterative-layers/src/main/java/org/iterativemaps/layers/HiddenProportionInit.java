package org.iterativemaps.layers;

import java.util.Objects;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.plan.MapPlan;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Which weights of a map layer exist and what they are at first, in one: masks by a plan (see
 * {@link MapOptions}), values by another initialiser.
 *
 * <pre>{@code
 * new IterativeMapRecurrentLayer.Builder().weightInit(new HiddenProportionInit(100_000, 0.5)).build()
 * }</pre>
 *
 * <p>It goes wherever DL4J takes a weight initialiser. Given to the whole network, it plans the map
 * layers of the short form whose masks nothing else decides, and leaves the masks of the others,
 * gated cells among them, alone; layers of DL4J take the values only. Masks depend on the layer's
 * mask seed alone, values on the network's seed.
 */
public final class HiddenProportionInit implements IWeightInit {
  private static final long serialVersionUID = 1L;

  private final Long trainableWeights;
  private final Double hiddenProportion;
  private final IWeightInit values;

  /**
   * A hidden proportion; the budget is the builder's or follows from its sizes and densities.
   * Values by actual fan-in.
   *
   * @param hiddenProportion in [0, 1)
   */
  public HiddenProportionInit(double hiddenProportion) {
    this(null, hiddenProportion, new SparseWeightInit(WeightValues.fanIn(1)));
  }

  /**
   * A budget and a hidden proportion. Values by actual fan-in.
   *
   * @param trainableWeights biases not counted, at least 1
   * @param hiddenProportion in [0, 1)
   */
  public HiddenProportionInit(long trainableWeights, double hiddenProportion) {
    this(trainableWeights, hiddenProportion, new SparseWeightInit(WeightValues.fanIn(1)));
  }

  /**
   * All of it.
   *
   * @param trainableWeights biases not counted, at least 1; null leaves it to the builder
   * @param hiddenProportion in [0, 1); null leaves it to the builder
   * @param values the initialiser of the values, not null
   * @throws IllegalArgumentException if one of them is out of its range
   */
  @JsonCreator
  public HiddenProportionInit(
      @JsonProperty(value = "trainableWeights", required = true) Long trainableWeights,
      @JsonProperty(value = "hiddenProportion", required = true) Double hiddenProportion,
      @JsonProperty(value = "values", required = true) IWeightInit values) {
    if (trainableWeights != null && trainableWeights < 1) {
      throw new IllegalArgumentException(
          "trainableWeights: found " + trainableWeights + ", expected at least 1");
    }
    if (hiddenProportion != null && !(hiddenProportion >= 0 && hiddenProportion < 1)) {
      throw new IllegalArgumentException(
          "hiddenProportion: found " + hiddenProportion + ", expected a fraction in [0, 1)");
    }
    if (values == null) {
      throw new IllegalArgumentException(
          "values: found null, expected an initialiser, e.g. new WeightInitXavier()");
    }
    this.trainableWeights = trainableWeights;
    this.hiddenProportion = hiddenProportion;
    this.values = values;
  }

  /** The budget, null if it is left open. */
  public Long trainableWeights() {
    return trainableWeights;
  }

  /** The target, null if it is left open. */
  public Double hiddenProportion() {
    return hiddenProportion;
  }

  /** The initialiser of the values. */
  public IWeightInit values() {
    return values;
  }

  /** The plan with this budget and hidden proportion. */
  MapPlan complete(MapPlan plan) {
    return new MapPlan(
        plan.hiddenSize(),
        plan.outputSize(),
        plan.densities(),
        trainableWeights,
        hiddenProportion,
        plan.outputActivation(),
        plan.hasBias(),
        plan.injection(),
        plan.seed(),
        plan.bundle());
  }

  @Override
  public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
    return values.init(fanIn, fanOut, shape, order, paramView);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HiddenProportionInit that
        && Objects.equals(trainableWeights, that.trainableWeights)
        && Objects.equals(hiddenProportion, that.hiddenProportion)
        && Objects.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(trainableWeights, hiddenProportion, values);
  }

  @Override
  public String toString() {
    return "HiddenProportionInit("
        + (trainableWeights == null ? "" : trainableWeights + " weights, ")
        + hiddenProportion
        + ", "
        + values
        + ")";
  }
}
