package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.gradientcheck.GradientCheckUtil;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.activations.ActivationsTest;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** DL4J's numerical gradient check, in double, over the product of what a map can vary in. */
class GradientCheckTest {
  static final int N_IN = 3;

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  static List<Arguments> cases() {
    List<Arguments> cases = new ArrayList<>();
    for (int steps : new int[] {1, 3}) {
      for (Injection injection : Injection.values()) {
        for (Activation activation : new Activation[] {Activation.TANH, Activation.SOFTPLUS}) {
          for (double density : new double[] {1, 0.5}) {
            for (boolean feedback : new boolean[] {false, true}) {
              cases.add(Arguments.of(steps, injection, activation, density, feedback));
            }
          }
        }
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void feedForward(
      int steps, Injection injection, Activation activation, double density, boolean feedback) {
    Layer layer =
        new IterativeMapLayer.Builder()
            .map(map(injection, activation, density, feedback))
            .steps(steps)
            .build();
    MultiLayerNetwork network = Networks.feedForward(Networks.conf(DataType.DOUBLE), layer, 3);
    assertTrue(check(network, Networks.normal(1, 2, N_IN), Networks.oneHot(2, 2, 3), null));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void recurrent(
      int steps, Injection injection, Activation activation, double density, boolean feedback) {
    Layer layer =
        new IterativeMapRecurrentLayer.Builder()
            .map(map(injection, activation, density, feedback))
            .steps(steps)
            .build();
    MultiLayerNetwork network = Networks.recurrent(Networks.conf(DataType.DOUBLE), layer, 3);
    INDArray input = Networks.normal(1, 2, N_IN, 3);
    INDArray labels = Networks.oneHotSequence(2, 2, 3, 3);
    assertTrue(check(network, input, labels, null));
    assertTrue(check(network, input, labels, Networks.raggedMask(2, 3)), "masked");
  }

  static Set<IActivation> ours() {
    return ActivationsTest.ours().keySet();
  }

  @ParameterizedTest
  @MethodSource("ours")
  void activationsOfOurOwn(IActivation activation) {
    Layer dense = new DenseLayer.Builder().nIn(N_IN).nOut(3).activation(activation).build();
    Layer map =
        new IterativeMapLayer.Builder().nIn(N_IN).nOut(3).steps(3).activation(activation).build();
    for (Layer layer : List.of(dense, map)) {
      MultiLayerNetwork network = Networks.feedForward(Networks.conf(DataType.DOUBLE), layer, 3);
      assertTrue(check(network, Networks.normal(1, 2, N_IN), Networks.oneHot(2, 2, 3), null));
    }
    Layer recurrent =
        new IterativeMapRecurrentLayer.Builder()
            .nIn(N_IN)
            .nOut(3)
            .steps(2)
            .activation(activation)
            .build();
    assertTrue(
        check(
            Networks.recurrent(Networks.conf(DataType.DOUBLE), recurrent, 3),
            Networks.normal(1, 2, N_IN, 3),
            Networks.oneHotSequence(2, 2, 3, 3),
            null));
  }

  @ParameterizedTest
  @MethodSource("injections")
  void everyKindOfPatternAndAFixedBlock(Injection injection) {
    Layer single =
        new IterativeMapLayer.Builder().map(Networks.richMap(N_IN, injection)).steps(4).build();
    assertTrue(
        check(
            Networks.feedForward(Networks.conf(DataType.DOUBLE), single, 3),
            Networks.normal(1, 2, N_IN),
            Networks.oneHot(2, 2, 3),
            null));
    Layer recurrent =
        new IterativeMapRecurrentLayer.Builder()
            .map(Networks.richMap(N_IN, injection))
            .steps(2)
            .build();
    assertTrue(
        check(
            Networks.recurrent(Networks.conf(DataType.DOUBLE), recurrent, 3),
            Networks.normal(1, 2, N_IN, 3),
            Networks.oneHotSequence(2, 2, 3, 3),
            Networks.raggedMask(2, 3)));
  }

  /** Of fixed leak rates, and of trained ones, whose bias is a parameter like any other. */
  @ParameterizedTest
  @MethodSource("injections")
  void leakySlots(Injection injection) {
    BlockMap plain = map(injection, Activation.TANH, 1, true);
    for (BlockMap leaky :
        List.of(
            plain.toBuilder().update("h", Update.leaky(0.3)).build(),
            plain.toBuilder().update("y", Update.leaky(0.7)).trainedLeak("h").build())) {
      Layer single = new IterativeMapLayer.Builder().map(leaky).steps(3).build();
      assertTrue(
          check(
              Networks.feedForward(Networks.conf(DataType.DOUBLE), single, 3),
              Networks.normal(1, 2, N_IN),
              Networks.oneHot(2, 2, 3),
              null));
      Layer recurrent = new IterativeMapRecurrentLayer.Builder().map(leaky).steps(2).build();
      assertTrue(
          check(
              Networks.recurrent(Networks.conf(DataType.DOUBLE), recurrent, 3),
              Networks.normal(1, 2, N_IN, 3),
              Networks.oneHotSequence(2, 2, 3, 3),
              Networks.raggedMask(2, 3)));
    }
  }

  static Injection[] injections() {
    return Injection.values();
  }

  static BlockMap map(
      Injection injection, Activation activation, double density, boolean feedback) {
    BlockMapBuilder map =
        BlockMap.builder()
            .input("x", N_IN)
            .state("h", 3, activation)
            .state("y", 3, Activation.IDENTITY)
            .connect("x", "h", Sparsity.density(density))
            .connect("h", "h", Sparsity.density(density))
            .connect("h", "y", Sparsity.density(density))
            .output("y")
            .injection(injection);
    if (feedback) {
      map.connect("y", "h", Sparsity.density(density)).connect("y", "y", Sparsity.density(density));
    }
    // A way of one step, so that K = 1 reaches the output; and one of every length for impulse.
    return map.connect("x", "y", Sparsity.density(density)).build();
  }

  /** On the fused kernel, which runs linear maps; where there is a mask, on the reference too. */
  private static boolean check(
      MultiLayerNetwork network, INDArray input, INDArray labels, INDArray mask) {
    return checkOn(KernelSelection.wanted(), "fused", network, input, labels, mask)
        && (mask == null || checkOn("reference", "reference", network, input, labels, mask));
  }

  private static boolean checkOn(
      String kernel,
      String name,
      MultiLayerNetwork network,
      INDArray input,
      INDArray labels,
      INDArray mask) {
    return Networks.onKernel(
        kernel,
        () -> {
          MultiLayerNetwork own = network.clone();
          boolean isMap = !(own.getLayer(0).conf().getLayer() instanceof DenseLayer);
          String summary = MapSummary.of(own);
          assertEquals(isMap, summary.contains("runs on the " + name + " kernel"), summary);
          return GradientCheckUtil.checkGradients(
              new GradientCheckUtil.MLNConfig()
                  .net(own)
                  .input(input)
                  .labels(labels)
                  .inputMask(mask)
                  .labelMask(mask)
                  .epsilon(1e-6)
                  .maxRelError(1e-5)
                  .minAbsoluteError(1e-9));
        });
  }
}
