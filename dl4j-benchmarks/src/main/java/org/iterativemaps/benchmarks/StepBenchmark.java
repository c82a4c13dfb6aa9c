package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
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

/**
 * Calls of a whole network as small as they come, one example: a token after the other by {@code
 * rnnTimeStep}, or a sequence by {@code output}. The network is the recurrent layer of {@link
 * SequenceBenchmark} alone.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StepBenchmark {

  static final String PLAIN = "plain";

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** "plain", or a cell of {@link GatedBenchmark}. */
  @Param(PLAIN)
  public String cell;

  /** Density of both blocks, of a gated cell of all that read token and output. */
  @Param("0.1")
  public String density;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private MultiLayerNetwork network;
  private RecurrentLayer layer; // the network's only one
  private INDArray token;
  private INDArray sequence;

  /** Builds the network and checks it against the reference. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    network = Subjects.network(Subjects.configuration().list().layer(layer()).build());
    layer = (RecurrentLayer) network.getLayer(0);
    token = Nd4j.randn('f', new int[] {1, SequenceBenchmark.N_IN, 1});
    sequence = Nd4j.randn('f', new int[] {1, SequenceBenchmark.N_IN, SequenceBenchmark.TIME});
    Verification.check(network, sequence, network.output(sequence));
    Verification.check(network, token, network.rnnTimeStep(token));
  }

  private Layer layer() {
    return cell.equals(PLAIN) || !subject.startsWith("fused")
        ? SequenceBenchmark.layer(subject, density, "1")
        : GatedBenchmark.layer(
            subject, cell, SequenceBenchmark.N_IN, SequenceBenchmark.HIDDEN, density);
  }

  /** One token of one example, the state going on from call to call. */
  @Benchmark
  public INDArray rnnTimeStep() {
    return network.rnnTimeStep(token);
  }

  /** The same by the layer alone, without what DL4J does around it. */
  @Benchmark
  public INDArray layerTimeStep() {
    return layer.rnnTimeStep(token, LayerWorkspaceMgr.noWorkspaces());
  }

  /** All tokens of one example. */
  @Benchmark
  public INDArray output() {
    return network.output(sequence);
  }
}
