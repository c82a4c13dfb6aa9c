package org.iterativemaps.benchmarks;

import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.export.InferenceExport;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.TokenStream;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A token after the other of one stream, by {@code rnnTimeStep} and without ND4J: a recurrent map
 * of 200 units that reads 10 numbers, and a softmax of 3.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class InferenceBenchmark {
  /** A map in DL4J. */
  static final String DL4J = "fused-simd";

  static final String SIMD = "inference-simd";
  static final String SCALAR = "inference-scalar";

  private static final int TOKEN = 10;
  private static final int UNITS = 200;
  private static final int CLASSES = 3;

  /** What is measured. */
  @Param(SIMD)
  public String subject;

  /** "plain", or a cell of {@link GatedBenchmark}. */
  @Param(StepBenchmark.PLAIN)
  public String cell;

  /** Density of both blocks, of a gated cell of all that read token and output. */
  @Param("0.1")
  public String density;

  /** Compute threads; a stream takes one. */
  @Param("1")
  public int threads;

  private MultiLayerNetwork network;
  private INDArray token;
  private TokenStream stream;
  private final float[] numbers = new float[TOKEN];
  private final float[] answer = new float[CLASSES];

  /** Builds the network, and checks the stream against it. */
  @Setup
  public void build() {
    Subjects.prepare(DL4J, threads);
    System.setProperty(KernelSelection.PROPERTY, subject.equals(SCALAR) ? "scalar" : "simd");
    network =
        Subjects.network(
            Subjects.configuration()
                .list()
                .layer(
                    cell.equals(StepBenchmark.PLAIN)
                        ? new IterativeMapRecurrentLayer.Builder()
                            .nIn(TOKEN)
                            .nOut(UNITS)
                            .density(Double.parseDouble(density))
                            .build()
                        : GatedBenchmark.layer(DL4J, cell, TOKEN, UNITS, density))
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(UNITS)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    token = Nd4j.randn('f', new int[] {1, TOKEN, 1});
    System.arraycopy(token.reshape(TOKEN).toFloatVector(), 0, numbers, 0, TOKEN);
    stream = InferenceModel.of(InferenceExport.program(network)).stream();
    for (int t = 0; t < 5; t++) {
      float[] expected = network.rnnTimeStep(token).reshape(CLASSES).toFloatVector();
      stream.next(numbers, answer);
      for (int i = 0; i < CLASSES; i++) {
        if (Math.abs(expected[i] - answer[i]) > 1e-6) {
          throw new IllegalStateException("found " + answer[i] + ", DL4J has " + expected[i]);
        }
      }
    }
  }

  /** One token, the state going on from call to call. */
  @Benchmark
  public Object token() {
    if (subject.equals(DL4J)) {
      return network.rnnTimeStep(token);
    }
    stream.next(numbers, answer);
    return answer;
  }
}
