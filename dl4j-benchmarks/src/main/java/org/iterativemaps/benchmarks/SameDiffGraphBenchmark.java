package org.iterativemaps.benchmarks;

import java.util.Locale;
import java.util.Map;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
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

/** What it costs to unroll K steps: building a graph with its gradients, and running it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(java.util.concurrent.TimeUnit.MICROSECONDS)
public class SameDiffGraphBenchmark {
  private static final int WIDTH = 32;

  /** What is measured: always SDIterative. */
  @Param("SDIterative")
  public String subject;

  /** K. */
  @Param("10")
  public int steps;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private SameDiff built;
  private final Map<String, INDArray> arrays = Map.of("x", Nd4j.randn('f', new int[] {8, WIDTH}));

  /** Builds the graph that is run. */
  @Setup
  public void prepare() {
    Subjects.prepare(subject, threads);
    built = build();
    System.err.printf(Locale.ROOT, "K = %d: %d operations%n", steps, built.getOps().size());
  }

  /** A small map after K steps, with a loss and its gradients. */
  @Benchmark
  public SameDiff build() {
    SameDiff graph = SameDiff.create();
    SDIterative iterative = new SDIterative(graph);
    SDMap map = iterative.blockMap("map", SameDiffBenchmark.linear(WIDTH, 0.1));
    SDVariable x = graph.placeHolder("x", DataType.FLOAT, -1, WIDTH);
    SDVariable out = iterative.iterate("out", map, x, steps);
    out.mul(out).sum("loss");
    graph.setLossVariables("loss");
    graph.createGradFunction();
    return graph;
  }

  /** Forward and backward. */
  @Benchmark
  public Object training() {
    return built.calculateGradients(arrays, "map/W[x->h]");
  }
}
