package org.iterativemaps.benchmarks;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapConf;
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
 * Large maps on an NVIDIA GPU beside the CPU's fused kernel. A call begins and ends with arrays of
 * the host: parameters and input go up, output and gradients come back.
 *
 * <p>It has not been run on a GPU yet.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CudaBenchmark {
  private static final int NO_GPU = 3;

  /** What is measured. */
  @Param("fused-simd")
  public String subject;

  /** A {@link CudaShape}. */
  @Param("looped")
  public String shape;

  /** Density of x to h and h to h: the shape's. */
  @Param("0.1")
  public String density;

  /** Compute threads. */
  @Param("2")
  public int threads;

  private LayerCall call;

  /** Builds the layer and checks it against the reference, and that it runs on its kernel. */
  @Setup
  public void build() {
    Subjects.prepare(subject, threads);
    CudaShape which = CudaShape.named(shape);
    if (!density.equals(which.density())) {
      throw new IllegalArgumentException(
          "found density " + density + ", expected " + which.density() + " for " + shape);
    }
    INDArray input = Nd4j.randn('f', which.inputShape());
    MultiLayerNetwork network =
        Subjects.network(Subjects.configuration().list().layer(which.layer()).build());
    IterativeMapConf layer = (IterativeMapConf) network.getLayer(0).conf().getLayer();
    Subjects.requireKernel(subject, layer.program());
    call = new LayerCall(network, input);
    Verification.check(network, input, call.output());
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

  /**
   * Some training calls on the GPU, for a profiler; without arguments, whether there is one.
   *
   * @param args a shape and how many calls
   */
  public static void main(String[] args) {
    Optional<String> obstacle = Subjects.obstacle(Subjects.CUDA);
    if (obstacle.isPresent()) {
      System.out.println("no GPU: " + obstacle.get());
      System.exit(NO_GPU);
    }
    if (args.length == 0) {
      System.out.println("a GPU is there");
      return;
    }
    CudaBenchmark benchmark = new CudaBenchmark();
    benchmark.subject = Subjects.CUDA;
    benchmark.shape = args[0];
    benchmark.density = CudaShape.named(args[0]).density();
    benchmark.threads = Runtime.getRuntime().availableProcessors();
    benchmark.build();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      benchmark.training();
    }
    System.out.println(args[1] + " training calls of " + args[0]);
  }
}
