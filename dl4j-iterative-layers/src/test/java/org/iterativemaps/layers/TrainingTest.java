package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.assertDifferent;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.kernel.Magnitude;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.common.primitives.Pair;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Ways to train: workspaces, types, iterators, trainers, threads, external errors; and its cost.
 */
class TrainingTest {

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void workspacesMakeNoDifference(boolean recurrent) {
    List<INDArray> results = new ArrayList<>();
    for (WorkspaceMode mode : new WorkspaceMode[] {WorkspaceMode.ENABLED, WorkspaceMode.NONE}) {
      MultiLayerNetwork network =
          Networks.network(
              Networks.conf(DataType.DOUBLE)
                  .updater(new Adam(0.01))
                  .trainingWorkspaceMode(mode)
                  .inferenceWorkspaceMode(mode),
              recurrent);
      for (int i = 0; i < 4; i++) {
        network.fit(Networks.data(recurrent));
      }
      results.add(network.params().dup());
      results.add(network.output(Networks.data(recurrent).getFeatures()));
      if (recurrent) {
        network.rnnTimeStep(Networks.data(true).getFeatures());
        results.add(network.rnnTimeStep(Networks.data(true).getFeatures()));
      }
    }
    int half = results.size() / 2;
    for (int i = 0; i < half; i++) {
      assertEquals(results.get(i), results.get(i + half));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void floatEqualsDoubleToItsPrecision(boolean recurrent) {
    MultiLayerNetwork exact =
        Networks.network(Networks.conf(DataType.DOUBLE).updater(new Sgd(0.1)), recurrent);
    MultiLayerNetwork single =
        Networks.network(Networks.conf(DataType.FLOAT).updater(new Sgd(0.1)), recurrent);
    single.setParams(exact.params().castTo(DataType.FLOAT));
    DataSet data = Networks.data(recurrent);
    DataSet rounded =
        new DataSet(
            data.getFeatures().castTo(DataType.FLOAT), data.getLabels().castTo(DataType.FLOAT));
    for (int i = 0; i < 3; i++) {
      exact.fit(data);
      single.fit(rounded);
    }
    assertEquals(DataType.FLOAT, single.params().dataType());
    assertEquals(DataType.FLOAT, single.output(rounded.getFeatures()).dataType());
    assertClose(exact.params(), single.params().castTo(DataType.DOUBLE), 1e-5);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBatchOfOneIsARowOfALargerBatch(boolean recurrent) {
    MultiLayerNetwork network =
        Networks.network(Networks.conf(DataType.DOUBLE).updater(new Sgd(0.1)), recurrent);
    DataSet data = Networks.data(recurrent);
    INDArray all = network.output(data.getFeatures());
    INDArray sum = network.params().mul(0);
    for (int b = 0; b < 5; b++) {
      DataSet one = (DataSet) data.getRange(b, b + 1);
      assertEquals(1, one.getFeatures().size(0));
      assertClose(
          all.get(NDArrayIndex.interval(b, b + 1)).dup(), network.output(one.getFeatures()), 1e-13);
      sum.addi(Networks.gradient(network, one));
    }
    assertClose(sum, Networks.gradient(network, data), 1e-12);
    INDArray before = network.params().dup();
    network.fit((DataSet) data.getRange(0, 1));
    assertDifferent(before, network.params());
  }

  @Test
  void aMaskedExampleCountsForNothing() {
    MultiLayerNetwork network = Networks.network(Networks.conf(DataType.DOUBLE), false);
    DataSet data = Networks.data(false);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, 5, 1);
    mask.putScalar(4, 0, 0);
    network.setLayerMaskArrays(mask, mask);
    INDArray hidden = network.feedForward(data.getFeatures()).get(1);
    network.clearLayerMaskArrays();
    assertEquals(0, Magnitude.largest(hidden.getRow(4)));
    DataSet rest = (DataSet) data.getRange(0, 4);
    assertClose(
        network.feedForward(rest.getFeatures()).get(1),
        hidden.get(NDArrayIndex.interval(0, 4)).dup(),
        1e-13);
    INDArray expected = Networks.gradient(network, rest);
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask);
    assertClose(expected, Networks.gradient(network, data), 1e-12);
  }

  /** As DL4J's own layers do, a layer that was only given its input runs forward by itself. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void backPropagationWithoutAForwardPass(boolean recurrent) {
    Layer layer = Networks.network(Networks.conf(DataType.DOUBLE), recurrent).getLayer(0);
    layer.setBackpropGradientsViewArray(Nd4j.zeros(DataType.DOUBLE, layer.numParams()));
    LayerWorkspaceMgr none = LayerWorkspaceMgr.noWorkspaces();
    INDArray input = Networks.data(recurrent).getFeatures();
    INDArray output = layer.activate(input, true, none);
    INDArray epsilon = Networks.normal(8, output.shape());
    layer.backpropGradient(epsilon, none);
    INDArray expected = layer.getGradientsViewArray().dup();
    layer.activate(input.mul(2), true, none); // must be forgotten
    layer.setInput(input, none);
    layer.backpropGradient(epsilon, none);
    assertEquals(expected, layer.getGradientsViewArray());
  }

  // ---- Iris

  private static MultiLayerNetwork irisNetwork() {
    return Networks.feedForward(
        Networks.conf(DataType.FLOAT).updater(new Adam(0.02)),
        new IterativeMapLayer.Builder()
            .nIn(4)
            .nOut(8)
            .density(0.5)
            .steps(3)
            .activation(Activation.TANH)
            .build(),
        8);
  }

  /** DL4J's own iterator fetches the file from the net, though deeplearning4j-core has it. */
  private static DataSetIterator iris() {
    INDArray features = Nd4j.create(DataType.FLOAT, 150, 4);
    INDArray labels = Nd4j.create(DataType.FLOAT, 150, 3);
    InputStream file = TrainingTest.class.getResourceAsStream("/iris.dat");
    try (Scanner lines = new Scanner(file, StandardCharsets.US_ASCII)) {
      for (int row = 0; row < 150; row++) {
        String[] columns = lines.nextLine().split(",");
        for (int column = 0; column < 4; column++) {
          features.putScalar(row, column, Double.parseDouble(columns[column]));
        }
        labels.putScalar(row, Integer.parseInt(columns[4]), 1);
      }
    }
    DataSet all = new DataSet(features, labels);
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(all);
    normalizer.transform(all);
    all.shuffle(3);
    return new ListDataSetIterator<>(all.asList(), 30);
  }

  @Test
  void learnsIrisFromAnIterator() {
    MultiLayerNetwork network = irisNetwork();
    double before = network.evaluate(iris()).accuracy();
    network.fit(iris(), 30);
    Evaluation evaluation = network.evaluate(iris());
    assertTrue(before < 0.7, "before " + before);
    assertTrue(evaluation.accuracy() > 0.93, evaluation.stats());
    assertEquals(150, evaluation.getNumRowCounter());
    assertEquals(30, network.getEpochCount());
  }

  @Test
  void earlyStoppingKeepsTheBestModel() {
    EarlyStoppingResult<MultiLayerNetwork> result =
        new EarlyStoppingTrainer(
                new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
                    .epochTerminationConditions(new MaxEpochsTerminationCondition(5))
                    .scoreCalculator(new DataSetLossCalculator(iris(), true))
                    .modelSaver(new InMemoryModelSaver<>())
                    .build(),
                irisNetwork(),
                iris())
            .fit();
    assertEquals(
        EarlyStoppingResult.TerminationReason.EpochTerminationCondition,
        result.getTerminationReason());
    assertEquals(5, result.getTotalEpochs());
    assertTrue(result.getScoreVsEpoch().get(4) < result.getScoreVsEpoch().get(0));
    assertEquals(
        result.getScoreVsEpoch().get(result.getBestModelEpoch()),
        new DataSetLossCalculator(iris(), true).calculateScore(result.getBestModel()),
        1e-6);
  }

  @Test
  void sequencesOfAnIteratorWithMasks() {
    MultiLayerNetwork network =
        Networks.network(Networks.conf(DataType.DOUBLE).updater(new Adam(0.05)), true);
    INDArray mask = Networks.raggedMask(5, 6);
    DataSet data = Networks.data(true);
    data.setFeaturesMaskArray(mask);
    data.setLabelsMaskArray(mask);
    double before = network.score(data);
    network.fit(new ListDataSetIterator<>(data.asList(), 2), 20);
    assertTrue(network.score(data) < 0.7 * before);
    Evaluation evaluation = network.evaluate(new ListDataSetIterator<>(data.asList(), 2));
    assertEquals((int) mask.sumNumber().doubleValue(), evaluation.getNumRowCounter());
  }

  // ---- threads

  @Test
  void twoNetworksInTwoThreadsTrainAsTheyDoAlone() throws Exception {
    List<INDArray> alone = List.of(train(false, 1), train(true, 2));
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<INDArray> first = threads.submit(() -> train(false, 1));
      Future<INDArray> second = threads.submit(() -> train(true, 2));
      assertEquals(alone.get(0), first.get());
      assertEquals(alone.get(1), second.get());
    } finally {
      threads.shutdownNow();
    }
  }

