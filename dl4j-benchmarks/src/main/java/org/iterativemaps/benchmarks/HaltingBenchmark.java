package org.iterativemaps.benchmarks;

import static org.iterativemaps.iterate.Iteration.untilSettled;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.impl.RunningMap;
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
 * A batch of which nine samples of ten settle in about 5 steps and the others in about 50: tokens
 * that drive the units into saturation, where the map hardly depends on its state, and others.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class HaltingBenchmark {
  private static final int WIDTH = 1000;
  private static final int BATCH = 128;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** "mixed", or "slow": all samples take the most steps, as none would stop before the last. */
  @Param("mixed")
  public String batch;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks in how many steps the samples settle. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .state("h", WIDTH, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.density(0.1))
            .output("h")
            .build();
    MultiLayerNetwork network =
        Subjects.network(
            Subjects.configuration()
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .map(map)
                        .steps(untilSettled(1e-5).solver(Solver.picard()).orFail())
                        .build())
                .build());
    INDArray w = network.getLayer(0).getParam("W[x->h]");
    w.assign(1);
    INDArray u = network.getLayer(0).getParam("W[h->h]");
    u.assign(0.8 / (0.1 * WIDTH)); // rows sum up to about 0.8
    INDArray input = Nd4j.zeros(BATCH, 1);
    for (int s = 0; s < BATCH; s++) {
      boolean isSlow = batch.equals("slow") || s % 10 == 9;
      input.putScalar(s, 0, isSlow ? 1e-3 : 3);
    }
    network.output(input);
    SettlingReport report = ((RunningMap) network.getLayer(0)).settlingForward().orElseThrow();
    int[] steps = IntStream.range(0, BATCH).map(report::steps).sorted().toArray();
    if (batch.equals("mixed") && (steps[BATCH * 8 / 10] > 8 || steps[BATCH - 1] < 40)) {
      throw new IllegalStateException("steps: found " + Arrays.toString(steps));
    }
    call = new LayerCall(network, input);
  }

  /** Inference. */
  @Benchmark
  public void forward() {
    call.forward();
  }
}
