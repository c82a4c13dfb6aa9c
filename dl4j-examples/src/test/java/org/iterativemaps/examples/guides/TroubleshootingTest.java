package org.iterativemaps.examples.guides;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

/** What docs/troubleshooting.md says of messages. */
class TroubleshootingTest {

  @Test
  void setInputType() {
    MultiLayerConfiguration without =
        Networks.settings().list().layer(map()).layer(readOut()).build();
    assertListed("nIn is not known", () -> new MultiLayerNetwork(without).init());

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

  @Test
  void shapesAndTypes() {
    MultiLayerNetwork recurrent =
        Networks.recurrent(new IterativeMapRecurrentLayer.Builder().nOut(4).build());
    assertListed(
        "expected rank 3 [batch, nIn, time]",
        () -> recurrent.output(Networks.normal(1, 2, Networks.INPUTS)));
    assertListed(
        "found network data type HALF, expected FLOAT or DOUBLE",
        () ->
            Networks.started(
                Networks.settings()
                    .dataType(DataType.valueOf("HALF"))
                    .list()
                    .layer(map())
                    .layer(readOut())
                    .setInputType(InputType.feedForward(8))
                    .build()));
  }

  /** It is what is said, and the page lists it. */
  private static void assertListed(String message, Executable wrong) {
    RuntimeException refused = assertThrows(RuntimeException.class, wrong);
    assertTrue(refused.getMessage().contains(message), refused::getMessage);
    String page = Document.read(Document.ROOT.resolve("docs/troubleshooting.md"));
    assertTrue(page.contains(message), message);
  }

  private static IterativeMapLayer map() {
    return new IterativeMapLayer.Builder().nOut(16).steps(3).build();
  }

  private static OutputLayer readOut() {
    return new OutputLayer.Builder().nOut(Networks.CLASSES).activation(Activation.SOFTMAX).build();
  }
}
