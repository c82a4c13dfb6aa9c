package org.iterativemaps.samediff;

import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;

/** One step on a state of several slots: from slot name to variable, to the same slots. */
@FunctionalInterface
public interface StateFunction {
  /**
   * Writes one step into the graph of the variables.
   *
   * @param state by slot name; not to be changed
   * @return the new state, with the same slots
   */
  Map<String, SDVariable> apply(Map<String, SDVariable> state);
}
