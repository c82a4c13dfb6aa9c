package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** What the README shows. */
class ReadmeTest {
  private static final int HIDDEN = 256 * 256;

  @Test
  void theSwap() {
    NeuralNetConfiguration.ListBuilder before = list();
    // region dense
    before
        .layer(new DenseLayer.Builder().nOut(256).build())
        .layer(new DenseLayer.Builder().nOut(256).build())
        .layer(new DenseLayer.Builder().nOut(256).build());
    // endregion
    NeuralNetConfiguration.ListBuilder after = list();
    // region map
    after.layer(new IterativeMapLayer.Builder().nOut(256).steps(3).density(0.1).build());
    // endregion
    MultiLayerNetwork dense = completed(before);
    MultiLayerNetwork map = completed(after);

    long inputs = Networks.INPUTS * 256;
    assertEquals(inputs + 2 * HIDDEN + 3 * 256, dense.numParams() - readOut());
    long tenth = Math.round(0.1 * inputs) + Math.round(0.1 * HIDDEN);
    assertEquals(tenth + 256, map.numParams() - readOut());
    map.fit(Networks.samples(1, 16));
    assertTrue(Double.isFinite(map.score()));
  }

  @Test
  void recurrent() {
    MultiLayerNetwork map =
        Networks.recurrent(
            // region recurrent
            new IterativeMapRecurrentLayer.Builder().lstm(256).density(0.1).build()
            // endregion
            );
    map.fit(Networks.sequences(1, 4));
    assertTrue(Double.isFinite(map.score()));
  }

  @Test
  void conversion() {
    MultiLayerNetwork network = Networks.mlp();
    // region convert
    MultiLayerNetwork map = IterativeMaps.fromMlp(network).network();
    // endregion
    var x = Networks.normal(2, 4, Networks.INPUTS);
    assertTrue(Networks.largestDifference(network.output(x), map.output(x)) < 1e-12);
  }

  private static long readOut() {
    return 256 * Networks.CLASSES + Networks.CLASSES;
  }

  private static NeuralNetConfiguration.ListBuilder list() {
    return Networks.settings().list();
  }

  private static MultiLayerNetwork completed(NeuralNetConfiguration.ListBuilder list) {
    list.layer(
        new OutputLayer.Builder().nOut(Networks.CLASSES).activation(Activation.SOFTMAX).build());
    list.setInputType(InputType.feedForward(8));
    return Networks.started(list.build());
  }
}
