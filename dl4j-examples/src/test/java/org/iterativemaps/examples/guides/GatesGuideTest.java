package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** The code of docs/gates.md. */
class GatesGuideTest {

  @Test
  void readyMadeCells() {
    // region cells
    IterativeMapRecurrentLayer lstm =
        new IterativeMapRecurrentLayer.Builder().lstm(256).density(0.1).build();
    BlockMap cell = GatedMaps.gru(256).hiddenSparsity("z", Sparsity.fanIn(8)).build();
    IterativeMapRecurrentLayer gru = new IterativeMapRecurrentLayer.Builder().map(cell).build();
    // endregion
    for (IterativeMapRecurrentLayer layer : List.of(lstm, gru)) {
      MultiLayerNetwork network = Networks.recurrent(layer);
      network.fit(Networks.sequences(1, 4));
      assertTrue(Double.isFinite(network.score()));
    }
    assertEquals(256 * 8, Networks.recurrent(gru).getParam("0_W[h->z]").length());
  }

  @Test
  void writtenOut() {
    // region written
    BlockMap gru =
        BlockMap.builder()
            .input("x", 8)
            .wire("r", 16, Activation.SIGMOID) // a wire keeps nothing between steps
            .wire("u", 16, Activation.SIGMOID)
            .wireWithoutBias("s", 16, Activation.IDENTITY)
            .state("h", 16, Activation.TANH)
            .connect("x", "r", Sparsity.dense())
            .connect("h", "r", Sparsity.density(0.2))
            .connect("x", "u", Sparsity.dense())
            .connect("h", "u", Sparsity.density(0.2))
            .connect(List.of("r", "h"), "s", BlockFunctions.product())
            .connect("x", "h", Sparsity.dense())
            .connect("s", "h", Sparsity.density(0.2))
            .update("h", Update.gated("u"))
            .output("h")
            .build();
    // endregion
    MultiLayerNetwork network =
        Networks.recurrent(new IterativeMapRecurrentLayer.Builder().map(gru).build());
    network.fit(Networks.sequences(1, 4));
    assertTrue(Double.isFinite(network.score()));
  }
}
