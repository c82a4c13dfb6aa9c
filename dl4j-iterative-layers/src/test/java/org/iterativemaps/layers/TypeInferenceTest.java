package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a layer learns from the input type, and what it refuses. */
class TypeInferenceTest {

  @Test
  void anOpenInputTakesTheSizeOfTheInputType() {
    MultiLayerConfiguration conf = withType(open(), InputType.feedForward(7));
    IterativeMapLayer layer = (IterativeMapLayer) conf.getConf(0).getLayer();
    assertEquals(7, layer.getNIn());
    assertEquals(7, layer.getSettings().map().input().size());
    assertEquals(6, ((FeedForwardLayer) conf.getConf(1).getLayer()).getNIn());
    assertNull(conf.getInputPreProcess(0));
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    assertEquals(21 + 6 * 6 + 6, network.getLayer(0).numParams()); // round(0.5 * 7 * 6) weights
    assertEquals(3, network.output(Networks.normal(1, 2, 7)).size(1));
  }

  @Test
  void aRecurrentLayerTakesSizeAndFormat() {
    for (RNNFormat format : RNNFormat.values()) {
      MultiLayerConfiguration conf =
          Networks.conf(DataType.DOUBLE)
              .list()
              .layer(new IterativeMapRecurrentLayer.Builder().nOut(6).density(0.5).build())
              .layer(new RnnOutputLayer.Builder(LossFunction.MSE).nOut(3).build())
              .setInputType(InputType.recurrent(7, 5, format))
              .build();
      IterativeMapRecurrentLayer layer = (IterativeMapRecurrentLayer) conf.getConf(0).getLayer();
      assertEquals(7, layer.getNIn());
      assertEquals(format, layer.getRnnDataFormat());
      assertEquals(
          InputType.recurrent(6, 5, format),
          layer.getOutputType(0, InputType.recurrent(7, 5, format)));
    }
  }

  @Test
  void otherInputTypesGetTheirPreprocessor() {
    assertInstanceOf(
        CnnToFeedForwardPreProcessor.class,
        withType(open(), InputType.convolutional(2, 3, 1)).getInputPreProcess(0));
    MultiLayerConfiguration flat = withType(open(), InputType.convolutionalFlat(2, 3, 1));
    assertEquals(6, ((FeedForwardLayer) flat.getConf(0).getLayer()).getNIn());
    assertInstanceOf(
        RnnToFeedForwardPreProcessor.class,
        withType(open(), InputType.recurrent(5)).getInputPreProcess(0));
    assertInstanceOf(
        FeedForwardToRnnPreProcessor.class,
        new IterativeMapRecurrentLayer.Builder()
            .nOut(2)
            .build()
            .getPreProcessorForInputType(InputType.feedForward(3)));
    assertThrows(
        IllegalStateException.class,
        () ->
            new IterativeMapRecurrentLayer.Builder()
                .nOut(2)
                .build()
                .setNIn(InputType.feedForward(3), true));
  }

  /** DL4J overrides nIn by the input type; masks are then drawn anew, and must fit. */
  @Test
  void theInputTypeOverridesASizeThatWasGiven() {
    Layer given = new IterativeMapLayer.Builder().nIn(4).nOut(6).density(0.5).build();
    MultiLayerConfiguration conf = withType(given, InputType.feedForward(7));
    assertEquals(
        7, ((IterativeMapLayer) conf.getConf(0).getLayer()).getSettings().map().input().size());
    Layer explicit =
        new IterativeMapLayer.Builder()
            .map(
                BlockMap.builder()
                    .input("x", 4)
                    .state("h", 6)
                    .connect("x", "h", Sparsity.explicit(WeightMask.dense(4, 6)))
                    .output("h")
                    .build())
            .build();
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> withType(explicit, InputType.feedForward(7)))
            .getMessage();
    assertTrue(message.contains("x->h") && message.contains("4 x 6"), message);
  }

  @Test
  void sizesThatContradictTheMapAreRefused() {
    BlockMap map = Networks.richMap(4, Injection.HOLD);
    String nIn =
        assertThrows(
                IllegalArgumentException.class,
                () -> new IterativeMapLayer.Builder().map(map).steps(3).nIn(5).build())
            .getMessage();
    assertTrue(nIn.contains("nIn: found 5") && nIn.contains("4 units"), nIn);
    String nOut =
        assertThrows(
                IllegalArgumentException.class,
                () -> new IterativeMapRecurrentLayer.Builder().map(map).nOut(5).build())
            .getMessage();
    assertTrue(nOut.contains("nOut: found 5") && nOut.contains("'y'"), nOut);
    assertThrows(
        IllegalArgumentException.class, () -> new IterativeMapLayer.Builder().nIn(3).build());
    String huge =
        assertThrows(
                IllegalArgumentException.class,
                () -> new IterativeMapLayer.Builder().nIn(1L << 40).nOut(3).build())
            .getMessage();
    assertTrue(huge.contains("nIn: found " + (1L << 40)), huge);
  }

  @Test
  void anInputThatStaysOpenIsRefusedWithTheLayersName() {
    Layer layer = new IterativeMapLayer.Builder().name("loop").nOut(6).build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.conf(DataType.DOUBLE)
                .list()
                .layer(layer)
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(6).nOut(3).build())
                .build());
    String message = assertThrows(DL4JInvalidConfigException.class, network::init).getMessage();
    assertTrue(message.contains("loop") && message.contains("nIn"), message);
  }

  @Test
  void halfPrecisionIsRefused() {
    String message =
        assertThrows(
                DL4JInvalidConfigException.class,
                () ->
                    Networks.feedForward(
                        Networks.conf(DataType.FLOAT16), Networks.single().name("loop").build(), 3))
            .getMessage();
    assertTrue(
        message.contains("loop") && message.contains("found network data type HALF"), message);
    // DL4J takes no other type than HALF, FLOAT and DOUBLE.
    assertThrows(IllegalStateException.class, () -> Networks.conf(DataType.BFLOAT16));
  }

  private static Layer open() {
    return new IterativeMapLayer.Builder()
        .nOut(6)
        .inputSparsity(Sparsity.density(0.5))
        .activation(Activation.TANH)
        .steps(2)
        .build();
  }

  private static MultiLayerConfiguration withType(Layer layer, InputType type) {
    return Networks.conf(DataType.DOUBLE)
        .list()
        .layer(layer)
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
        .setInputType(type)
        .build();
  }
}
