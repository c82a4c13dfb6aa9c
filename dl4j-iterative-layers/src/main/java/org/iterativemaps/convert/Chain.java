package org.iterativemaps.convert;

import java.util.List;

/**
 * Layers each of which is read by the next one and by nothing else.
 *
 * @param nodes in order
 * @param entry why the first one does not continue another chain; null at the network's input
 */
record Chain(List<Node> nodes, String entry) {}
