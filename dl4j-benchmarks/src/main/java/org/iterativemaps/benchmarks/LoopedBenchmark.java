package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
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

/** A looped layer, K = 5, against five dense layers of the same width. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LoopedBenchmark {
  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Density of both blocks. */
  @Param("1")
  public String density;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layers and checks them against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {LoopedStack.BATCH, LoopedStack.WIDTH});
    MultiLayerNetwork network = Subjects.network(LoopedStack.layers(subject, density).build());
    call = new LayerCall(network, input);
    Verification.check(
        network, input, network.getLayer(0).activate(false, LayerWorkspaceMgr.noWorkspaces()));
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
