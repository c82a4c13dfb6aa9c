package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.iterativemaps.activations.Gelu;
import org.iterativemaps.activations.Mish;
import org.iterativemaps.activations.Softplus;
import org.iterativemaps.activations.Swish;
import org.iterativemaps.activations.TanhGelu;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.fused.doubles.ScalarProvider;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Values and derivatives of every activation against those of the fused kernel in DOUBLE. */
class CudaActivationTest {
  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  static Stream<IActivation> activations() {
    return Stream.concat(
        Stream.of(
                Activation.IDENTITY,
                Activation.TANH,
                Activation.SIGMOID,
                Activation.RELU,
                Activation.SELU,
                Activation.HARDTANH,
                Activation.HARDSIGMOID,
                Activation.RECTIFIEDTANH,
                Activation.RATIONALTANH,
                Activation.SOFTSIGN,
                Activation.CUBE,
                Activation.SOFTPLUS,
                Activation.GELU,
                Activation.SWISH,
                Activation.MISH)
            .map(Activation::getActivationFunction),
        Stream.of(
            new ActivationLReLU(0.3),
            new ActivationELU(1.5),
            new ActivationELU(-0.5),
            new ActivationReLU6(),
            new ActivationReLU(2.0, 0.5, -0.25),
            new ActivationThresholdedReLU(0.75),
            new Gelu(),
            new TanhGelu(),
            new Mish(),
            new Softplus(2.5),
            new Swish(0.5)));
  }

  /** Where functions bend, near and far from zero, and what is no finite number. */
  private static double[] arguments() {
    List<Double> all =
        new ArrayList<>(List.of(0.0, -0.0, 1e-30, 1e9, 1e38, Double.POSITIVE_INFINITY, Double.NaN));
    for (double z = 0.01; z < 400; z *= 1.3) {
      all.add(z);
    }
    int half = all.size();
    for (int i = 0; i < half; i++) {
      all.add(-all.get(i));
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @ParameterizedTest
  @MethodSource("activations")
  void valuesAndDerivatives(IActivation activation) throws UnavailableException {
    EmulatedDriver.use();
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .stateWithoutBias("h", 1, activation)
            .connectFixed("x", "h", Sparsity.diagonal(), WeightValues.constant(1))
            .output("h")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 1, null);
    double[] z = arguments();
    List<double[]> expected =
        run(new ScalarProvider().make(program, DataType.DOUBLE), z, DataType.DOUBLE);
    CudaDevice device = CudaDevices.open().next();
    for (Precision precision : Precision.values()) {
      double tolerance = precision == Precision.FLOAT ? 2e-6 : 1e-14;
      CudaKernel kernel = new CudaKernel(program, precision, device, CudaDivision::usual, 0);
      List<double[]> found = run(kernel, z, precision.type);
      for (int i = 0; i < z.length; i++) {
        String at = activation + ", " + precision + ", " + z[i];
        assertNear(expected.get(0)[i], found.get(0)[i], tolerance, at);
        assertNear(expected.get(1)[i], found.get(1)[i], tolerance, "derivative of " + at);
      }
    }
  }

  private static void assertNear(double expected, double found, double tolerance, String what) {
    if (Double.isNaN(expected)) {
      assertTrue(Double.isNaN(found), what + ": " + found);
    } else if (Math.abs(expected) > Float.MAX_VALUE) { // infinity, for a FLOAT
      assertEquals((float) expected, (float) found, what);
    } else {
      assertEquals(expected, found, tolerance * Math.max(1, Math.abs(expected)), what);
    }
  }

  private static List<double[]> run(MapKernel kernel, double[] z, DataType type) {
    long[] shape = {z.length, 1, 1};
    INDArray input = Nd4j.create(z, shape, 'f').castTo(type);
    INDArray output = Nd4j.create(type, shape);
    kernel.forward(new INDArray[0], input, null, null, output, true);
    INDArray gradient = Nd4j.create(type, shape);
    kernel.backward(Nd4j.onesLike(output), 0, new INDArray[0], gradient);
    return List.of(numbers(output), numbers(gradient));
  }

  private static double[] numbers(INDArray array) {
    double[] numbers = new double[(int) array.length()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.getDouble(i, 0, 0);
    }
    return numbers;
  }
}
