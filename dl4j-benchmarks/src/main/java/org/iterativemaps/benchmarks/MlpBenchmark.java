package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
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

/** An MLP 784-500-200-10 as one map against the stack of dense layers it came from, batch 128. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class MlpBenchmark {
  private static final int BATCH = 128;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layers and checks them against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {BATCH, 784});
    var network = Subjects.network(layers().build());
    call = new LayerCall(network, input);
    Verification.check(
        network, input, network.getLayer(0).activate(false, LayerWorkspaceMgr.noWorkspaces()));
  }

  private ListBuilder layers() {
    ListBuilder list = Subjects.configuration().list();
    if (!Subjects.isMap(subject)) {
      return list.layer(new DenseLayer.Builder().nIn(784).nOut(500).build())
          .layer(new DenseLayer.Builder().nIn(500).nOut(200).build())
          .layer(
              new DenseLayer.Builder().nIn(200).nOut(10).activation(Activation.IDENTITY).build());
    }
    BlockMap map =
        BlockMap.builder()
            .input("x", 784)
            .state("h1", 500)
            .state("h2", 200)
            .state("y", 10, Activation.IDENTITY)
            .connect("x", "h1", Sparsity.dense())
            .connect("h1", "h2", Sparsity.dense())
            .connect("h2", "y", Sparsity.dense())
            .output("y")
            .build();
    return list.layer(new IterativeMapLayer.Builder().map(map).steps(3).build());
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
