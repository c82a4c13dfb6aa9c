package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
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
 * One sparse block times a batch, as a whole kernel call: the copies between ND4J and the heap are
 * in the time. "training" is forward, input gradient and weight gradient: three times the
 * operations.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class KernelBenchmark {
  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** Units of source and target: "1000" for both, "384-1536" from 384 units to 1536. */
  @Param("1000")
  public String width;

  /** Samples. */
  @Param("128")
  public int batch;

  /** Density of the block: "0.1" at random places, "0.1-4" in bundles of 4 target units. */
  @Param("0.1")
  public String density;

  /** Compute threads. */
  @Param("1")
  public int threads;

  private MapKernel kernel;
  private INDArray[] parameters;
  private INDArray[] gradients;
  private INDArray input;
  private INDArray output;
  private INDArray outputGradient;
  private INDArray inputGradient;

  /** Builds the kernel. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    int[] sizes = sizes(width);
    RealizedMap map =
        BlockMap.builder()
            .input("x", sizes[0])
            .stateWithoutBias("h", sizes[1], new ActivationIdentity())
            .connect("x", "h", pattern(density))
            .output("h")
            .build()
            .realize();
    kernel = KernelSelection.of(MapProgram.singleToken(map, 1, null), DataType.FLOAT);
    parameters = new INDArray[] {Nd4j.randn(1, map.trainableWeights()).reshape(-1)};
    gradients = new INDArray[] {parameters[0].like()};
    long[] in = {batch, sizes[0], 1};
    long[] out = {batch, sizes[1], 1};
    input = Nd4j.randn('f', in);
    output = Nd4j.create(DataType.FLOAT, out, 'f');
    outputGradient = Nd4j.randn('f', out);
    inputGradient = Nd4j.create(DataType.FLOAT, in, 'f');
  }

  /** The product. */
  @Benchmark
  public INDArray forward() {
    kernel.forward(parameters, input, null, null, output, false);
    return output;
  }

  /** The product and both gradients. */
  @Benchmark
  public INDArray training() {
    kernel.forward(parameters, input, null, null, output, true);
    kernel.backward(outputGradient, 0, gradients, inputGradient);
    return inputGradient;
  }

  /**
   * Floating-point operations per second, in 10^9: two per weight and sample forward, six in
   * training.
   */
  static double gigaflops(Row row) {
    int[] sizes = sizes(row.parameters().get("width"));
    double weights = pattern(row.parameters().get("density")).expectedEntries(sizes[0], sizes[1]);
    double perWeight = row.measure().equals("forward") ? 2 : 6;
    double batch = Double.parseDouble(row.parameters().get("batch"));
    return perWeight * weights * batch / row.medianMicros() / 1e3;
  }

  /** Units of source and target. */
  private static int[] sizes(String width) {
    String[] numbers = width.split("-");
    return new int[] {Integer.parseInt(numbers[0]), Integer.parseInt(numbers[numbers.length - 1])};
  }

  /** "0.1" at random places, "0.1-4" in bundles of 4 target units. */
  static Sparsity pattern(String density) {
    String[] numbers = density.split("-");
    double share = Double.parseDouble(numbers[0]);
    return numbers.length == 1
        ? Sparsity.density(share)
        : Sparsity.bundles(Integer.parseInt(numbers[1]), share);
  }
}
