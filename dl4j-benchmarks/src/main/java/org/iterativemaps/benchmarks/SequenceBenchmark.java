package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.pattern.Sparsity;
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

/** A recurrent layer on sequences against DL4J's recurrent layers of equal width. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SequenceBenchmark {
  static final int N_IN = 100;
  static final int HIDDEN = 200;
  static final int TIME = 20;
  private static final int BATCH = 32;

  /** See {@link #density}. */
  static final String DIAGONAL = "diagonal";

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Density of both blocks; "diagonal": h->h from each unit to itself, x->h dense. */
  @Param("1")
  public String density;

  /** K. */
  @Param("1")
  public String steps;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks it against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    INDArray input = Nd4j.randn('f', new int[] {BATCH, N_IN, TIME});
    var network =
        Subjects.network(
            Subjects.configuration().list().layer(layer(subject, density, steps)).build());
    call = new LayerCall(network, input);
    Verification.check(network, input, call.output());
  }

  /** A subject's layer. */
  static Layer layer(String subject, String density, String steps) {
    return switch (subject) {
      case "SimpleRnn" -> new SimpleRnn.Builder().nIn(N_IN).nOut(HIDDEN).build();
      case "LSTM" -> new LSTM.Builder().nIn(N_IN).nOut(HIDDEN).build();
      default -> map(density, steps);
    };
  }

  private static Layer map(String density, String steps) {
    IterativeMapRecurrentLayer.Builder map =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(N_IN)
            .nOut(HIDDEN)
            .steps(Integer.parseInt(steps));
    return density.equals(DIAGONAL)
        ? map.hiddenSparsity(Sparsity.diagonal()).build()
        : map.density(Double.parseDouble(density)).build();
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
