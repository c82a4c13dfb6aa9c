package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.HiddenProportion;
import org.iterativemaps.map.plan.PaperBlock;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Sizes and densities that are solved for once nIn is known. */
class PlannedLayerTest {

  static MultiLayerConfiguration conf(int nIn, Layer layer) {
    return conf(Networks.conf(DataType.FLOAT), nIn, layer);
  }

  private static MultiLayerConfiguration conf(
      NeuralNetConfiguration.Builder conf, int nIn, Layer layer) {
    boolean recurrent = layer instanceof IterativeMapRecurrentLayer;
    return conf.list()
        .layer(layer)
        .layer(
            recurrent
                ? new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(3).build()
                : new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build())
        .setInputType(recurrent ? InputType.recurrent(nIn) : InputType.feedForward(nIn))
        .build();
  }

  private static MultiLayerNetwork network(MultiLayerConfiguration conf) {
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    return network;
  }

  static MapSettings settings(MultiLayerConfiguration conf) {
    return ((IterativeMapConf) conf.getConf(0).getLayer()).getSettings();
  }

  static void assertIs(long weights, double proportion, RealizedMap realized) {
    assertEquals(weights, realized.trainableWeights());
    assertEquals(proportion, HiddenProportion.realized(realized).value(), 1e-4);
  }

  @Test
  void aBudgetAndATargetAreMetOnceTheInputIsKnown() {
    for (Layer layer :
        List.of(
            new IterativeMapLayer.Builder()
                .steps(2)
                .trainableWeights(20_000)
                .hiddenProportion(0.5)
                .build(),
            new IterativeMapRecurrentLayer.Builder()
                .trainableWeights(20_000)
                .hiddenProportion(0.5)
                .build())) {
      assertTrue(((IterativeMapConf) layer).getSettings().densityPlan().isEmpty());
      MultiLayerConfiguration conf = conf(50, layer);
      assertIs(20_000, 0.5, settings(conf).realized());
      DensityPlan plan = settings(conf).densityPlan().orElseThrow();
      assertEquals(50, plan.inputSize());
      MultiLayerNetwork network = network(conf);
      int hidden = plan.hiddenSize();
      assertEquals(20_000 + hidden, network.getLayer(0).numParams());
      assertEquals(3 * hidden + 3, network.getLayer(1).numParams()); // nIn was inferred
    }
  }

  @Test
  void allThatIsGivenIsKept() {
    MultiLayerConfiguration sized =
        conf(
            50,
            new IterativeMapRecurrentLayer.Builder()
                .nOut(300)
                .trainableWeights(10_000)
                .hiddenProportion(0.4)
                .build());
    assertIs(10_000, 0.4, settings(sized).realized());
    assertEquals(300, settings(sized).map().output().size());
    MultiLayerConfiguration dense =
        conf(
            50,
            new IterativeMapRecurrentLayer.Builder()
                .inputSparsity(Sparsity.dense())
                .hiddenProportion(0.4)
                .trainableWeights(10_000)
                .build());
    assertEquals(120, settings(dense).map().output().size()); // 6000 weights from 50 inputs
    assertIs(10_000, 0.4, settings(dense).realized());
    // The quadratic: 0.07 H² + 50 H = N.
    MultiLayerConfiguration quadratic =
        conf(
            50,
            new IterativeMapRecurrentLayer.Builder()
                .inputSparsity(Sparsity.dense())
                .hiddenSparsity(Sparsity.density(0.07))
                .trainableWeights(6_800)
                .build());
    assertEquals(117, settings(quadratic).map().output().size());
    assertEquals(6_800, settings(quadratic).realized().trainableWeights());
  }

  @Test
  void thePapersMapHasASlotForTheOutput() {
    MultiLayerConfiguration conf =
        conf(
            81,
            new IterativeMapRecurrentLayer.Builder()
                .nOut(9)
                .outputSlot(Activation.IDENTITY)
                .activation(Activation.RELU)
                .blockDensity(PaperBlock.Y_TO_Y, 0)
                .trainableWeights(20_000)
                .hiddenProportion(0.5)
                .maskSeed(5)
                .build());
    RealizedMap realized = settings(conf).realized();
    assertIs(20_000, 0.5, realized);
    assertEquals("y", realized.map().output().name());
    assertEquals(9, realized.map().output().size());
    assertEquals(5, realized.map().blocks().size());
    assertEquals(5, realized.map().seed());
    MultiLayerNetwork network = network(conf);
    assertEquals(9, network.output(Networks.normal(1, 2, 81, 4)).size(1) * 3);
    // Dense where nothing else is said.
    MultiLayerConfiguration dense =
        conf(
            4,
            new IterativeMapLayer.Builder()
                .steps(3)
                .nOut(2)
                .hiddenSize(5)
                .outputSlot(Activation.IDENTITY)
                .build());
    assertEquals(
        4 * 5 + 5 * 5 + 2 * 5 + 4 * 2 + 5 * 2 + 2 * 2,
        settings(dense).realized().trainableWeights());
  }

