package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers swapped by hand in networks like those of DL4J's examples: how nIn is found. */
class SwappedExamplesTest {

  private static OutputLayer.Builder readOut() {
    return new OutputLayer.Builder(LossFunction.NEGATIVELOGLIKELIHOOD)
        .activation(Activation.SOFTMAX)
        .nOut(10);
  }

  private static IterativeMapLayer.Builder map(int nOut) {
    return new IterativeMapLayer.Builder().steps(2).nOut(nOut);
  }

  private static NeuralNetConfiguration.ListBuilder list(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    return list;
  }

  private static void runs(MultiLayerConfiguration conf, int... nIns) {
    for (int i = 0; i < nIns.length; i++) {
      assertEquals(nIns[i], ((FeedForwardLayer) conf.getConf(i).getLayer()).getNIn(), "layer " + i);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    assertEquals(10, network.output(Networks.normal(1, 3, nIns[0])).size(1));
  }

  private static String refused(MultiLayerConfiguration conf) {
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    return assertThrows(DL4JInvalidConfigException.class, network::init).getMessage();
  }

  @Test
  void anInputTypeAtTheEndOfTheListInfersEverySize() {
    runs(
        list(map(50).nIn(78).build(), map(20).build(), readOut().build())
            .setInputType(InputType.feedForward(78))
            .build(),
        78,
        50,
        20);
    runs(
        list(map(50).build(), readOut().build()).setInputType(InputType.feedForward(2)).build(),
        2,
        50);
    runs(list(map(50).nIn(78).build(), readOut().nIn(50).build()).build(), 78, 50);
  }

  @Test
  void behindAFirstLayerOfDl4jSizesAreInferredAsEver() {
    runs(
        list(new DenseLayer.Builder().nIn(78).nOut(50).build(), map(20).build(), readOut().build())
            .build(),
        78,
        50,
        20);
    MultiLayerConfiguration recurrent =
        list(
                new IterativeMapRecurrentLayer.Builder().nIn(7).nOut(5).build(),
                new IterativeMapRecurrentLayer.Builder().nOut(4).build(),
                new RnnOutputLayer.Builder(LossFunction.MSE).nOut(3).build())
            .build();
    assertEquals(4, ((FeedForwardLayer) recurrent.getConf(2).getLayer()).getNIn());
  }

  /** Without either DL4J leaves the next layer at 0: the one that stops is named, ours with why. */
  @Test
  void aLayerWithoutASizeIsNamed() {
    String message =
        refused(list(map(50).nIn(78).build(), readOut().name("read-out").build()).build());
    assertTrue(message.contains("read-out") && message.contains("nIn=0"), message);
    BlockMap open = map(20).build().getSettings().map();
    for (FeedForwardLayer second :
        new FeedForwardLayer[] {
          map(20).name("second").build(),
          new IterativeMapLayer.Builder()
              .map(open)
              .steps(2)
              .name("second")
              .activation(Activation.TANH)
              .build()
        }) {
      message = refused(list(map(50).nIn(78).build(), second, readOut().build()).build());
      assertTrue(
          message.contains("\"second\"")
              && message.contains("setInputType")
              && message.contains("DenseLayer"),
          message);
    }
  }
}
