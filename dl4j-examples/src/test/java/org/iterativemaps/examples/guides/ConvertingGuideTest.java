package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.Conversion;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.convert.MlpOptions;
import org.iterativemaps.convert.numpy.NpyArray.Precision;
import org.iterativemaps.convert.numpy.NumpyWeights;
import org.iterativemaps.convert.numpy.Orientation;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The code of docs/converting.md. */
class ConvertingGuideTest {
  @TempDir private Path folder;

  @Test
  void aStackOfDenseLayers() {
    MultiLayerNetwork network = Networks.mlp();
    INDArray input = Networks.normal(1, 4, Networks.INPUTS);
    // region mlp
    Conversion<MultiLayerNetwork> swapped = IterativeMaps.fromMlp(network);
    System.out.println(swapped.report()); // layer by layer what became what
    MultiLayerNetwork map = swapped.network();

    MultiLayerNetwork back = IterativeMaps.toMlp(map).network();
    // endregion
    assertTrue(Networks.largestDifference(network.output(input), map.output(input)) < 1e-12);
    assertTrue(Networks.largestDifference(network.params(), back.params()) == 0);
    // region knobs
    MapKnobs.of(map).steps(5); // K after training
    INDArray deeper = MapKnobs.of(map).output(input, 8); // of one call
    // endregion
    assertEquals(5, MapKnobs.of(map).running("layer2").steps());
    assertEquals(Networks.CLASSES, deeper.size(1));
  }

  @Test
  void otherWays() {
    MultiLayerNetwork network = Networks.mlp();
    // region options
    Conversion<MultiLayerNetwork> pruned =
        IterativeMaps.fromMlp(network, MlpOptions.dense().density(0.1));
    Conversion<MultiLayerNetwork> looped = // one slot of 64 units, applied 6 times, drawn anew
        IterativeMaps.fromMlp(network, MlpOptions.tied(64, 6).freshWeights());
    Conversion<MultiLayerConfiguration> untrained =
        IterativeMaps.fromMlp(network.getLayerWiseConfigurations());
    // endregion
    assertTrue(pruned.network().numParams() < network.numParams() / 2);
    assertTrue(looped.network().getParam("0_W[h->h]").length() == 64 * 64);
    assertEquals(network.numParams(), Networks.started(untrained.network()).numParams());
  }

  @Test
  void aRecurrentLayer() {
    MultiLayerNetwork network = Networks.recurrent(new LSTM.Builder().nOut(12).build());
    // region rnn
    MultiLayerNetwork map = IterativeMaps.fromRnn(network).network();
    MultiLayerNetwork back = IterativeMaps.toRnn(map).network();
    // endregion
    INDArray x = Networks.normal(1, 2, Networks.INPUTS, Networks.TIME_STEPS);
    assertTrue(Networks.largestDifference(network.output(x), map.output(x)) < 1e-12);
    assertTrue(Networks.largestDifference(network.output(x), back.output(x)) < 1e-12);
  }

  @Test
  void files() throws Exception {
    MultiLayerNetwork network = IterativeMaps.fromMlp(Networks.mlp()).network();
    Path file = folder.resolve("map.npz");
    // region numpy
    MapWeights weights = LayerWeights.read(network.getLayer(0));
    NumpyWeights.write(file, weights, Orientation.TO_FROM, Precision.DOUBLE);
    MapWeights read = NumpyWeights.read(file, weights.realized().map(), Orientation.TO_FROM);
    LayerWeights.write(read, network.getLayer(0));
    // endregion
    assertEquals(weights.matrix("x", "h1")[0][0], read.matrix("x", "h1")[0][0]);
  }
}