  @Test
  void anotherInputSizeIsPlannedAnew() {
    IterativeMapRecurrentLayer layer =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(50)
            .nOut(300)
            .trainableWeights(10_000)
            .hiddenProportion(0.4)
            .build();
    assertIs(10_000, 0.4, layer.getSettings().realized());
    layer.setNIn(20);
    assertIs(10_000, 0.4, layer.getSettings().realized());
    assertEquals(20, layer.getSettings().map().input().size());
    layer.setNIn(InputType.recurrent(30), false);
    assertEquals(20, layer.getNIn());
    layer.setNIn(InputType.recurrent(30), true);
    assertEquals(30, layer.getNIn());
    assertIs(10_000, 0.4, layer.getSettings().realized());
    layer.setNOut(200);
    assertEquals(200, layer.getNOut());
    assertIs(10_000, 0.4, layer.getSettings().realized());
  }

  @Test
  void transferLearningReplansWithItsNewInput() {
    MultiLayerNetwork network =
        network(
            conf(
                50,
                new IterativeMapLayer.Builder()
                    .steps(2)
                    .nOut(100)
                    .trainableWeights(5_000)
                    .hiddenProportion(0.4)
                    .build()));
    MultiLayerNetwork wider =
        new TransferLearning.Builder(network).nInReplace(0, 70, WeightInit.XAVIER).build();
    assertIs(5_000, 0.4, settings(wider.getLayerWiseConfigurations()).realized());
    assertEquals(3, wider.output(Networks.normal(1, 2, 70)).size(1));
    assertEquals(network.getLayer(1).params(), wider.getLayer(1).params());
    MultiLayerNetwork larger =
        new TransferLearning.Builder(network).nOutReplace(0, 120, WeightInit.XAVIER).build();
    assertIs(5_000, 0.4, settings(larger.getLayerWiseConfigurations()).realized());
    assertEquals(120, ((IterativeMapLayer) larger.getLayer(0).conf().getLayer()).getNOut());
  }

