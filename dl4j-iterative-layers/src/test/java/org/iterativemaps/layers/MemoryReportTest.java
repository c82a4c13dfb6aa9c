package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryType;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's memory report of every kind of map layer, against the network it is about. */
class MemoryReportTest {
  private static final BlockMap MAP = Networks.richMap(4, Injection.HOLD);
  private static final int TIME = 6;

  /** Updaters of weights and of biases, with no, one, two and three numbers per parameter. */
  static List<Arguments> updaters() {
    List<IUpdater> all =
        List.of(new NoOp(), new Sgd(0.1), new Nesterovs(0.9), new Adam(), new AMSGrad());
    List<Arguments> pairs = new ArrayList<>();
    for (IUpdater weights : all) {
      pairs.add(Arguments.of(weights, null));
      pairs.add(Arguments.of(weights, new Adam()));
      pairs.add(Arguments.of(weights, new Sgd(0.2)));
    }
    return pairs;
  }

  private static List<Supplier<BaseLayer.Builder<?>>> feedForward() {
    return List.of(
        () -> new IterativeMapLayer.Builder().map(Networks.richMap(4, Injection.HOLD)).steps(4),
        () -> new IterativeMapLayer.Builder().map(MAP).steps(4));
  }

  private static List<Supplier<BaseLayer.Builder<?>>> recurrent() {
    return List.of(
        () ->
            new IterativeMapRecurrentLayer.Builder()
                .map(Networks.richMap(4, Injection.HOLD))
                .steps(2),
        () -> new IterativeMapRecurrentLayer.Builder().map(MAP).steps(2));
  }

