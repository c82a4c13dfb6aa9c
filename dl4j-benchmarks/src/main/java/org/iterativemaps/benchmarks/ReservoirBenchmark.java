package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.reservoir.EchoStateNetwork;
import org.iterativemaps.reservoir.ForecastTask;
import org.iterativemaps.reservoir.Readout;
import org.iterativemaps.reservoir.Reservoir;
import org.iterativemaps.reservoir.Scores;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** An echo-state network of 1000 units on 10000 time steps; peers/echo_state.py times the same. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ReservoirBenchmark {
  static final int UNITS = 1_000;
  static final int TIME = 10_000;

  private static final int WARMUP = 100;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Recurrent weights of a unit. */
  @Param("100")
  public String weights;

  /** How they lie: "random", or "bundles" of sixteen units with the same sources. */
  @Param("random")
  public String pattern;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private EchoStateNetwork network;
  private INDArray inputs;
  private INDArray targets;

  /** Builds the network and checks that it forecasts. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    double[] series = new double[2 * TIME + 2];
    for (int t = 0; t < series.length; t++) {
      series[t] = Math.sin(0.2 * t) + Math.sin(0.311 * t);
    }
    ForecastTask task = ForecastTask.of(series, 1, 0.5);
    inputs = task.testInputs();
    targets = task.testTargets();
    double density = Double.parseDouble(weights) / UNITS;
    Reservoir reservoir =
        Reservoir.of(UNITS)
            .pattern(
                pattern.equals("bundles")
                    ? Sparsity.bundles(16, density)
                    : Sparsity.density(density))
            .spectralRadius(1.25)
            .leakRate(0.3);
    network = new EchoStateNetwork(Readout.ridge(1e-5), reservoir);
    double error = Scores.nrmse(fit().run(inputs), targets);
    if (!(error < 0.05)) { // the series begins anew where fit ended
      throw new IllegalStateException("NRMSE " + error + ", expected below 0.05");
    }
  }

  /** Runs the reservoir and solves for the read-out. */
  @Benchmark
  public EchoStateNetwork fit() {
    return network.fit(inputs, targets, WARMUP);
  }

  /** Runs the reservoir and its read-out. */
  @Benchmark
  public INDArray run() {
    return network.run(inputs);
  }
}
