package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.RewiringSchedule;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.iterativemaps.surgery.LiveMaps;
import org.iterativemaps.surgery.SparseRewiring;
import org.iterativemaps.surgery.Surgery;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** The code of docs/pruning.md. */
class PruningGuideTest {
  private static final IterativeMapLayer MAP =
      new IterativeMapLayer.Builder().name("map").nOut(20).steps(3).build();

  private final DataSetIterator data =
      new ListDataSetIterator<>(List.of(Networks.samples(1, 16)), 16);

  @Test
  void whileItTrains() {
    MultiLayerNetwork network = Networks.feedForward(MAP);
    // region listeners
    network.addListeners( // 90 % of the weights go, from update 10 to 50, a few in every 5
        new GradualPruning(
            BlockChoice.all(), SparsitySchedule.cubic(0.9, 10, 50, 5), Scope.GLOBAL));
    network.fit(data, 60);
    // endregion
    long weights = Networks.INPUTS * 20 + 20 * 20;
    long left = network.getParam("0_W[x->h]").length() + network.getParam("0_W[h->h]").length();
    assertEquals(0.1 * weights, left, 1);
  }

  @Test
  void rewiring() {
    MultiLayerNetwork network =
        Networks.feedForward(
            new IterativeMapLayer.Builder().name("map").nOut(20).steps(3).density(0.2).build());
    long before = network.numParams();
    var mask = LiveMaps.weights(network, "map").mask("h", "h");
    // region rewiring
    network.addListeners( // RigL; SparseRewiring.atRandom(…) is SET
        SparseRewiring.byGradient(BlockChoice.all(), new RewiringSchedule(0.3, 10, 40, 10)));
    network.fit(data, 60);
    // endregion
    assertEquals(before, network.numParams());
    assertTrue(!mask.equals(LiveMaps.weights(network, "map").mask("h", "h")));
  }

  @Test
  void atOnce() {
    MultiLayerNetwork network =
        Networks.feedForward(
            new IterativeMapLayer.Builder()
                .name("map")
                .map(
                    BlockMap.builder()
                        .input("x")
                        .state("h", 20, Activation.TANH)
                        .state("y", 6, Activation.TANH)
                        .connect("x", "h", Sparsity.dense())
                        .connect("h", "h", Sparsity.dense())
                        .connect("h", "y", Sparsity.dense())
                        .output("y")
                        .build())
                .steps(3)
                .build());
    long seed = 1;
    // region surgery
    Surgery.prune(network, BlockChoice.all().named("h->h"), 0.95, Scope.PER_BLOCK);
    Surgery.grow(network, "map", "h", 16, seed); // 16 units more in slot h, outputs unchanged
    Surgery.shrink(network, "map", "h", 8); // the 8 that matter least go
    // endregion
    assertEquals(20 + 16 - 8, LiveMaps.settings(network, "map").map().slot("h").size());
    network.fit(data, 2);
    assertTrue(Double.isFinite(network.score()));
  }
}