  @Test
  void graphsAndWrappersInferTheInputToo() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.conf(DataType.FLOAT)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                    "map",
                    new LastTimeStep(
                        new IterativeMapRecurrentLayer.Builder()
                            .trainableWeights(5_000)
                            .hiddenProportion(0.3)
                            .build()),
                    "in")
                .addLayer(
                    "out", new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build(), "map")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(40))
                .build());
    graph.init();
    assertEquals(3, graph.outputSingle(Networks.normal(1, 2, 40, 5)).size(1));
    String summary = MapSummary.of(graph);
    assertTrue(summary.contains("map: hidden proportion 0.3000 of 5,000"), summary);
  }

  @Test
  void jsonKeepsThePlanResolvedOrNot() {
    IterativeMapRecurrentLayer open =
        new IterativeMapRecurrentLayer.Builder()
            .nOut(9)
            .outputSlot(Activation.HARDTANH)
            .hiddenProportion(0.5)
            .trainableWeights(20_000)
            .blockDensity(PaperBlock.X_TO_H, 0.3)
            .hasBias(false)
            .maskSeed(3)
            .build();
    MultiLayerConfiguration resolved = conf(81, open.clone());
    MultiLayerConfiguration unresolved =
        Networks.conf(DataType.FLOAT)
            .list()
            .layer(open)
            .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nIn(9).nOut(3).build())
            .build();
    for (MultiLayerConfiguration conf : List.of(resolved, unresolved)) {
      for (MultiLayerConfiguration back :
          List.of(
              MultiLayerConfiguration.fromJson(conf.toJson()),
              MultiLayerConfiguration.fromYaml(conf.toYaml()))) {
        assertEquals(conf, back);
        assertEquals(conf.toJson(), back.toJson());
        assertEquals(settings(conf).plan(), settings(back).plan());
        assertEquals(settings(conf).densityPlan(), settings(back).densityPlan());
      }
    }
    assertTrue(resolved.toJson().contains("hidden proportion 0.5000"), resolved.toJson());
    assertTrue(settings(unresolved).map().isOpen());
    ((IterativeMapRecurrentLayer) unresolved.getConf(0).getLayer()).setNIn(81);
    assertEquals(settings(resolved), settings(unresolved));
    MapSettings other =
        new IterativeMapRecurrentLayer.Builder()
            .nOut(9)
            .hiddenProportion(0.4)
            .build()
            .getSettings();
    assertNotEquals(other, settings(unresolved));
  }

  @Test
  void theSummaryShowsSizesAndEveryBlocksWeights() {
    MultiLayerNetwork network =
        network(
            conf(
                50,
                new IterativeMapRecurrentLayer.Builder()
                    .nOut(300)
                    .trainableWeights(10_000)
                    .hiddenProportion(0.4)
                    .build()));
    String summary = network.summary();
    assertTrue(summary.contains("50,300"), summary);
    assertTrue(summary.contains("W[x->h]:{6000}") || summary.contains("W[x->h]:[6000]"), summary);
    String more = MapSummary.of(network);
    assertTrue(more.startsWith(summary), more);
    assertTrue(more.contains("hidden proportion 0.4000 of 10,000 trainable weights"), more);
  }

  @Test
  void conflictsAreRefused() {
    refused(
        "beside map(…)",
        new IterativeMapLayer.Builder()
            .map(Networks.richMap(4, org.iterativemaps.map.Injection.HOLD))
            .steps(4)
            .hiddenProportion(0.5));
    refused(
        "beside map(…)",
        new IterativeMapLayer.Builder()
            .map(Networks.richMap(4, org.iterativemaps.map.Injection.HOLD))
            .steps(4)
            .weightInit(new HiddenProportionInit(0.5)));
    refused(
        "leave one of the two out",
        new IterativeMapLayer.Builder().nOut(5).hiddenSize(6).hiddenProportion(0.5));
    refused(
        "leave one of the two out",
        new IterativeMapLayer.Builder()
            .nOut(5)
            .hiddenProportion(0.5)
            .weightInit(new HiddenProportionInit(0.4)));
    refused(
        "expected a density",
        new IterativeMapLayer.Builder()
            .nOut(5)
            .hiddenProportion(0.5)
            .inputSparsity(Sparsity.fanIn(3)));
    refused(
        "leave one of the two out",
        new IterativeMapLayer.Builder().nOut(5).density(0.5).blockDensity(PaperBlock.H_TO_H, 0.2));
    refused("output slot", new IterativeMapLayer.Builder().outputSlot(Activation.IDENTITY));
    refused("no slot y", new IterativeMapLayer.Builder().blockDensity(PaperBlock.H_TO_Y, 0.5));
    refused("trainableWeights", new IterativeMapLayer.Builder().nOut(5).trainableWeights(-1));
    refused("hiddenProportion", new IterativeMapLayer.Builder().nOut(5).hiddenProportion(1.5));
    refused(
        "nearest feasible hidden proportion is 0.1",
        new IterativeMapLayer.Builder()
            .steps(2)
            .nIn(100)
            .nOut(10)
            .trainableWeights(1_000)
            .hiddenProportion(0.5));
    // Found when the input is inferred: the layer is named.
    String message =
        assertThrows(
                DL4JInvalidConfigException.class,
                () ->
                    conf(
                        100,
                        new IterativeMapLayer.Builder()
                            .name("tight")
                            .steps(2)
                            .nOut(10)
                            .trainableWeights(1_000)
                            .hiddenProportion(0.5)
                            .build()))
            .getMessage();
    assertTrue(message.contains("tight") && message.contains("nearest feasible"), message);
  }

  private static void refused(String says, IterativeMapLayer.Builder builder) {
    String message = assertThrows(IllegalArgumentException.class, builder::build).getMessage();
    assertTrue(message.contains(says), message);
  }

  @Test
  void theInitialiserBringsMasksAndValues() {
    IterativeMapRecurrentLayer own =
        new IterativeMapRecurrentLayer.Builder()
            .weightInit(new HiddenProportionInit(10_000, 0.5))
            .build();
    MultiLayerNetwork network = network(conf(60, own));
    RealizedMap realized = settings(network.getLayerWiseConfigurations()).realized();
    assertIs(10_000, 0.5, realized);
    assertVarianceByFanIn(network, realized);
    // By name, and again after JSON.
    MultiLayerConfiguration named =
        conf(
            60,
            new IterativeMapRecurrentLayer.Builder()
                .nOut(200)
                .trainableWeights(10_000)
                .weightInit(MapWeightInit.HIDDEN_PROPORTION)
                .build());
    MultiLayerConfiguration back = MultiLayerConfiguration.fromJson(named.toJson());
    assertEquals(named, back);
    assertIs(10_000, 0.5, settings(back).realized());
    assertEquals(network(named).params(), network(back).params());
    // Of the whole network: the read-out takes the values only.
    MultiLayerConfiguration whole =
        conf(
            Networks.conf(DataType.FLOAT).weightInit(new HiddenProportionInit(10_000, 0.5)),
            60,
            new IterativeMapRecurrentLayer.Builder().nOut(200).build());
    assertIs(10_000, 0.5, settings(whole).realized());
    assertTrue(Magnitude.largest(network(whole).getLayer(1).params()) > 0);
    assertEquals(whole, MultiLayerConfiguration.fromJson(whole.toJson()));
    MultiLayerConfiguration explicit =
        conf(
            Networks.conf(DataType.FLOAT).weightInit(new HiddenProportionInit(10_000, 0.5)),
            60,
            new IterativeMapRecurrentLayer.Builder().nOut(200).density(0.3).build());
    assertEquals(15_600, settings(explicit).realized().trainableWeights());
  }

  /** Masks by the mask seed, values by the network's: neither by the other. */
  @Test
  void seedsAreKeptApart() {
    INDArray[] params = new INDArray[2];
    RealizedMap[] maps = new RealizedMap[2];
    for (int seed = 0; seed < 2; seed++) {
      MultiLayerConfiguration conf =
          conf(
              Networks.conf(DataType.FLOAT).seed(seed),
              60,
              new IterativeMapRecurrentLayer.Builder()
                  .weightInit(new HiddenProportionInit(10_000, 0.5))
                  .build());
      maps[seed] = settings(conf).realized();
      params[seed] = network(conf).params();
    }
    assertEquals(maps[0].blocks().get(0).mask(), maps[1].blocks().get(0).mask());
    assertNotEquals(params[0], params[1]);
  }

  private static void assertVarianceByFanIn(MultiLayerNetwork network, RealizedMap realized) {
    for (RealizedMap.RealizedBlock block : realized.blocks()) {
      float[] weights =
          network
              .getParam("0_" + Parameter.weightKey(block.block().from(), "h"))
              .dup()
              .data()
              .asFloat();
      double sum = 0;
      int units = 0;
      for (int to = 0; to < block.mask().toSize(); to++) {
        int start = block.mask().targetStart(to);
        int end = block.mask().targetStart(to + 1);
        units += end > start ? 1 : 0;
        for (int e = start; e < end; e++) {
          sum += weights[e] * weights[e];
        }
      }
      assertEquals(1, sum / units, 0.1);
    }
    assertFalse(realized.blocks().isEmpty());
  }

  /** Only what a builder left open is for the initialiser of the whole network. */
  @Test
  void masksThatAreDecidedStay() {
    IterativeMapLayer.Builder builder = new IterativeMapLayer.Builder().nIn(6).nOut(8).steps(2);
    IterativeMapLayer planned = builder.build();
    IterativeMapLayer given = builder.build();
    given.setSettings(given.getSettings().withSteps(3));
    IterativeMapLayer resized = builder.build();
    resized.setNIn(7);
    builder.nIn(9).nOut(9).maskSeed(5).hasBias(false); // too late for those that it built
    NeuralNetConfiguration.Builder whole =
        Networks.conf(DataType.FLOAT).weightInit(new HiddenProportionInit(0.3));
    RealizedMap map = settings(conf(whole, 6, planned)).realized();
    assertEquals(0.3, HiddenProportion.realized(map).value(), 0.01);
    assertEquals(8, map.map().output().size());
    assertTrue(map.map().output().hasBias());
    assertEquals(BlockMap.DEFAULT_SEED, map.map().seed());
    assertEquals(8 * (6 + 8), settings(conf(whole, 6, given)).realized().trainableWeights());
    assertEquals(8 * (7 + 8), settings(conf(whole, 7, resized)).realized().trainableWeights());
  }

  @Test
  void aMapThatReplacedThePlanIsSavedAsItIs() {
    MultiLayerConfiguration conf =
        conf(
            Networks.conf(DataType.FLOAT).weightInit(new HiddenProportionInit(0.3)),
            6,
            new IterativeMapLayer.Builder().nOut(8).steps(2).build());
    IterativeMapLayer layer = (IterativeMapLayer) conf.getConf(0).getLayer();
    MapSettings dense =
        new IterativeMapLayer.Builder().nIn(layer.getNIn()).nOut(8).steps(2).build().getSettings();
    layer.setSettings(dense);
    MultiLayerConfiguration read = MultiLayerConfiguration.fromJson(conf.toJson());
    assertEquals(dense, ((IterativeMapLayer) read.getConf(0).getLayer()).getSettings());
  }
}
