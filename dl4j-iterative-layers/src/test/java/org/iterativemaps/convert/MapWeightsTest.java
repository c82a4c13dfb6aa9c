package org.iterativemaps.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;

class MapWeightsTest {

  private static BlockMap reservoir(double recurrent) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(recurrent))
        .output("h")
        .build();
  }

  private static MultiLayerNetwork network(BlockMap map) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new IterativeMapLayer.Builder().map(map).steps(2).build())
                .build());
    network.init();
    return network;
  }

  /** Same masks, other fixed weights: another map, which would compute something else. */
  @Test
  void fixedValuesAreCompared() {
    MapWeights weights =
        new MapWeights(
            reservoir(0.5),
            Map.of("x->h", new double[] {1, 2, 3, 4}),
            Map.of("h", new double[] {5, 6}));
    MultiLayerNetwork same = network(reservoir(0.5));
    weights.writeInto(same.getLayer(0));
    assertArrayEquals(new double[] {1, 2, 3, 4}, MapWeights.of(same.getLayer(0)).weights("x", "h"));
    MultiLayerNetwork other = network(reservoir(0.25));
    double[] before = MapWeights.of(other.getLayer(0)).weights("x", "h");
    refused(() -> weights.writeInto(other.getLayer(0)));
    assertArrayEquals(before, MapWeights.of(other.getLayer(0)).weights("x", "h"));
    assertArrayEquals(new double[] {5, 6}, weights.on(reservoir(0.5)).bias("h"));
    refused(() -> weights.on(reservoir(0.25)));
  }

  private static void refused(Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains("expected the slots, blocks, masks and fixed values"), message);
  }
}
