package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** What docs/troubleshooting.md says of messages. */
class TroubleshootingTest {

  @Test
  void setInputType() {
    MultiLayerConfiguration without =
        Networks.settings().list().layer(map()).layer(readOut()).build();
    RuntimeException refused =
        assertThrows(RuntimeException.class, () -> new MultiLayerNetwork(without).init());
    assertTrue(refused.getMessage().contains("nIn"), refused.getMessage());

    // region inputType
    MultiLayerConfiguration configuration =
        Networks.settings()
            .list()
            .layer(map())
            .layer(readOut())
            .setInputType(InputType.feedForward(8)) // what each sample has
            .build();
    // endregion
    assertEquals(
        Networks.CLASSES, Networks.started(configuration).output(Networks.normal(1, 2, 8)).size(1));
  }

  private static IterativeMapLayer map() {
    return new IterativeMapLayer.Builder().nOut(16).steps(3).build();
  }

  private static OutputLayer readOut() {
    return new OutputLayer.Builder().nOut(Networks.CLASSES).activation(Activation.SOFTMAX).build();
  }
}
