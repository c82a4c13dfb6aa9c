package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.plan.PaperBlock;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Weights that no output depends on: refused in plans, warned of and marked elsewhere. */
class DeadWeightsTest {

  private static MultiLayerConfiguration conf(int nIn, Layer layer) {
    return Networks.conf(DataType.FLOAT)
        .list()
        .layer(layer)
        .layer(new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
        .setInputType(InputType.feedForward(nIn))
        .build();
  }

  private static IterativeMapLayer.Builder planned() {
    return new IterativeMapLayer.Builder().trainableWeights(1000).hiddenProportion(0.5);
  }

  private static void refused(IterativeMapLayer.Builder builder, String... says) {
    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    for (String part : says) {
      assertTrue(message.contains(part), message);
    }
  }

  @Test
  void plansAreRefusedWithBlockAndSteps() {
    refused(planned(), "h->h", "at K = 1", "it would at K = 2", "blockDensity(…, 0)");
    refused(planned().nIn(20), "h->h", "K = 2");
    refused(new IterativeMapLayer.Builder().nOut(9).weightInit(new HiddenProportionInit(0.5)));
    IterativeMapLayer.Builder papers =
        new IterativeMapLayer.Builder().nOut(3).hiddenSize(9).outputSlot(Activation.IDENTITY);
    refused(papers.steps(1), "block x->h at", "block h->h at", "block y->h at", "K = 3");
    refused(papers.steps(2), "block h->h at K = 2 (it would at K = 3)", "block y->h at");
    assertEquals(3, papers.steps(3).build().getSettings().steps());
  }

  @Test
  void whatIsLiveIsPlanned() {
    RealizedMap twice =
        ((IterativeMapConf) conf(20, planned().steps(2).build()).getConf(0).getLayer())
            .getSettings()
            .realized();
    assertEquals(1000, twice.trainableWeights());
    RealizedMap without =
        ((IterativeMapConf)
                conf(
                        20,
                        new IterativeMapLayer.Builder()
                            .trainableWeights(1000)
                            .blockDensity(PaperBlock.H_TO_H, 0)
                            .build())
                    .getConf(0)
                    .getLayer())
            .getSettings()
            .realized();
    assertEquals(1, without.blocks().size());
    new IterativeMapRecurrentLayer.Builder()
        .nIn(20)
        .trainableWeights(1000)
        .hiddenProportion(0.5)
        .build();
  }

  /** Found when the whole network's initialiser plans the layer: the layer is named. */
  @Test
  void aPlanOfTheWholeNetworkNamesTheLayer() {
    String message =
        assertThrows(
                DL4JInvalidConfigException.class,
                () ->
                    Networks.conf(DataType.FLOAT)
                        .weightInit(new HiddenProportionInit(0.3))
                        .list()
                        .layer(new IterativeMapLayer.Builder().name("loop").nIn(6).nOut(8).build())
                        .build())
            .getMessage();
    assertTrue(message.contains("\"loop\"") && message.contains("h->h"), message);
  }

  private static String logged(Supplier<?> action) {
    PrintStream before = System.err;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
    try {
      action.get();
    } finally {
      System.setErr(before);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  @Test
  void othersAreWarnedOfOnceAtBuild() {
    String log = logged(() -> conf(6, new IterativeMapLayer.Builder().name("a").nOut(8).build()));
    assertEquals(1, log.lines().filter(line -> line.contains("WARN")).count(), log);
    assertTrue(log.contains("\"a\"") && log.contains("h->h at K = 1 (it would at K = 2)"), log);
    assertEquals("", logged(() -> new IterativeMapLayer.Builder().nOut(8).steps(2).build()));
    assertEquals("", logged(() -> new IterativeMapRecurrentLayer.Builder().nOut(8).build()));
    MultiLayerConfiguration saved = conf(6, new IterativeMapLayer.Builder().nOut(8).build());
    assertEquals("", logged(() -> MultiLayerConfiguration.fromJson(saved.toJson())));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theSummaryMarksThem(int steps) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(4, new IterativeMapLayer.Builder().nOut(8).steps(steps).build()));
    network.init();
    String summary = MapSummary.of(network);
    assertTrue(summary.contains("hidden proportion 0.6667 of 96 trainable weights"), summary);
    IterativeMapConf layer = (IterativeMapConf) network.getLayer(0).conf().getLayer();
    HiddenProportion live = HiddenProportion.live(layer.getSettings().realized(), layer.liveness());
    assertEquals(HiddenProportion.Count.LIVE, live.count());
    assertEquals(steps == 1 ? 32 : 96, live.weights());
    if (steps == 1) {
      assertTrue(summary.contains("dead: the output does not depend on block h->h"), summary);
      assertTrue(summary.contains("hidden proportion 0.0000 of 32 live weights"), summary);
    } else {
      assertFalse(summary.contains("dead"), summary);
    }
    assertEquals(
        HiddenProportion.Count.ALL,
        HiddenProportion.realized(layer.getSettings().realized()).count());
  }

  /** Fixed into h, and the one trained block reads zeros: nothing is left to have shares. */
  @Test
  void theSummaryOfAMapOfDeadBlocksSaysSo() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 5, Activation.TANH)
            .connectFixed("x", "h", Sparsity.dense(), WeightValues.constant(0.5))
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(conf(4, new IterativeMapLayer.Builder().map(map).build()));
    network.init();
    String summary = MapSummary.of(network);
    assertTrue(summary.contains("dead: the output does not depend on block h->h"), summary);
    assertTrue(summary.contains("no trained weight is live"), summary);
    MapKnobs.of(network).steps(2).save();
    assertFalse(MapSummary.of(network).contains("no trained weight is live"));
  }
}
