package org.iterativemaps.convert;

import java.util.List;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;

/**
 * Layers that become one map, or one layer that stays.
 *
 * @param nodes in order, dropout layers among them
 * @param isRun whether they become a map
 */
record MlpRun(List<Node> nodes, boolean isRun) {

  /** The layers with weights, an output layer included. */
  List<Node> weighted() {
    return nodes.stream().filter(MlpRuns::hasWeights).toList();
  }

  Node last() {
    return nodes.get(nodes.size() - 1);
  }

  boolean endsInOutput() {
    return last().layer() instanceof OutputLayer;
  }

  FeedForwardLayer first() {
    return (FeedForwardLayer) weighted().get(0).layer();
  }

  /** Of the input: the dropout layer's before the first dense layer, or that one's own. */
  IDropout inputDropout() {
    IDropout dropout = nodes.get(0).layer().getIDropout();
    return dropout == null ? null : dropout.clone();
  }
}
