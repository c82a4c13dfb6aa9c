package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
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

/** Maps whose h->h is diagonal, on one long sequence, against DL4J's recurrent layers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LongSequenceBenchmark {
  static final int TIME = 1024;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Of a map's hidden slot: with "identity" chunks of time run side by side. */
  @Param("identity")
  public String activation;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks it against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {1, SequenceBenchmark.N_IN, TIME});
    MultiLayerNetwork network =
        Subjects.network(Subjects.configuration().list().layer(layer()).build());
    network.params().muli(0.3); // none of the diagonal above 1, which no long sequence survives
    call = new LayerCall(network, input);
    Verification.check(network, input, call.output());
  }

  private Layer layer() {
    return Subjects.isMap(subject)
        ? new IterativeMapRecurrentLayer.Builder()
            .nIn(SequenceBenchmark.N_IN)
            .nOut(SequenceBenchmark.HIDDEN)
            .activation(Activation.fromString(activation))
            .hiddenSparsity(Sparsity.diagonal())
            .build()
        : SequenceBenchmark.layer(subject, SequenceBenchmark.DIAGONAL, "1");
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
