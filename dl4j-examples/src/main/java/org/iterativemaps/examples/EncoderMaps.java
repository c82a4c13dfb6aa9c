package org.iterativemaps.examples;

import java.util.List;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;

/** Transformer encoders as block maps. */
final class EncoderMaps {

  /**
   * Sizes of an encoder.
   *
   * @param time tokens of a sequence
   * @param width of the state
   * @param heads of the attention
   * @param inner width of the feed-forward part
   */
  record Sizes(int time, int width, int heads, int inner) {}

  private EncoderMaps() {}

  // region layer
  /** One encoder layer: slots without memory (wires) from one state slot to another. */
  static void layer(BlockMapBuilder map, Sizes sizes, String name, String from, String to) {
    int width = sizes.width;
    map.wireWithoutBias(name + "c", width, Activation.IDENTITY) // the state and where its token is
        .wire(name + "n", width, Activation.IDENTITY)
        .wireWithoutBias(name + "q", width, Activation.IDENTITY)
        .wireWithoutBias(name + "k", width, Activation.IDENTITY)
        .wireWithoutBias(name + "v", width, Activation.IDENTITY)
        .wireWithoutBias(name + "a", width, Activation.IDENTITY)
        .wireWithoutBias(name + "m", width, Activation.IDENTITY)
        .wire(name + "g", width, Activation.IDENTITY)
        .wire(name + "f", sizes.inner, Activation.RELU)
        .connect(from, name + "c", BlockFunctions.identity())
        .connect("p", name + "c", Sparsity.dense())
        .connect(name + "c", name + "n", BlockFunctions.identity())
        .normalise(name + "n", Normalisation.LAYER)
        .connect(name + "n", name + "q", Sparsity.dense())
        .connect(name + "n", name + "k", Sparsity.dense())
        .connect(name + "n", name + "v", Sparsity.dense())
        .connect(
            List.of(name + "q", name + "k", name + "v"),
            name + "a",
            BlockFunctions.attention(sizes.heads, sizes.time))
        .connect(name + "c", name + "m", BlockFunctions.identity())
        .connect(name + "a", name + "m", Sparsity.dense())
        .connect(name + "m", name + "g", BlockFunctions.identity())
        .normalise(name + "g", Normalisation.LAYER)
        .connect(name + "g", name + "f", Sparsity.dense())
        .connect(name + "m", to, BlockFunctions.identity())
        .connect(name + "f", to, Sparsity.dense());
  }

  // endregion

  // region tied
  /** One layer from the state to itself: K steps are K layers with the same weights. */
  static BlockMap tied(Sizes sizes, long seed) {
    BlockMapBuilder map = BlockMap.builder().input("p", sizes.time).seed(seed);
    map.state("h", sizes.width, Activation.IDENTITY);
    layer(map, sizes, "l", "h", "h");
    return map.output("h").build();
  }

  // endregion

  // region untied
  /** A state slot for every layer, each reading the one before: blocks below the diagonal. */
  static BlockMap untied(Sizes sizes, int depth, long seed) {
    BlockMapBuilder map = BlockMap.builder().input("p", sizes.time).seed(seed);
    map.stateWithoutBias("h", sizes.width, Activation.IDENTITY);
    map.connect("h", "h", BlockFunctions.identity()); // the embedding stays
    for (int l = 1; l <= depth; l++) {
      map.state("h" + l, sizes.width, Activation.IDENTITY);
      layer(map, sizes, "l" + l, l == 1 ? "h" : "h" + (l - 1), "h" + l);
    }
    return map.output("h" + depth).build();
  }

  // endregion
}
