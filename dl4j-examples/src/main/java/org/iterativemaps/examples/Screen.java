package org.iterativemaps.examples;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Where a training can be watched; a service, for what DL4J's user interface needs is large. */
public interface Screen extends AutoCloseable {

  /**
   * Shows what becomes of a network from now on.
   *
   * @param network not trained yet; gets one more listener
   * @param port where the pages are to be found on this machine
   * @return their address
   */
  String show(MultiLayerNetwork network, int port);

  /** Ends the pages. */
  @Override
  void close() throws Exception;
}
