package org.iterativemaps.layers;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * Initial weights by a rule that sees which weights of the block exist, such as {@link
 * WeightValues#fanIn}, {@link WeightValues#spectralRadius}, {@link WeightValues#orthogonal} and
 * {@link WeightValues#identityLeaning}.
 *
 * <p>In a map layer the numbers come from the network's seed, the place of the weights among the
 * network's parameters and the names of the slots, the same on every JVM and platform. In DL4J's
 * own layers with a weight matrix [nIn, nOut] it is a dense block, drawn from ND4J's random numbers
 * as DL4J's own initialisers are.
 */
public final class SparseWeightInit implements IWeightInit {
  private static final long serialVersionUID = 1L;

  @JsonSerialize(using = WeightValuesJson.Write.class)
  private final WeightValues values;

  /**
   * The initialiser of a rule.
   *
   * @param values the rule, not null
   */
  @JsonCreator
  public SparseWeightInit(
      @JsonProperty(value = "values", required = true)
          @JsonDeserialize(using = WeightValuesJson.Read.class)
          WeightValues values) {
    if (values == null) {
      throw new IllegalArgumentException(
          "values: found null, expected a rule, e.g. WeightValues.fanIn(1)");
    }
    this.values = values;
  }

  /** The rule. */
  public WeightValues values() {
    return values;
  }

  @Override
  public INDArray init(double fanIn, double fanOut, long[] shape, char order, INDArray paramView) {
    if (shape.length != 2) {
      throw new IllegalArgumentException(
          values + ": found weights of " + shape.length + " dimensions, expected [nIn, nOut]");
    }
    int nIn = MapDraft.size("nIn", shape[0]);
    int nOut = MapDraft.size("nOut", shape[1]);
    RandomSource random = RandomSource.of(Nd4j.getRandom().nextLong(), "weights");
    // Entries go by target unit: rows of [nOut, nIn], the transpose of DL4J's matrix.
    double[] byTarget = values.draw(WeightMask.dense(nIn, nOut), random);
    INDArray matrix = Nd4j.createFromArray(byTarget).reshape(nOut, nIn).transpose();
    INDArray view = paramView.reshape(order, shape);
    view.assign(matrix.castTo(paramView.dataType()));
    return view;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SparseWeightInit that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    return "SparseWeightInit(" + values + ")";
  }
}
