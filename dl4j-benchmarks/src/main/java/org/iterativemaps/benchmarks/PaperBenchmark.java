package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
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

/**
 * The shapes of arXiv:2509.15057, 11 frames, batch 16: 2500-1302-10 at 20 %, 2500-208-10 with 10 %
 * from the input and dense elsewhere, 81-4820-9 at 2 %. Peers have the hidden width alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PaperBenchmark {
  private static final int TIME = 11;
  private static final int BATCH = 16;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** The shape, input-hidden-output. */
  @Param("2500-1302-10")
  public String shape;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks it against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    String[] sizes = shape.split("-");
    int nIn = Integer.parseInt(sizes[0]);
    INDArray input = Nd4j.randn('f', new int[] {BATCH, nIn, TIME}).muli(0.1);
    var network =
        Subjects.network(
            Subjects.configuration()
                .list()
                .layer(layer(nIn, Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2])))
                .build());
    call = new LayerCall(network, input);
    Verification.check(network, input, call.output());
  }

  private Layer layer(int nIn, int hidden, int nOut) {
    if (subject.equals("SimpleRnn")) {
      return new SimpleRnn.Builder().nIn(nIn).nOut(hidden).build();
    }
    if (subject.equals("LSTM")) {
      return new LSTM.Builder().nIn(nIn).nOut(hidden).build();
    }
    boolean narrow = hidden == 208;
    double density = nIn == 81 ? 0.02 : 0.2;
    Sparsity fromInput = Sparsity.density(narrow ? 0.1 : density);
    Sparsity elsewhere = narrow ? Sparsity.dense() : Sparsity.density(density);
    BlockMap map =
        BlockMap.builder()
            .input("x", nIn)
            .state("h", hidden, Activation.TANH)
            .state("y", nOut, Activation.IDENTITY)
            .connect("x", "h", fromInput)
            .connect("h", "h", elsewhere)
            .connect("h", "y", elsewhere)
            .output("y")
            .build();
    return new IterativeMapRecurrentLayer.Builder().map(map).build();
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
