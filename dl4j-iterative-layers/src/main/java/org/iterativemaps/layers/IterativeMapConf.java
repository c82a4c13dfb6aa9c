package org.iterativemaps.layers;

import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.map.Parameter;

/** What the configurations of the layers and the vertex have in common, beside DL4J's own. */
public interface IterativeMapConf {

  /** The block map, its steps, and initialisers of single blocks. */
  MapSettings getSettings();

  /**
   * What a kernel runs for this layer or vertex.
   *
   * @throws IllegalStateException if the input size is not known yet
   * @throws IllegalArgumentException if the map does not fit its steps or an activation
   */
  default MapProgram program() {
    return program(getSettings());
  }

  /**
   * What a kernel runs with other settings than its own.
   *
   * @throws IllegalStateException if the input size is not known yet
   * @throws IllegalArgumentException if the map does not fit its steps or an activation
   */
  MapProgram program(MapSettings settings);

  /**
   * Which blocks and biases the output depends on.
   *
   * @throws IllegalArgumentException if the output cannot be reached in K steps
   */
  default Liveness liveness() {
    return liveness(getSettings());
  }

  /**
   * The same with other settings than its own.
   *
   * @throws IllegalArgumentException if the output cannot be reached in K steps
   */
  Liveness liveness(MapSettings settings);

  /** The initialiser of weights. */
  IWeightInit weightInit(Parameter weights);

  /** The key under which DL4J is handed the stored state of a slot. */
  default String stateKey(String slot) {
    return slot;
  }

  /** The first value of all biases. */
  double getBiasInit();
}
