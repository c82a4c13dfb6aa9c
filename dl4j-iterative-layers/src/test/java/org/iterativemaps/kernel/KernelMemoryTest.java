package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What the memory report states against what a kernel holds after a call. */
class KernelMemoryTest {

  @AfterEach
  void threadsByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
  }

  @ParameterizedTest(name = "{0} threads, density {1}, {2} time steps, segments of {3}")
  @CsvSource({
    "1, 0.05, 20, 0",
    "2, 0.05, 20, 0",
    "2, 1, 20, 0",
    "2, 1, 1, 0",
    "2, 0.05, 40, 0",
    "2, 0.05, 40, 6",
    "3, 0.3, 10, 4"
  })
  void fusedTrainingHoldsWhatIsStated(int threads, double density, int time, int segment) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    BlockMap map =
        BlockMap.builder()
            .input("x", 150)
            .state("h", 300, Activation.TANH)
            .state("y", 40, Activation.HARDTANH)
            .connect("x", "h", Sparsity.density(density))
            .connect("h", "h", Sparsity.density(density))
            .connect("h", "y", Sparsity.density(0.2))
            .output("y")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 2, null);
    LaneKernels kernels = LaneKernelSelection.selected();
    FusedKernel kernel = new FusedKernel(program, kernels, segment, WorkDivision.LEAST_SHARE);
    int batch = 2 * threads * kernels.tileLanes(KernelMemory.LARGE_BATCH);
    INDArray[] parameters = new RandomPrograms(1).parameters(program.realized(), DataType.FLOAT);
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = parameters[p].like();
    }
    INDArray input = Nd4j.ones(DataType.FLOAT, batch, 150, time);
    INDArray output = Nd4j.zeros(DataType.FLOAT, batch, 40, time);
    kernel.forward(parameters, input, null, null, output, true);
    kernel.backward(output, 0, gradients, input.like());
    kernel.forward(parameters, input, null, null, output, true); // a copy of the input is back

    KernelMemory stated = KernelMemory.ofFused(program, kernels, segment, threads, time);
    double expected = 4.0 * (stated.fixedTraining() + batch * stated.perExampleTraining());
    assertEquals(1, kernel.bytes() / expected, 0.05);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT, true", "DOUBLE, false"})
  void theKernelThatWillRun(DataType type, boolean isFused) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 30)
            .state("h", 400, Activation.TANH)
            .connect("x", "h", Sparsity.density(0.01))
            .connect("h", "h", Sparsity.density(0.01))
            .output("h")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 1, null);
    boolean wasFused = MapKernels.of(program, type) instanceof FusedKernel;
    assertEquals(isFused, wasFused);
    KernelMemory memory = KernelMemory.of(program, type, 10);
    // The reference alone spreads blocks into matrices.
    assertEquals(!isFused, memory.fixedTraining() >= 2 * 400 * 430);
    assertTrue(memory.perExampleTraining() > 10 * 400);
  }
}
