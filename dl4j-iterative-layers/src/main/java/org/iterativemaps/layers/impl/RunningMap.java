package org.iterativemaps.layers.impl;

import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.MapSettings;

/**
 * A layer, or what a vertex shows as its layer, that runs a map. What it runs may differ from its
 * configuration in K and in how the token is injected: neither has parameters, so that both can be
 * chosen after training.
 *
 * <p>Saving, {@code clone} and {@code summary()} go by the configuration.
 */
public interface RunningMap extends Layer {

  /** What is inside of all running wrappers other than a Bidirectional. */
  static Layer innermost(Layer layer) {
    Layer inner = layer;
    while (inner instanceof BaseWrapperLayer wrapper) {
      inner = wrapper.getUnderlying();
    }
    return inner;
  }

  /** What it runs at present. */
  MapSettings running();

  /**
   * Runs something else from the next forward pass on; the configuration stays as it is.
   *
   * @param settings the layer's own, but for K and injection
   * @throws IllegalArgumentException if the output cannot be reached in K steps
   */
  void run(MapSettings settings);

  /**
   * How the samples of the last forward pass have settled; empty before it, and where the map makes
   * fixed steps.
   */
  Optional<SettlingReport> settlingForward();

  /**
   * How the adjoint equations of the last way back have settled; empty before it, and where there
   * are none.
   */
  Optional<SettlingReport> settlingBackward();
}