  /** A clone shares its configuration's map with the original. */
  @Test
  void aNetworkAndItsCloneTrainInTwoThreads() throws Exception {
    MultiLayerNetwork network = Networks.network(Networks.sgd(0.1), true);
    MultiLayerNetwork clone = network.clone();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> first = threads.submit(() -> fit(network, 10));
      Future<?> second = threads.submit(() -> fit(clone, 10));
      first.get();
      second.get();
    } finally {
      threads.shutdownNow();
    }
    assertEquals(network.params(), clone.params());
  }

  private static INDArray train(boolean recurrent, long seed) {
    MultiLayerNetwork network = Networks.network(Networks.sgd(0.1), recurrent);
    network.setParams(Networks.normal(seed, 1, network.numParams()).mul(0.3));
    fit(network, 10);
    return network.params();
  }

  private static void fit(MultiLayerNetwork network, int times) {
    for (int i = 0; i < times; i++) {
      network.fit(Networks.data(network.getLayer(0).type().name().equals("RECURRENT")));
    }
  }

  // ---- external errors

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void externalErrorsAreBackPropagated(boolean recurrent) {
    MultiLayerNetwork complete = Networks.network(Networks.sgd(0.1), recurrent);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Networks.sgd(0.1)
                .list()
                .layer(recurrent ? Networks.sequence().build() : Networks.single().build())
                .build());
    network.init();
    network.setParams(complete.getLayer(0).params().dup());
    DataSet data = Networks.data(recurrent);
    for (boolean training : new boolean[] {true, false}) {
      network.setInput(data.getFeatures());
      List<INDArray> activations = network.feedForward(training, false);
      INDArray epsilon = Networks.normal(8, activations.get(1).shape());
      Pair<Gradient, INDArray> back =
          network.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces());
      assertMatchesDifferences(network, data.getFeatures(), epsilon, back);
    }
  }

  /** L = sum of output * epsilon, by central differences. */
  private static void assertMatchesDifferences(
      MultiLayerNetwork network, INDArray input, INDArray epsilon, Pair<Gradient, INDArray> back) {
    INDArray actual = back.getFirst().gradient();
    INDArray params = network.params();
    for (int i = 0; i < params.length(); i += 7) {
      double value = params.getDouble(i);
      params.putScalar(i, value + 1e-6);
      double above = network.output(input).mul(epsilon).sumNumber().doubleValue();
      params.putScalar(i, value - 1e-6);
      double below = network.output(input).mul(epsilon).sumNumber().doubleValue();
      params.putScalar(i, value);
      assertEquals((above - below) / 2e-6, actual.getDouble(i), 1e-7);
    }
    INDArray moved = input.add(Networks.normal(9, input.shape()).mul(1e-6));
    double change =
        network.output(moved).sub(network.output(input)).mul(epsilon).sumNumber().doubleValue();
    double expected =
        back.getSecond().mul(Networks.normal(9, input.shape())).sumNumber().doubleValue();
    assertEquals(expected, change / 1e-6, 1e-3 * Math.max(1, Math.abs(expected)));
  }

  @Test
  void externalErrorsOfAGraph() {
    ComputationGraphConfiguration conf =
        Networks.sgd(0.1)
            .graphBuilder()
            .addInputs("in")
            .addLayer("loop", Networks.sequence().build(), "in")
            .setOutputs("loop")
            .build();
    ComputationGraph graph = new ComputationGraph(conf);
    graph.init();
    MultiLayerNetwork network =
        new MultiLayerNetwork(Networks.sgd(0.1).list().layer(Networks.sequence().build()).build());
    network.init();
    network.setParams(graph.params().dup());
    INDArray input = Networks.data(true).getFeatures();
    INDArray epsilon = Networks.normal(8, 5, 3, 6);
    graph.feedForward(new INDArray[] {input}, true, false);
    network.setInput(input);
    network.feedForward(true, false);
    assertClose(
        network.backpropGradient(epsilon, LayerWorkspaceMgr.noWorkspaces()).getFirst().gradient(),
        graph.backpropGradient(epsilon).gradient(),
        1e-13);
  }

  // ---- cost

  /** Counts how often a slot is computed. */
  static final class CountedTanh extends ActivationTanH {
    private static final long serialVersionUID = 1L;
    static final AtomicInteger FORWARD = new AtomicInteger();

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
      FORWARD.incrementAndGet();
      return super.getActivation(in, training);
    }

    @Override
    public int hashCode() {
      return 1;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof CountedTanh;
    }
  }

  /** Once per iteration: back-propagation uses the tape of the forward pass. */
  @Test
  void theForwardPassRunsOncePerIteration() {
    int steps = 3;
    int time = 6;
    IterativeMapLayer single =
        new IterativeMapLayer.Builder()
            .nIn(4)
            .nOut(3)
            .steps(steps)
            .activation(new CountedTanh())
            .build();
    IterativeMapRecurrentLayer recurrent =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(4)
            .nOut(3)
            .steps(steps)
            .activation(new CountedTanh())
            .build();
    MultiLayerNetwork network = Networks.feedForward(Networks.sgd(0.1), single, 3);
    assertEquals(steps, computed(() -> network.fit(Networks.data(false))));
    assertEquals(steps, computed(() -> network.output(Networks.data(false).getFeatures())));
    MultiLayerNetwork sequence = Networks.recurrent(Networks.sgd(0.1), recurrent, 3);
    assertEquals(steps * time, computed(() -> sequence.fit(Networks.data(true))));
    ComputationGraph graph = sequence.toComputationGraph();
    assertEquals(steps * time, computed(() -> graph.fit(Networks.data(true))));
    assertEquals(
        5 * steps,
        computed(() -> network.fit(new ListDataSetIterator<>(Networks.data(false).asList(), 1))));
  }

  private static int computed(Runnable run) {
    CountedTanh.FORWARD.set(0);
    run.run();
    return CountedTanh.FORWARD.get();
  }

  /** Neither the input nor what the tape kept of it is held once training is over. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingIsKeptAfterTraining(boolean recurrent) throws Exception {
    MultiLayerNetwork network = Networks.network(Networks.sgd(0.1), recurrent);
    network.fit(new ListDataSetIterator<>(Networks.data(recurrent).asList(), 5));
    network.output(Networks.data(recurrent).getFeatures(), true);
    assertNull(network.getLayer(0).input());
    WeakReference<INDArray> input = fitAndForget(network, recurrent);
    for (int i = 0; i < 50 && input.get() != null; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertNull(input.get());
    Object run = field(network.getLayer(0), "run");
    assertNull(field(run, "parameters"));
    assertNull(field(run, "initial"));
    assertNull(field(field(run, "kernel"), "tape"));
    // ... and while it lasts there is something to let go of.
    network.setInput(Networks.data(recurrent).getFeatures());
    network.feedForward(true, false);
    assertFalse(field(field(run, "kernel"), "tape") == null);
    network.clearLayersStates();
    assertNull(field(field(run, "kernel"), "tape"));
  }

  private static WeakReference<INDArray> fitAndForget(
      MultiLayerNetwork network, boolean recurrent) {
    DataSet data = Networks.data(recurrent);
    network.fit(data);
    network.setInput(null);
    network.setLabels((INDArray) null);
    return new WeakReference<>(data.getFeatures());
  }

  private static Object field(Object object, String name) throws ReflectiveOperationException {
    Field field = object.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(object);
  }
}
