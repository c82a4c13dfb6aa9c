package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Threads that share the units of a tile compute what one thread does, to the bit. */
class SharedTileTest {
  private static final int TIME = 5;

  @AfterEach
  void threadsByDefault() {
    System.clearProperty(LaneThreads.PROPERTY);
  }

  /**
   * Blocks of several panels, sparse, in bundles, dense with holes and dense.
   *
   * @param bundle units of a bundle, which may lie in two parts; 1 for none
   * @param vectors length of the tile: of two only sparse maps share one, and gradients summed over
   *     two tiles of one vector would be rounded otherwise
   */
  @ParameterizedTest
  @CsvSource({
    "1, 0.1, 1, 2",
    "1, 0.1, 2, 2",
    "1, 0.1, 4, 4",
    "1, 0.02, 2, 2",
    "1, 0.6, 1, 2",
    "1, 1, 1, 3",
    "4, 0.1, 1, 2",
    "4, 0.1, 2, 3",
    "4, 0.2, 4, 4"
  })
  void changesNothing(int bundle, double density, int vectors, int threads) {
    Sparsity pattern = bundle == 1 ? Sparsity.density(density) : Sparsity.bundles(bundle, density);
    BlockMap map =
        BlockMap.builder()
            .input("x", 90)
            .state("h", 700, Activation.TANH)
            .state("y", 21, Activation.SIGMOID)
            .connect("x", "h", pattern)
            .connect("h", "h", pattern)
            .connect("h", "y", pattern)
            .connect("y", "y", Sparsity.diagonal())
            .output("y")
            .build();
    MapProgram program = MapProgram.sequence(map.realize(), 2, null);
    int batch = vectors * LaneKernelSelection.selected().tileLanes(1) - 1;
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    WorkDivision division =
        new WorkDivision(new FusedPlan(program), LaneKernelSelection.selected(), 0);
    FusedPlan plan = new FusedPlan(program);
    assertEquals(
        threads, CallShape.of(plan, division, threads, 0, batch, TIME, false, true).parts());
    List<float[]> alone = run(program, batch, 1);
    List<float[]> shared = run(program, batch, threads);
    for (int i = 0; i < alone.size(); i++) {
      assertArrayEquals(alone.get(i), shared.get(i), "array " + i);
    }
  }

  private static List<float[]> run(MapProgram program, int batch, int threads) {
    System.setProperty(LaneThreads.PROPERTY, String.valueOf(threads));
    RandomPrograms random = new RandomPrograms(11);
    INDArray[] parameters = random.parameters(program.realized(), DataType.FLOAT);
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < parameters.length; p++) {
      parameters[p].muli(0.05);
      gradients[p] = parameters[p].like();
    }
    INDArray input = random.normal(DataType.FLOAT, batch, 90, TIME);
    INDArray epsilon = random.normal(DataType.FLOAT, batch, 21, TIME);
    INDArray output = Nd4j.create(DataType.FLOAT, epsilon.shape());
    INDArray inputGradient = Nd4j.create(DataType.FLOAT, input.shape());
    FusedKernel kernel =
        new FusedKernel(program, LaneKernelSelection.selected(), 0, 0, Measuring.NONE);
    kernel.forward(parameters, input, null, null, output, true);
    kernel.backward(epsilon, 0, gradients, inputGradient);
    List<INDArray> all = new ArrayList<>(List.of(output, inputGradient));
    all.addAll(List.of(gradients));
    return all.stream().map(array -> array.dup('c').data().asFloat()).toList();
  }
}
