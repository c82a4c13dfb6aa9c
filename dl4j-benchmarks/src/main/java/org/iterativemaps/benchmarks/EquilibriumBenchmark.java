package org.iterativemaps.benchmarks;

import static org.iterativemaps.iterate.Iteration.untilSettled;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
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

/** A layer that goes on until it has settled against so many fixed steps as the map takes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EquilibriumBenchmark {
  private static final int INPUTS = 100;

  private static final int WIDTH = 1000;
  private static final int BATCH = 128;
  private static final double TOLERANCE = 1e-5;
  private static final double DENSITY = 0.1;
  private static final int MOST = 1000;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** "picard", "anderson", "broyden", or "unrolled": fixed steps, so many as picard takes. */
  @Param("anderson")
  public String loop;

  /** Spectral radius of the weights that feed back. */
  @Param("0.9")
  public String radius;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks that it settles. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {BATCH, INPUTS}).muli(0.1);
    UntilSettled until = untilSettled(TOLERANCE).atMost(MOST).orFail();
    MultiLayerNetwork picard = network(until.solver(Solver.picard()), radius);
    picard.output(input);
    SettlingReport report = ((RunningMap) picard.getLayer(0)).settlingForward().orElseThrow();
    Iteration iteration =
        switch (loop) {
          case "picard" -> until.solver(Solver.picard());
          case "anderson" -> until;
          case "broyden" -> until.solver(Solver.broyden(10));
          case "unrolled" -> Iteration.steps(report.mostSteps());
          default -> throw new IllegalArgumentException("loop: found " + loop);
        };
    call = new LayerCall(network(iteration, radius), input);
  }

  private static MultiLayerNetwork network(Iteration iteration, String radius) {
    Layer layer =
        new IterativeMapLayer.Builder()
            .nIn(INPUTS)
            .nOut(WIDTH)
            .density(DENSITY)
            .activation(Activation.TANH)
            .weightInit("h", "h", WeightValues.spectralRadius(Double.parseDouble(radius)))
            .steps(iteration)
            .build();
    return Subjects.network(Subjects.configuration().list().layer(layer).build());
  }

  /** Inference. */
  @Benchmark
  public void forward() {
    call.forward();
  }

  /** Forward and backward. */
  @Benchmark
  public void training() {
    call.training();
  }
}
