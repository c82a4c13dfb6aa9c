package org.iterativemaps.kernel.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Maps that fill a GPU, divided as the device divides them: hundreds of blocks of threads that wait
 * for each other, and all of the shared memory. They take the emulated driver minutes.
 *
 * <p>In FLOAT against the reference kernel in DOUBLE.
 */
@Tag("RequiresGpu")
class LargeMapsOnGpuTest {
  private static final double TOLERANCE = 1e-4;

  private CudaDevice device;

  @BeforeEach
  void open() throws UnavailableException {
    EmulatedDriver.use();
    device = CudaDevices.open().next();
  }

  @AfterEach
  void reset() {
    EmulatedDriver.reset();
  }

  /** A read-out in the map, as in the benchmarks; and the same call again, bit for bit. */
  @ParameterizedTest
  @CsvSource({
    "1000, 0.1, 5, 128, 1", // units, density, K, batch, time steps
    "4096, 0.05, 1, 64, 6",
    "300, 0.5, 2, 1000, 40",
    "3000, 0.01, 1, 3, 20",
    "64, 1, 3, 33, 500",
  })
  void numbersAreTheReferencesAndRepeat(int units, double density, int steps, int batch, int time) {
    RandomPrograms random = new RandomPrograms(units);
    RealizedMap map =
        BlockMap.builder()
            .input("x", 100)
            .state("h", units, Activation.TANH)
            .state("y", 10, Activation.IDENTITY)
            .connect("x", "h", Sparsity.density(density))
            .connect("h", "h", Sparsity.density(density))
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    MapProgram program = MapProgram.sequence(map, steps, null);
    INDArray[] parameters = random.parameters(map, DataType.DOUBLE);
    for (INDArray parameter : parameters) {
      parameter.muli(1 / Math.sqrt(units * density));
    }
    INDArray input = random.normal(DataType.DOUBLE, batch, 100, time);
    INDArray outputGradient = random.normal(DataType.DOUBLE, batch, 10, time);
    MapKernel kernel = new CudaKernel(program, Precision.FLOAT, device, CudaDivision::usual, 0);
    List<INDArray> expected =
        run(new ReferenceKernel(program), parameters, input, outputGradient, DataType.DOUBLE);
    List<INDArray> once = run(kernel, parameters, input, outputGradient, DataType.FLOAT);
    List<INDArray> again = run(kernel, parameters, input, outputGradient, DataType.FLOAT);
    for (int i = 0; i < expected.size(); i++) {
      double scale = Magnitude.largest(expected.get(i));
      double apart =
          Magnitude.largestDifference(expected.get(i), once.get(i).castTo(DataType.DOUBLE));
      int index = i;
      assertTrue(
          apart <= TOLERANCE * scale, () -> "array " + index + ": " + apart + " of " + scale);
      assertEquals(0, Magnitude.largestDifference(once.get(i), again.get(i)), "array " + i);
    }
  }

  /** Output, gradient of the input, gradients of the parameters. */
  private static List<INDArray> run(
      MapKernel kernel,
      INDArray[] parameters,
      INDArray input,
      INDArray outputGradient,
      DataType type) {
    INDArray[] cast = new INDArray[parameters.length];
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < cast.length; p++) {
      cast[p] = parameters[p].castTo(type);
      gradients[p] = Nd4j.create(type, parameters[p].length());
    }
    INDArray output = Nd4j.create(type, outputGradient.shape());
    INDArray inputGradient = Nd4j.create(type, input.shape());
    kernel.forward(cast, input.castTo(type), null, null, output, true);
    kernel.backward(outputGradient.castTo(type), 0, gradients, inputGradient);
    List<INDArray> all = new ArrayList<>(List.of(output, inputGradient));
    all.addAll(List.of(gradients));
    return all;
  }
}
