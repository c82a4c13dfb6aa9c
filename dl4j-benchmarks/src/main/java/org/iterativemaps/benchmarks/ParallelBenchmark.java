package org.iterativemaps.benchmarks;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.parallel.ParallelEvaluation;
import org.iterativemaps.parallel.ParallelEvaluation.Result;
import org.iterativemaps.parallel.ParallelEvaluation.Sweeps;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
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
 * One sequence of 1024 time steps in turn, and as a system of equations: all time steps at once, up
 * to a tolerance of 1e-4. All on the fused kernel, which holds the sequence where it lies in turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ParallelBenchmark {
  static final String IN_TURN = "in-turn";
  static final double TOLERANCE = 1e-4;

  private static final int TIME = 1024;
  private static final int N_IN = 100;

  /** "in-turn", "jacobi", "blocks-32" (Jacobi across blocks of 32 time steps) or "newton". */
  @Param(IN_TURN)
  public String subject;

  /** "tanh" or "gru" with a diagonal h->h, or "dense", tanh with a dense h->h. */
  @Param("tanh")
  public String map;

  /** Hidden units. */
  @Param("128")
  public int units;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private MapKernel kernel;
  private ParallelEvaluation evaluation;
  private INDArray[] parameters;
  private INDArray input;
  private INDArray output;

  /** Builds the map and checks the subject's answer against the one in turn. */
  @Setup
  public void build() {
    Subjects.prepare("fused-simd", threads);
    MapProgram program = MapProgram.sequence(map().realize(), 1, null);
    kernel = KernelSelection.of(program, DataType.FLOAT);
    RandomSource random = RandomSource.of(1, "parallel", map);
    parameters =
        program.realized().parameters().stream()
            .map(parameter -> values(parameter, random))
            .toArray(INDArray[]::new);
    evaluation = new ParallelEvaluation(program, kernel, parameters);
    input = Nd4j.randn('f', new int[] {1, N_IN, TIME});
    output = Nd4j.create(DataType.FLOAT, new long[] {1, units, TIME}, 'f');
    evaluateInTurn();
    INDArray expected = output.dup();
    if (!subject.equals(IN_TURN)) {
      Result found = inParallel();
      double difference = Magnitude.largestDifference(expected, found.output());
      if (found.fellBack() || !(difference < 1e-3)) {
        throw new IllegalStateException(subject + " differs by " + difference + ": " + found);
      }
    }
  }

  private BlockMap map() {
    if (map.equals("gru")) {
      return GatedMaps.gru(units).nIn(N_IN).hiddenSparsity(Sparsity.diagonal()).build();
    }
    return BlockMap.builder()
        .input("x", N_IN)
        .state("h", units, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", map.equals("dense") ? Sparsity.dense() : Sparsity.diagonal())
        .output("h")
        .build();
  }

  /** Weights of the state in (-0.9, 0.9), dense ones so that they contract; those of the input. */
  private INDArray values(Parameter parameter, RandomSource random) {
    boolean isRecurrent = parameter.key().contains("h->");
    double scale =
        !isRecurrent
            ? 1 / Math.sqrt(N_IN)
            : map.equals("dense") ? 0.5 * Math.sqrt(3.0 / units) : 0.9;
    double[] values = new double[parameter.length()];
    Arrays.setAll(values, i -> scale * (2 * random.nextDouble() - 1));
    return Nd4j.createFromArray(values).castTo(DataType.FLOAT);
  }

  private void evaluateInTurn() {
    kernel.forward(parameters, input, null, null, output, false);
  }

  private Result inParallel() {
    return switch (subject) {
      case "jacobi" -> evaluation.sweep(input, null, Sweeps.jacobi().within(TOLERANCE));
      case "newton" -> evaluation.newton(input, null, TOLERANCE, 50);
      default -> evaluation.sweep(input, null, Sweeps.blocks(32).within(TOLERANCE));
    };
  }

  /** Inference. */
  @Benchmark
  public INDArray forward() {
    if (subject.equals(IN_TURN)) {
      evaluateInTurn();
      return output;
    }
    return inParallel().output();
  }
}
