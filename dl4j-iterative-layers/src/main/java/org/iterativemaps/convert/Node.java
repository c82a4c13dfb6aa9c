package org.iterativemaps.convert;

import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A layer of the network that is being converted.
 *
 * @param id index in a MultiLayerNetwork, name of the vertex in a ComputationGraph
 * @param conf the configuration around the layer
 * @param preProcessor before the layer, or null
 * @param trained the running layer with its parameters; null where a configuration is converted
 */
record Node(
    String id,
    NeuralNetConfiguration conf,
    InputPreProcessor preProcessor,
    org.deeplearning4j.nn.api.Layer trained) {

  Layer layer() {
    return conf.getLayer();
  }

  /** The layer's own name, or null. */
  String name() {
    return layer().getLayerName();
  }

  /** The name a person gave it; null for the one that DL4J makes up from the index. */
  String givenName() {
    return name() == null || name().matches("layer\\d+") ? null : name();
  }

  /** For messages and reports. */
  String label() {
    String name = name() == null ? id : name();
    return "'" + name + "' (" + layer().getClass().getSimpleName() + ")";
  }

  /** What is left alone, and why: for reports, and for the error where that is not allowed. */
  String leftAlone(String obstacle) {
    return label() + " stays as it is: it " + obstacle;
  }

  /**
   * Refuses a layer whose sizes nobody has given yet.
   *
   * @param inner the layer, or the one inside of it
   */
  void checkSizes(FeedForwardLayer inner) {
    if (inner.getNIn() < 1 || inner.getNOut() < 1) {
      throw new IllegalArgumentException(
          "layer "
              + label()
              + ": found nIn "
              + inner.getNIn()
              + " and nOut "
              + inner.getNOut()
              + ", expected at least 1; set them in the layer, or setInputType(…) (of a graph:"
              + " setInputTypes(…)) in the configuration");
    }
  }

  /** All weights and biases. */
  long parameters() {
    return layer().initializer().numParams(conf);
  }

  // The running layer would compare its present input.
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
