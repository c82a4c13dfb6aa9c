package org.iterativemaps.layers;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** ComputationGraph, parameter tables, summary and memory report. */
class GraphTest {

  private static ComputationGraph graph(boolean recurrent) {
    ComputationGraphConfiguration.GraphBuilder builder =
        Networks.conf(DataType.DOUBLE).updater(new Adam(0.01)).graphBuilder().addInputs("in");
    if (recurrent) {
      builder
          .addLayer("loop", Networks.sequence().build(), "in")
          .addLayer("out", new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(3).build(), "loop")
          .setInputTypes(InputType.recurrent(4));
    } else {
      builder
          .addLayer("loop", Networks.single().build(), "in")
          .addLayer("out", new OutputLayer.Builder(LossFunction.MCXENT).nOut(3).build(), "loop")
          .setInputTypes(InputType.feedForward(4));
    }
    ComputationGraph graph = new ComputationGraph(builder.setOutputs("out").build());
    graph.init();
    return graph;
  }

  private static MultiLayerNetwork same(ComputationGraph graph, boolean recurrent) {
    MultiLayerNetwork network =
        Networks.network(Networks.conf(DataType.DOUBLE).updater(new Adam(0.01)), recurrent);
    network.setParams(graph.params().dup());
    return network;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aGraphTrainsLikeANetwork(boolean recurrent, @TempDir Path folder) throws IOException {
    ComputationGraph graph = graph(recurrent);
    MultiLayerNetwork network = same(graph, recurrent);
    DataSet data = Networks.data(recurrent);
    for (int i = 0; i < 3; i++) {
      graph.fit(data);
      network.fit(data);
    }
    assertClose(network.params(), graph.params(), 1e-13);
    assertClose(network.output(data.getFeatures()), graph.outputSingle(data.getFeatures()), 1e-13);
    assertEquals(network.score(), graph.score(), 1e-12);

    File file = folder.resolve("graph.zip").toFile();
    graph.save(file, true);
    ComputationGraph loaded = ComputationGraph.load(file, true);
    assertEquals(graph.getConfiguration(), loaded.getConfiguration());
    loaded.fit(data);
    graph.fit(data);
    assertEquals(graph.params(), loaded.params());
    assertEquals(graph.params(), graph.clone().params());
    assertEquals(
        graph.getConfiguration(),
        ComputationGraphConfiguration.fromYaml(graph.getConfiguration().toYaml()));
  }

  @Test
  void parametersHaveReadableKeys() {
    ComputationGraph graph = graph(false);
    MultiLayerNetwork network = same(graph, false);
    List<String> keys =
        List.of("W[x->h]", "W[h->h]", "W[y->h]", "W[h->g]", "W[g->y]", "W[x->y]", "b[h]", "b[y]");
    assertEquals(keys, List.copyOf(network.getLayer(0).paramTable().keySet()));
    for (String key : keys) {
      assertEquals(1, network.getLayer(0).getParam(key).rank());
      assertEquals(network.getParam("0_" + key), graph.getParam("loop_" + key));
      assertTrue(graph.paramTable().containsKey("loop_" + key));
      assertTrue(network.paramTable().containsKey("0_" + key));
    }
    assertArrayEquals(new long[] {12}, graph.getParam("loop_W[x->h]").shape()); // 0.6 * 4 * 5
    assertArrayEquals(new long[] {10}, graph.getParam("loop_W[h->h]").shape()); // 2 per target
    assertArrayEquals(new long[] {7}, graph.getParam("loop_W[h->g]").shape());
    assertArrayEquals(new long[] {12}, graph.getParam("loop_W[g->y]").shape());
    assertArrayEquals(new long[] {6}, graph.getParam("loop_W[x->y]").shape());
    assertArrayEquals(new long[] {5}, graph.getParam("loop_b[h]").shape());
    long count =
        network.getLayer(0).paramTable().values().stream().mapToLong(INDArray::length).sum();
    assertEquals(count, network.getLayer(0).numParams());
    assertEquals(count + 12, graph.numParams());
  }

  @Test
  void parametersAreViewsOfOneVector() {
    MultiLayerNetwork network = same(graph(true), true);
    INDArray all = network.params();
    network.setParam("0_W[h->h]", Networks.normal(5, 10));
    assertClose(
        Networks.normal(5, 10),
        all.reshape(all.length()).get(NDArrayIndex.interval(12, 22)).dup(),
        0);
    INDArray before = network.output(Networks.data(true).getFeatures());
    INDArray copy = all.dup();
    network.setParams(copy.mul(0));
    assertEquals(0, network.getParam("0_b[h]").sumNumber().doubleValue());
    network.setParams(copy);
    assertEquals(copy, network.params());
    assertEquals(before, network.output(Networks.data(true).getFeatures()));
    assertEquals(network.getLayer(0).params(), network.getLayer(0).params().dup());

    Networks.gradient(network, Networks.data(true));
    INDArray flat = network.getGradientsViewArray().reshape(network.numParams());
    int start = 0;
    for (String key : network.paramTable().keySet()) {
      INDArray part = network.gradient().getGradientFor(key);
      long end = start + part.length();
      assertEquals(
          flat.get(NDArrayIndex.interval(start, end)),
          part.dup('f').reshape('f', new long[] {part.length()}),
          key);
      start = (int) end;
    }
    assertEquals(network.numParams(), start);
  }

  @Test
  void readsTheLastTimeStepThroughAVertex() {
    ComputationGraph graph =
        new ComputationGraph(
            Networks.conf(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .addLayer("loop", Networks.sequence().build(), "in")
                .addVertex("last", new LastTimeStepVertex("in"), "loop")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT).nIn(3).nOut(3).build(),
                    "last")
                .setOutputs("out")
                .build());
    graph.init();
    MultiLayerNetwork network = Networks.network(Networks.conf(DataType.DOUBLE), true);
    network.setParams(graph.params().dup());
    INDArray input = Networks.data(true).getFeatures();
    INDArray all = network.output(input);
    assertClose(
        all.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(5)).dup(),
        graph.outputSingle(input),
        1e-13);
  }

  @Test
  void aGraphRunsStepByStep() {
    ComputationGraph graph = graph(true);
    INDArray input = Networks.data(true).getFeatures();
    INDArray whole = graph.outputSingle(input);
    for (int t = 0; t < 6; t += 2) {
      assertClose(
          SequenceTest.times(whole, t, t + 2),
          graph.rnnTimeStep(SequenceTest.times(input, t, t + 2))[0],
          1e-13);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theSummaryCountsTheWeightsThatExist(boolean recurrent) {
    MultiLayerNetwork network = Networks.network(Networks.conf(DataType.FLOAT), recurrent);
    String summary = network.summary();
    String name = recurrent ? "IterativeMapRecurrent" : "IterativeMap";
    assertTrue(summary.contains(name), summary);
    assertTrue(summary.contains("W[x->h]:{12}"), summary);
    // DL4J writes numbers with the machine's own digits.
    String digits =
        summary
            .codePoints()
            .map(c -> Character.isDigit(c) ? '0' + Character.digit(c, 10) : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    assertTrue(digits.contains(String.valueOf(network.getLayer(0).numParams())), digits);
    InputType type = recurrent ? InputType.recurrent(4) : InputType.feedForward(4);
    assertTrue(network.summary(type).contains(name));
    assertTrue(graph(recurrent).summary().contains(name));
  }

  @Test
  void theMemoryReportGrowsWithWhatIsKept() {
    for (boolean recurrent : new boolean[] {false, true}) {
      MultiLayerNetwork network =
          Networks.network(Networks.conf(DataType.FLOAT).updater(new Adam()), recurrent);
      InputType type = recurrent ? InputType.recurrent(4, 10) : InputType.feedForward(4);
      MemoryReport whole = network.getLayerWiseConfigurations().getMemoryReport(type);
      assertTrue(whole.toString().contains("IterativeMap"), whole.toString());
      assertTrue(network.memoryInfo(8, type).contains("IterativeMap"));
      LayerMemoryReport layer =
          network.getLayerWiseConfigurations().getConf(0).getLayer().getMemoryReport(type);
      long parameters = network.getLayer(0).numParams();
      assertEquals(parameters * 4, bytes(layer, MemoryType.PARAMETERS, MemoryUseMode.INFERENCE, 1));
      assertEquals(
          2 * parameters * 4, bytes(layer, MemoryType.UPDATER_STATE, MemoryUseMode.TRAINING, 1));
      long one = bytes(layer, MemoryType.WORKING_MEMORY_VARIABLE, MemoryUseMode.TRAINING, 1);
      assertTrue(one > 0);
      assertEquals(
          8 * one, bytes(layer, MemoryType.WORKING_MEMORY_VARIABLE, MemoryUseMode.TRAINING, 8));
      long inference = bytes(layer, MemoryType.WORKING_MEMORY_VARIABLE, MemoryUseMode.INFERENCE, 1);
      assertTrue(one > inference, "training keeps the states");
    }
  }

  private static long bytes(
      LayerMemoryReport report, MemoryType what, MemoryUseMode mode, int batch) {
    return report.getMemoryBytes(what, batch, mode, CacheMode.NONE, DataType.FLOAT);
  }
}
