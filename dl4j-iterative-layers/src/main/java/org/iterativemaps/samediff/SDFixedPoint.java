package org.iterativemaps.samediff;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/**
 * Where an iteration ended.
 *
 * @param state by slot name
 * @param residual largest absolute change in the last step, a scalar; not a number if the iteration
 *     ran away, and above the tolerance if it did not converge
 * @param steps that were run, a scalar
 */
public record SDFixedPoint(Map<String, SDVariable> state, SDVariable residual, SDVariable steps) {

  /** Copies the map. */
  public SDFixedPoint {
    state = Collections.unmodifiableMap(new LinkedHashMap<>(state));
  }
}
