package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
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

/** A gated cell on sequences against DL4J's LSTM of equal width. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GatedBenchmark {
  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** The cell: "lstm", "gru", "minGru". */
  @Param("lstm")
  public String cell;

  /** Inputs, units, time steps and samples: "100-200-20-32". */
  @Param("100-200-20-32")
  public String shape;

  /**
   * Density of all blocks that read token and output: "0.1" at random places, "0.1-4" in bundles of
   * 4 units of a gate.
   */
  @Param("1")
  public String density;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks it against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    int[] sizes = Stream.of(shape.split("-")).mapToInt(Integer::parseInt).toArray();
    INDArray input = Nd4j.randn('f', new int[] {sizes[3], sizes[0], sizes[2]});
    var network =
        Subjects.network(
            Subjects.configuration()
                .list()
                .layer(layer(subject, cell, sizes[0], sizes[1], density))
                .build());
    call = new LayerCall(network, input);
    Verification.check(network, input, call.output());
  }

  /** A subject's layer. */
  static Layer layer(String subject, String cell, int nIn, int units, String density) {
    if (subject.equals("LSTM")) {
      return new LSTM.Builder().nIn(nIn).nOut(units).activation(Activation.TANH).build();
    }
    GatedMapBuilder map =
        switch (cell) {
          case "gru" -> GatedMaps.gru(units);
          case "minGru" -> GatedMaps.minGru(units);
          default -> GatedMaps.lstm(units);
        };
    return new IterativeMapRecurrentLayer.Builder()
        .nIn(nIn)
        .map(map)
        .inputSparsity(KernelBenchmark.pattern(density))
        .hiddenSparsity(KernelBenchmark.pattern(density))
        .build();
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
