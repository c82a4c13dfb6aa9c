package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
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

/** Time of a training call against density, width, time steps, K and batch, one at a time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ScalingBenchmark {
  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Density of both blocks. */
  @Param("0.1")
  public String density;

  /** Units of input and hidden slot. */
  @Param("500")
  public int width;

  /** Time steps. */
  @Param("8")
  public int time;

  /** K. */
  @Param("2")
  public int steps;

  /** Samples. */
  @Param("64")
  public int batch;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks it against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {batch, width, time});
    var network =
        Subjects.network(
            Subjects.configuration()
                .list()
                .layer(
                    new IterativeMapRecurrentLayer.Builder()
                        .nIn(width)
                        .nOut(width)
                        .density(Double.parseDouble(density))
                        .steps(steps)
                        .build())
                .build());
    call = new LayerCall(network, input);
    Verification.check(network, input, call.output());
  }

  /** Forward and backward. */
  @Benchmark
  public void training() {
    call.training();
  }
}