  private static MultiLayerNetwork network(
      BaseLayer.Builder<?> layer, boolean isRecurrent, IUpdater weights, IUpdater biases) {
    layer.updater(weights);
    if (biases != null) {
      layer.biasUpdater(biases);
    }
    Layer built = layer.build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .updater(weights)
                .list(
                    built,
                    isRecurrent
                        ? new RnnOutputLayer.Builder().nOut(3).build()
                        : new OutputLayer.Builder().nOut(3).build())
                .setInputType(isRecurrent ? InputType.recurrent(4, TIME) : InputType.feedForward(4))
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void parametersAndUpdaterState(IUpdater weights, IUpdater biases) {
    for (boolean isRecurrent : new boolean[] {false, true}) {
      InputType type = isRecurrent ? InputType.recurrent(4, TIME) : InputType.feedForward(4);
      for (Supplier<BaseLayer.Builder<?>> layer : isRecurrent ? recurrent() : feedForward()) {
        MultiLayerNetwork network = network(layer.get(), isRecurrent, weights, biases);
        MemoryReport report = network.getLayerWiseConfigurations().getMemoryReport(type);
        assertMatches(
            report, network.numParams(), network.getUpdater().getStateViewArray(), layer.get());
        LayerMemoryReport one =
            network.getLayerWiseConfigurations().getConf(0).getLayer().getMemoryReport(type);
        assertEquals(
            4 * network.getLayer(0).numParams(),
            bytes(one, MemoryType.PARAMETERS, MemoryUseMode.INFERENCE, 1));
      }
    }
  }

  private static ComputationGraph graph(IUpdater weights, IUpdater biases, int steps) {
    IterativeMapVertex vertex = new IterativeMapVertex(MAP, steps);
    vertex.setUpdater(weights);
    vertex.setBiasUpdater(biases);
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .updater(weights)
                .graphBuilder()
                .addInputs("x")
                .setInputTypes(InputType.recurrent(4, TIME))
                .addVertex("loop", vertex, "x")
                .addLayer("y", new RnnOutputLayer.Builder().nOut(3).build(), "loop")
                .setOutputs("y")
                .build());
    graph.init();
    return graph;
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void parametersAndUpdaterStateOfTheVertex(IUpdater weights, IUpdater biases) {
    // ComputationGraph.numParams() leaves out vertices.
    ComputationGraph graph = graph(weights, biases, 2);
    MemoryReport report = graph.getConfiguration().getMemoryReport(InputType.recurrent(4, TIME));
    assertMatches(
        report, graph.params().length(), graph.getUpdater().getStateViewArray(), "vertex");
  }

  private static void assertMatches(
      MemoryReport report, long parameters, INDArray updaterState, Object what) {
    String message = what.toString();
    assertEquals(
        4 * parameters, bytes(report, MemoryType.PARAMETERS, MemoryUseMode.TRAINING, 9), message);
    assertEquals(
        4 * parameters,
        bytes(report, MemoryType.PARAMATER_GRADIENTS, MemoryUseMode.TRAINING, 9),
        message);
    long state = updaterState == null ? 0 : updaterState.length();
    assertEquals(
        4 * state, bytes(report, MemoryType.UPDATER_STATE, MemoryUseMode.TRAINING, 9), message);
    assertEquals(0, bytes(report, MemoryType.UPDATER_STATE, MemoryUseMode.INFERENCE, 9), message);
    assertEquals(
        0, bytes(report, MemoryType.CACHED_MEMORY_VARIABLE, MemoryUseMode.TRAINING, 9), message);
  }

  /** The vertex and the layer are run by the same kernel. */
  @Test
  void workingMemoryOfTheVertex() {
    for (int steps : new int[] {2, 5}) {
      for (InputType type :
          List.of(
              InputType.recurrent(4), InputType.recurrent(4, 1), InputType.recurrent(4, TIME))) {
        LayerMemoryReport layer =
            new IterativeMapRecurrentLayer.Builder()
                .map(MAP)
                .steps(steps)
                .build()
                .getMemoryReport(type);
        LayerMemoryReport vertex =
            (LayerMemoryReport) new IterativeMapVertex(MAP, steps).getMemoryReport(type);
        assertTrue(layer.getWorkingMemoryFixedInference() > 0);
        assertEquals(
            layer.getWorkingMemoryFixedInference(), vertex.getWorkingMemoryFixedInference());
        assertEquals(
            layer.getWorkingMemoryVariableInference(), vertex.getWorkingMemoryVariableInference());
        assertEquals(
            layer.getWorkingMemoryFixedTrain().get(CacheMode.NONE),
            vertex.getWorkingMemoryFixedTrain().get(CacheMode.NONE));
        assertEquals(
            layer.getWorkingMemoryVariableTrain().get(CacheMode.NONE),
            vertex.getWorkingMemoryVariableTrain().get(CacheMode.NONE));
      }
    }
  }

  /** In DL4J's slots is what the kernel says; dropout copies the input. */
  @Test
  void workingMemoryOfTheKernel() {
    for (int time : new int[] {1, TIME}) {
      for (double dropOut : new double[] {0, 0.5}) {
        IterativeMapRecurrentLayer layer =
            new IterativeMapRecurrentLayer.Builder()
                .map(Networks.richMap(4, Injection.HOLD))
                .steps(2)
                .dropOut(dropOut)
                .build();
        LayerMemoryReport report = layer.getMemoryReport(InputType.recurrent(4, time));
        KernelMemory kernel = KernelSelection.memory(layer.program(), DataType.FLOAT, time);
        assertEquals(kernel.fixedInference(), report.getWorkingMemoryFixedInference());
        assertEquals(kernel.perExampleInference(), report.getWorkingMemoryVariableInference());
        assertEquals(
            kernel.fixedTraining(), report.getWorkingMemoryFixedTrain().get(CacheMode.NONE));
        assertEquals(
            kernel.perExampleTraining() + (dropOut == 0 ? 0 : 4 * time),
            report.getWorkingMemoryVariableTrain().get(CacheMode.NONE));
      }
    }
  }

  @Test
  void reportsAreWrittenAndRead() {
    MemoryReport report =
        network(feedForward().get(0).get(), false, new Adam(), null)
            .getLayerWiseConfigurations()
            .getConf(0)
            .getLayer()
            .getMemoryReport(InputType.feedForward(4));
    assertEquals(
        report.getTotalMemoryBytes(8, MemoryUseMode.TRAINING, CacheMode.NONE, DataType.FLOAT),
        MemoryReport.fromJson(report.toJson())
            .getTotalMemoryBytes(8, MemoryUseMode.TRAINING, CacheMode.NONE, DataType.FLOAT));
  }

  private static long bytes(MemoryReport report, MemoryType what, MemoryUseMode mode, int batch) {
    return report.getMemoryBytes(what, batch, mode, CacheMode.NONE, DataType.FLOAT);
  }
}
