package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.FreshJvm;
import org.iterativemaps.convert.Conversion;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MlpOptions;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.lanes.JvmOption;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.VectorUnitTest;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Training in JVMs that lack something. */
class OtherJvmTest {
  private static final String OUTPUT = "output";
  private static final String CHOICE = "choice";
  private static final int STEPS = 20;

  @TempDir Path folder;

  @Test
  @Tag("RequiresSimd")
  void withoutFusedMultiplyAdd() throws Exception {
    String choice = trainWith("-XX:-UseFMA");
    assertTrue(choice.contains("Vector API"), choice);
    assertTrue(choice.contains("multiply and add"), choice);
    assertTrue(!choice.contains("plain Java"), choice);
  }

  @Test
  @Tag("RequiresSimd")
  void withoutAvx() throws Exception {
    assumeTrue(JvmOption.value("UseAVX").isPresent(), "not run: this processor has no AVX to lack");
    String choice = trainWith("-XX:UseAVX=0");
    assertTrue(choice.contains("Vector API, 128 bits"), choice);
    assertTrue(choice.contains("activations in plain Java"), choice);
  }

  /** Where a user looks: the log, the summary, the conversion report. */
  @Test
  @Tag("RequiresScalar")
  void withoutTheFlagEveryPlaceSaysSo() throws Exception {
    FreshJvm.run(Conversions.class, folder);
    List<String> log = Files.readAllLines(folder.resolve("log"));
    String flag = "--add-modules jdk.incubator.vector";
    List<String> warnings = log.stream().filter(line -> line.contains(" WARN ")).toList();
    assertEquals(1, warnings.size(), () -> String.join("\n", log));
    assertTrue(warnings.get(0).contains(flag), warnings.get(0));
    assertTrue(warnings.get(0).contains("2 to 15 times"), warnings.get(0));
    List<String> kernels = log.stream().filter(line -> line.startsWith("runs on the ")).toList();
    assertEquals(2, kernels.size(), () -> String.join("\n", log));
    assertTrue(kernels.get(0).startsWith("runs on the reference kernel"), kernels.get(0));
    assertTrue(kernels.get(1).startsWith("runs on the fused kernel in plain Java"), kernels.get(1));
    String advice = warnings.get(0).substring(warnings.get(0).lastIndexOf("; "));
    assertTrue(kernels.stream().allMatch(line -> line.endsWith(advice)), kernels::toString);
    List<String> notes = log.stream().filter(line -> line.startsWith("maps train ")).toList();
    assertEquals(2, notes.size(), () -> String.join("\n", log)); // one per conversion
    assertTrue(notes.get(0).contains(flag), notes.get(0));
  }

  /** In the other JVM: a dense network and a pruned one, as maps that learn. */
  static final class Conversions {
    private Conversions() {}

    public static void main(String[] args) {
      NeuralNetConfiguration.ListBuilder layers =
          new NeuralNetConfiguration.Builder().seed(1).activation(Activation.TANH).list();
      for (int i = 0; i < 3; i++) {
        layers.layer(new DenseLayer.Builder().nIn(200).nOut(200).build());
      }
      layers.layer(new OutputLayer.Builder(LossFunction.MSE).nIn(200).nOut(10).build());
      MultiLayerNetwork dense = new MultiLayerNetwork(layers.build());
      dense.init();
      INDArray input = Nd4j.ones(4, 200);
      for (double density : new double[] {1, 0.05}) {
        Conversion<MultiLayerNetwork> map =
            IterativeMaps.fromMlp(dense, MlpOptions.dense().density(density));
        System.out.println(map.report());
        System.out.println(MapSummary.of(map.network()));
        map.network().fit(input, Nd4j.ones(4, 10));
        double score = map.network().score();
        assertTrue(Double.isFinite(score), "score " + score);
      }
    }
  }

  /** What the other JVM chose, after its training has come to what the reference comes to here. */
  private String trainWith(String flag) throws IOException, InterruptedException {
    FreshJvm.run(Training.class, folder, flag);
    List<String> outputs = Files.readAllLines(folder.resolve(OUTPUT));
    INDArray expected = Training.train(DataType.DOUBLE);
    assertEquals(expected.length(), outputs.size());
    for (int i = 0; i < outputs.size(); i++) {
      double found = Double.parseDouble(outputs.get(i));
      assertTrue(Math.abs(found - expected.getDouble(i)) < 1e-4, i + ": found " + found);
    }
    return Files.readString(folder.resolve(CHOICE));
  }

  /** In the other JVM. */
  static final class Training {
    private Training() {}

    public static void main(String[] args) throws IOException {
      Path folder = Path.of(args[0]);
      for (VectorUnitTest.Kind kind : VectorUnitTest.Kind.values()) {
        new VectorUnitTest().everyLoopKeepsToTheArithmetic(kind);
      }
      double[] output = train(DataType.FLOAT).data().asDouble();
      List<String> lines = Arrays.stream(output).mapToObj(Double::toString).toList();
      Files.write(folder.resolve(OUTPUT), lines);
      Files.writeString(folder.resolve(CHOICE), LaneKernelSelection.selected().description());
    }

    /** Some steps of gradient descent on a dense and two sparse blocks; the last output. */
    static INDArray train(DataType type) {
      BlockMap map =
          BlockMap.builder()
              .input("x", 20)
              .state("h", 30, Activation.TANH)
              .state("g", 40, Activation.RELU)
              .state("y", 5, Activation.SIGMOID)
              .connect("x", "h", Sparsity.dense())
              .connect("h", "h", Sparsity.density(0.2))
              .connect("h", "g", Sparsity.density(0.3))
              .connect("g", "y", Sparsity.dense())
              .output("y")
              .build();
      MapProgram program = MapProgram.sequence(map.realize(), 3, null);
      RandomPrograms random = new RandomPrograms(5);
      INDArray[] parameters = random.parameters(program.realized(), DataType.DOUBLE);
      INDArray[] gradients = new INDArray[parameters.length];
      for (int p = 0; p < parameters.length; p++) {
        parameters[p] = parameters[p].mul(0.5).castTo(type);
        gradients[p] = parameters[p].like();
      }
      INDArray input = Nd4j.linspace(DataType.DOUBLE, -1, 0.001, 24 * 20 * 4).reshape(24, 20, 4);
      input = input.castTo(type);
      INDArray output = Nd4j.create(type, new long[] {24, 5, 4}, 'f');
      MapKernel kernel = KernelSelection.of(program, type);
      kernel.forward(parameters, input, null, null, output, false);
      INDArray before = output.dup();
      for (int step = 0; step < STEPS; step++) {
        kernel.forward(parameters, input, null, null, output, true);
        kernel.backward(output.sub(0.3), 0, gradients, input.like());
        for (int p = 0; p < parameters.length; p++) {
          parameters[p].subi(gradients[p].mul(0.01));
        }
      }
      assertTrue(before.distance1(output) > 1, "nothing was learnt");
      return output.reshape(-1);
    }
  }
}
