package org.iterativemaps.layers;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.iterativemaps.dynamics.Contraction;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Keeps a map a contraction while it trains: after every update the rate of {@link Contraction} is
 * at most the limit, so that every step brings any two states nearer to each other, whatever the
 * token.
 *
 * <pre>{@code
 * new IterativeMapRecurrentLayer.Builder().map(map).constrainWeights(new ContractionConstraint(0.95))
 * }</pre>
 *
 * <p>Each slot is a module, and what is limited is the loops among them: where those of some slots
 * are above the limit, the trained weights among these are made smaller by one factor. Weights from
 * the input, to a read-out and between loops stay as they are. The first values are limited by
 * {@code network.applyConstraints(0, 0)}.
 *
 * <p>For maps of linear blocks and plain slots; the norm of every block in a loop is taken after
 * every update.
 */
public final class ContractionConstraint extends MapConstraint {
  private static final long serialVersionUID = 1L;

  /** What rounding to FLOAT may add to a norm is far less. */
  private static final double MARGIN = 1e-5;

  /**
   * A limit of the rate.
   *
   * @param limit above 0 and below 1
   */
  @JsonCreator
  public ContractionConstraint(@JsonProperty(value = "limit", required = true) double limit) {
    super(limit);
    if (!(limit > 0 && limit < 1)) {
      throw new IllegalArgumentException(
          "limit: found " + limit + ", expected above 0 and below 1");
    }
  }

  @Override
  Optional<String> obstacle(MapSettings settings, IActivation activation) {
    String input = settings.map().input().name();
    List<String> keys =
        settings.map().blocks().stream()
            .filter(block -> block.isTrainable() && !block.from().equals(input))
            .map(ContractionConstraint::key)
            .toList();
    return isForAll(keys)
        ? Contraction.obstacle(settings.map(), activation)
        : Optional.of(
            "it limits all weights between state slots together; set it with constrainWeights(…)"
                + " or constrainRecurrent(…)");
  }

  private static String key(Block block) {
    return Parameter.key("W", block.name());
  }

  @Override
  MapWeights limited(MapWeights weights, IActivation activation) {
    return Contraction.limited(weights, activation, getLimit() * (1 - MARGIN));
  }

  @Override
  public LayerConstraint clone() {
    ContractionConstraint copy = new ContractionConstraint(getLimit());
    copy.setParams(getParams());
    return copy;
  }
}
