package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelProvider.Answer.Fitness;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.WrongPropertyException;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CudaProviderTest {
  private static final MapProgram LINEAR = program(Activation.TANH);

  private String before;

  private static MapProgram program(Activation activation) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 3)
            .state("h", 5, activation)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.fanIn(2))
            .output("h")
            .build();
    return MapProgram.sequence(map.realize(), 1, null);
  }

  @BeforeEach
  void remember() {
    before = System.getProperty(KernelSelection.PROPERTY);
  }

  @AfterEach
  void reset() {
    if (before == null) {
      System.clearProperty(KernelSelection.PROPERTY);
    } else {
      System.setProperty(KernelSelection.PROPERTY, before);
    }
    System.clearProperty(CudaProvider.AUTO_PROPERTY);
    EmulatedDriver.reset();
  }

  private static void wantCuda() {
    EmulatedDriver.use();
    System.setProperty(KernelSelection.PROPERTY, CudaProvider.NAME);
  }

  /** Nobody's network goes to a GPU that nobody asked for, nor is a driver looked for. */
  @Test
  void itRunsOnlyWhereItIsNamed() {
    System.clearProperty(KernelSelection.PROPERTY);
    var answer = new CudaProvider().ask(LINEAR, DataType.FLOAT);
    assertEquals(Fitness.UNAVAILABLE, answer.fitness());
    assertTrue(answer.reason().contains("-Dorg.iterativemaps.kernel=cuda"), answer.reason());
    assertNotEquals(
        CudaProvider.NAME, KernelSelection.choice(LINEAR, DataType.FLOAT).provider().name());
  }

  /** Three units of x and two of h for each of five of h: 25 multiplications. */
  @Test
  void mapsOfEnoughWorkMayTakeItByThemselves() {
    EmulatedDriver.use();
    System.clearProperty(KernelSelection.PROPERTY);
    System.setProperty(CudaProvider.AUTO_PROPERTY, "25");
    assertInstanceOf(CudaKernel.class, KernelSelection.of(LINEAR, DataType.FLOAT));
    System.setProperty(CudaProvider.AUTO_PROPERTY, "26");
    var choice = KernelSelection.choice(LINEAR, DataType.FLOAT);
    assertNotEquals(CudaProvider.NAME, choice.provider().name());
    String reason = "a time step has 25 multiplications by weights";
    assertTrue(choice.reason().contains(reason), choice.reason());
    System.setProperty(CudaProvider.AUTO_PROPERTY, "much");
    assertThrows(
        WrongPropertyException.class, () -> KernelSelection.choice(LINEAR, DataType.FLOAT));
  }

  @Test
  void whatItCannotRunIsRunAsWithoutTheProperty() {
    wantCuda();
    assertInstanceOf(CudaKernel.class, KernelSelection.of(LINEAR, DataType.FLOAT));
    MapProgram gated = MapProgram.sequence(GatedMaps.gru(4).nIn(3).build().realize(), 1, null);
    assertInstanceOf(CudaKernel.class, KernelSelection.of(gated, DataType.FLOAT));
    BlockMap attentive =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4, Activation.TANH)
            .connect(List.of("x", "x", "x"), "h", BlockFunctions.attention(1, 2))
            .output("h")
            .build();
    MapProgram attention = MapProgram.sequence(attentive.realize(), 1, null);
    assertUnsuited(attention, DataType.FLOAT, "block x,x,x->h is ");
    assertUnsuited(
        program(Activation.SOFTMAX), DataType.FLOAT, "slot 'h' has the activation softmax");
    assertInstanceOf(CudaKernel.class, KernelSelection.of(LINEAR, DataType.DOUBLE));
    var half = new CudaProvider().ask(LINEAR, DataType.FLOAT16);
    assertTrue(half.reason().contains("it is for FLOAT and DOUBLE, this network "), half.reason());
  }

  private static void assertUnsuited(MapProgram program, DataType type, String reason) {
    var answer = new CudaProvider().ask(program, type);
    assertEquals(Fitness.UNSUITED, answer.fitness());
    assertTrue(answer.reason().contains(reason), answer.reason());
    assertNotEquals(CudaKernel.class, KernelSelection.of(program, type).getClass());
  }

  /** A network trains and goes on token by token as on the CPU. */
  @Test
  void networksTrainAsOnTheCpu() {
    MultiLayerNetwork onCpu = network();
    wantCuda();
    MultiLayerNetwork onGpu = network();
    Random random = new Random(1);
    INDArray input = normal(random, 6, 3, 4);
    DataSet data = new DataSet(input, normal(random, 6, 2, 4));
    for (int i = 0; i < 3; i++) {
      onCpu.fit(data);
      onGpu.fit(data);
    }
    assertEquals(0, Magnitude.largestDifference(onCpu.params(), onGpu.params()), 1e-4);
    INDArray token = normal(random, 2, 3, 1);
    for (int i = 0; i < 2; i++) {
      INDArray expected = onCpu.rnnTimeStep(token);
      assertEquals(0, Magnitude.largestDifference(expected, onGpu.rnnTimeStep(token)), 1e-4);
    }
  }

  private static INDArray normal(Random random, int... shape) {
    INDArray array = Nd4j.create(shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(2)
                .updater(new Adam(0.01))
                .list()
                .layer(
                    new IterativeMapRecurrentLayer.Builder()
                        .nOut(9)
                        .steps(2)
                        .density(0.5)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE).nOut(2).build())
                .setInputType(InputType.recurrent(3))
                .build());
    network.init();
    return network;
  }
}
