package org.iterativemaps.examples;

import static org.iterativemaps.map.Parameter.biasKey;
import static org.iterativemaps.map.Parameter.gainKey;
import static org.iterativemaps.map.Parameter.weightKey;

import org.iterativemaps.examples.EncoderMaps.Sizes;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;

/**
 * An encoder layer in SameDiff's own operations, with the weights of a map.
 *
 * @param map whose weights are used
 * @param sizes of the encoder
 * @param graph of both
 */
record StandardEncoder(SDMap map, Sizes sizes, SameDiff graph) {

  // region standard
  /** Pre-norm layer: h + MHA(LN(h + P)), then the same with the feed-forward part. */
  SDVariable layer(String name, String from, String to, SDVariable h, SDVariable places) {
    int width = sizes.width();
    SDVariable c = h.add(places.mmul(weights("p", name + "c", width, sizes.time())));
    SDVariable n = norm(name + "n", c);
    SDVariable m = c.add(attention(name, n));
    SDVariable g = norm(name + "g", m);
    SDVariable inner = g.mmul(weights(name + "g", name + "f", sizes.inner(), width));
    SDVariable f = graph.nn().relu(inner.add(map.variable(biasKey(name + "f"))), 0);
    SDVariable feedForward = f.mmul(weights(name + "f", to, width, sizes.inner()));
    return m.add(feedForward).add(map.variable(biasKey(to)));
  }

  /** SameDiff's multi-head attention, on [batch, width, time]. */
  SDVariable attention(String name, SDVariable rows) {
    int width = sizes.width();
    SDVariable ncw = graph.permute(graph.reshape(rows, -1, sizes.time(), width), 0, 2, 1);
    SDVariable attended =
        graph
            .nn()
            .multiHeadDotProductAttention(
                ncw,
                ncw,
                ncw,
                perHead(name + "n", name + "q"),
                perHead(name + "n", name + "k"),
                perHead(name + "n", name + "v"),
                weights(name + "a", name + "m", width, width),
                null,
                true);
    return graph.reshape(graph.permute(attended, 0, 2, 1), -1, width);
  }

  // endregion

  private SDVariable norm(String name, SDVariable rows) {
    SDVariable gain = map.variable(gainKey(name));
    return graph.nn().layerNorm(rows, gain, map.variable(biasKey(name)), false, 1);
  }

  /** [heads, width / heads, width]. */
  private SDVariable perHead(String from, String to) {
    int heads = sizes.heads();
    SDVariable weights = map.variable(weightKey(from, to));
    return graph.reshape(weights, heads, sizes.width() / heads, sizes.width());
  }

  /** A block's weights as x W wants them: the transpose of W[to, from]. */
  private SDVariable weights(String from, String to, int toSize, int fromSize) {
    SDVariable vector = map.variable(weightKey(from, to));
    return graph.permute(graph.reshape(vector, toSize, fromSize), 1, 0);
  }
}
