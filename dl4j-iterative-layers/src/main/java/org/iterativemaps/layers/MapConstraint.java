package org.iterativemaps.layers;

import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.MapWeights;
import org.nd4j.linalg.activations.IActivation;

/**
 * A constraint that knows the layer's map, not its arrays alone. DL4J applies it after every
 * update; {@code network.applyConstraints(0, 0)} does it once more, as for the first values.
 */
abstract class MapConstraint implements LayerConstraint {
  private static final long serialVersionUID = 1L;

  private TreeSet<String> params = new TreeSet<>(); // empty, if nobody has said, is all
  private final double limit;

  MapConstraint(double limit) {
    this.limit = limit;
  }

  /**
   * Why it cannot be a layer's; empty if it can.
   *
   * @param settings the layer's, whose input may still be open
   * @param activation of slots that name none; null if it is not known yet
   */
  abstract Optional<String> obstacle(MapSettings settings, IActivation activation);

  /** The same object if nothing has to change. */
  abstract MapWeights limited(MapWeights weights, IActivation activation);

  /** What it keeps a number below. */
  public double getLimit() {
    return limit;
  }

  /** {@inheritDoc} DL4J says which; keys of the layer's parameters. */
  @Override
  public Set<String> getParams() {
    return new TreeSet<>(params);
  }

  @Override
  public void setParams(Set<String> params) {
    this.params = params == null ? new TreeSet<>() : new TreeSet<>(params);
  }

  /** Whether it is for a parameter. */
  final boolean isFor(String key) {
    return params.isEmpty() || params.contains(key);
  }

  final boolean isForAll(Collection<String> keys) {
    return keys.stream().allMatch(this::isFor);
  }

  @Override
  public final void applyConstraint(Layer layer, int iteration, int epoch) {
    String name = "layer name: \"" + layer.conf().getLayer().getLayerName() + "\"";
    if (!(layer instanceof RunningMap)) {
      throw new DL4JInvalidConfigException(
          name
              + ": "
              + getClass().getSimpleName()
              + " is for layers that run a map; set it on these, not on the whole network");
    }
    try {
      MapWeights weights = LayerWeights.read(layer);
      IActivation activation = ((BaseLayer) layer.conf().getLayer()).getActivationFn();
      MapWeights limited = limited(weights, activation);
      if (limited != weights) {
        LayerWeights.write(limited, layer);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + this + ": " + e.getMessage(), e);
    }
  }

  @Override
  public abstract LayerConstraint clone();

  @Override
  public boolean equals(Object other) {
    return other != null
        && other.getClass() == getClass()
        && ((MapConstraint) other).limit == limit
        && ((MapConstraint) other).params.equals(params);
  }

  @Override
  public int hashCode() {
    return Objects.hash(getClass(), limit, params);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "(" + limit + ")";
  }
}
