package org.iterativemaps.benchmarks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One looped map, K = 5, batch 128: the layer with its kernels beside SameDiff operations. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(java.util.concurrent.TimeUnit.MICROSECONDS)
public class SameDiffBenchmark {
  private static final int STEPS = 5;
  private static final int BATCH = 128;

  /** What is measured. */
  @Param("SDIterative")
  public String subject;

  /** "linear", or "gated", the map of a GRU. */
  @Param("linear")
  public String map;

  /** Units of input and state. */
  @Param("200")
  public int width;

  /** Density of both blocks. */
  @Param("0.1")
  public double density;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private Supplier<Object> forward;
  private Supplier<Object> training;

  /** Builds layer or graph. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {BATCH, width});
    INDArray epsilon = Nd4j.randn('f', new int[] {BATCH, width}).muli(0.01);
    BlockMap blockMap = map.equals("gated") ? gated() : linear(width, density);
    if (subject.equals("SDIterative")) {
      operations(blockMap, input, epsilon);
    } else {
      layer(blockMap, input, epsilon);
    }
  }

  static BlockMap linear(int width, double density) {
    return BlockMap.builder()
        .input("x", width)
        .state("h", width, Activation.TANH)
        .connect("x", "h", Sparsity.density(density))
        .connect("h", "h", Sparsity.density(density))
        .output("h")
        .build();
  }

  private BlockMap gated() {
    Sparsity sparsity = Sparsity.density(density);
    return BlockMap.builder()
        .input("x", width)
        .wire("r", width, Activation.SIGMOID)
        .wire("u", width, Activation.SIGMOID)
        .wireWithoutBias("s", width, Activation.IDENTITY)
        .state("h", width, Activation.TANH)
        .connect("x", "r", sparsity)
        .connect("h", "r", sparsity)
        .connect("x", "u", sparsity)
        .connect("h", "u", sparsity)
        .connect(List.of("r", "h"), "s", BlockFunctions.product())
        .connect("x", "h", sparsity)
        .connect("s", "h", sparsity)
        .update("h", Update.gated("u"))
        .output("h")
        .build();
  }

  private void layer(BlockMap blockMap, INDArray input, INDArray epsilon) {
    FeedForwardLayer conf = new IterativeMapLayer.Builder().map(blockMap).steps(STEPS).build();
    Layer layer = Subjects.network(Subjects.configuration().list().layer(conf).build()).getLayer(0);
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    forward = () -> layer.activate(input, false, workspaces);
    training =
        () -> {
          layer.activate(input, true, workspaces);
          return layer.backpropGradient(epsilon, workspaces);
        };
  }

  private void operations(BlockMap blockMap, INDArray input, INDArray epsilon) {
    SameDiff graph = SameDiff.create();
    SDIterative iterative = new SDIterative(graph);
    SDMap inGraph = iterative.blockMap("map", blockMap);
    SDVariable x = graph.placeHolder("x", DataType.FLOAT, -1, width);
    SDVariable weights = graph.placeHolder("epsilon", DataType.FLOAT, -1, width);
    iterative.iterate("out", inGraph, x, STEPS).mul(weights).sum("loss");
    graph.setLossVariables("loss");
    Map<String, INDArray> arrays = new LinkedHashMap<>(Map.of("x", input, "epsilon", epsilon));
    String[] names =
        inGraph.variables().values().stream().map(SDVariable::name).toArray(String[]::new);
    forward = () -> graph.output(arrays, "out");
    training = () -> graph.calculateGradients(arrays, names);
  }

  /** Inference. */
  @Benchmark
  public Object forward() {
    return forward.get();
  }

  /** Forward and backward. */
  @Benchmark
  public Object training() {
    return training.get();
  }
}
