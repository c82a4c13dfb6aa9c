package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.layers.MapWeightInit;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.saving.ModelFile;
import org.iterativemaps.surgery.Freezing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The code of docs/layers.md. */
class LayersGuideTest {
  @TempDir private Path folder;

  @Test
  void aRecurrentLayer() {
    // region rnn
    IterativeMapRecurrentLayer rnn =
        new IterativeMapRecurrentLayer.Builder()
            .nOut(256)
            .density(0.1)
            .activation(Activation.TANH)
            .build();
    // endregion
    MultiLayerNetwork network = Networks.recurrent(rnn);
    assertEquals(Math.round(0.1 * 256 * 256), network.getParam("0_W[h->h]").length());
  }

  @Test
  void anySlotsAndBlocks() {
    // region general
    BlockMap map =
        BlockMap.builder()
            .input("x") // its size is inferred by DL4J
            .state("h", 512, Activation.TANH)
            .state("y", 10, Activation.IDENTITY)
            .connect("x", "h", Sparsity.density(0.1)) // exactly 10 % of the weights exist
            .connect("h", "h", Sparsity.fanIn(20)) // 20 weights into every unit of h
            .connect("h", "y", Sparsity.dense())
            .connect(
                "y", "h", Sparsity.bernoulli(0.1)) // feedback, each weight with a chance of 10 %
            .output("y")
            .build();
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder().map(map).steps(2).build();
    // endregion
    MultiLayerNetwork network = Networks.recurrent(layer);
    assertEquals(512 * 20, network.getParam("0_W[h->h]").length());
    network.fit(Networks.sequences(1, 4));
    assertTrue(Double.isFinite(network.score()));
  }

  @Test
  void initialisersAndFixedWeights() {
    // region values
    BlockMap reservoir =
        BlockMap.builder()
            .input("x")
            .state("h", 100, Activation.TANH)
            .connectFixed("x", "h", Sparsity.density(0.2), WeightValues.uniform(-1, 1))
            .connectFixed("h", "h", Sparsity.density(0.1), WeightValues.spectralRadius(0.9))
            .output("h")
            .build();
    IterativeMapRecurrentLayer fixed =
        new IterativeMapRecurrentLayer.Builder().map(reservoir).build();

    IterativeMapLayer trained =
        new IterativeMapLayer.Builder()
            .nOut(64)
            .steps(4)
            .density(0.2)
            .weightInit(MapWeightInit.FAN_IN) // all blocks
            .weightInit("h", "h", WeightValues.spectralRadius(0.9)) // this one
            .build();
    // endregion
    assertEquals(100, Networks.recurrent(fixed).getLayer(0).numParams()); // b[h]
    MultiLayerNetwork network = Networks.feedForward(trained);
    assertEquals(Math.round(0.2 * 64 * 64), network.getParam("0_W[h->h]").length());
  }

  @Test
  void parametersFreezingAndFiles() throws Exception {
    MultiLayerNetwork network =
        Networks.feedForward(
            new IterativeMapLayer.Builder().name("map").nOut(12).steps(3).density(0.5).build());
    // region parameters
    INDArray weights = network.getParam("0_W[x->h]"); // those that exist, by target unit
    double[][] matrix = LayerWeights.read(network.getLayer(0)).matrix("x", "h"); // a row per target
    System.out.println(MapSummary.of(network));
    // endregion
    assertEquals(Math.round(0.5 * 12 * Networks.INPUTS), weights.length());
    assertEquals(12, matrix.length);
    assertEquals(Networks.INPUTS, matrix[0].length);

    // region freeze
    Freezing.freeze(network, "map", "x", "h"); // stays where it is from now on
    // endregion
    network.fit(Networks.samples(1, 16));
    assertArrayEquals(matrix, LayerWeights.read(network.getLayer(0)).matrix("x", "h"));

    Path file = folder.resolve("model.zip");
    // region save
    ModelFile.save(network, file);
    MultiLayerNetwork same = ModelFile.load(file).multiLayerNetwork();
    // endregion
    INDArray x = Networks.normal(3, 2, Networks.INPUTS);
    assertEquals(0, Networks.largestDifference(network.output(x), same.output(x)));
  }
}
