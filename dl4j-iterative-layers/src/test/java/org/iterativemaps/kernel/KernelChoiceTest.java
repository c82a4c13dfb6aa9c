package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.kernel.KernelChoice.Kernel;
import org.iterativemaps.kernel.KernelChoice.Setting;
import org.iterativemaps.kernel.LaneKernelSelection.Selection;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

class KernelChoiceTest {
  private static final Selection VECTORS =
      new Selection(new ScalarLaneKernels(), true, "", Optional.empty());
  private static final Selection NO_MODULE =
      new Selection(
          new ScalarLaneKernels(), false, "there are no vectors", Optional.of("add the flag"));
  private static final Selection NO_C2 =
      new Selection(new ScalarLaneKernels(), false, "there is no C2", Optional.empty());
  private static final Supplier<Selection> FORBIDDEN =
      () -> {
        throw new AssertionError("asked for lane kernels");
      };

  private static Setting setting(KernelMode mode, Selection lanes) {
    return new Setting(mode, true, 0, () -> lanes);
  }

  private static MapProgram chain(int width, int layers, Sparsity sparsity) {
    BlockMap.Builder map = BlockMap.builder().input("x", width);
    String from = "x";
    for (int i = 1; i <= layers; i++) {
      map.state("h" + i, width, Activation.TANH).connect(from, "h" + i, sparsity);
      from = "h" + i;
    }
    return MapProgram.singleToken(map.output(from).build().realize(), layers, null);
  }

  private static MapProgram looped(int width, int steps, Sparsity sparsity) {
    BlockMap map =
        BlockMap.builder()
            .input("x", width)
            .state("h", width, Activation.TANH)
            .connect("x", "h", sparsity)
            .connect("h", "h", sparsity)
            .output("h")
            .build();
    return MapProgram.singleToken(map.realize(), steps, null);
  }

  private static final MapProgram DENSE = chain(256, 3, Sparsity.dense());
  private static final MapProgram SPARSE = chain(256, 3, Sparsity.density(0.1));

  @Test
  void referenceOnDemand() {
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      Setting setting = new Setting(KernelMode.REFERENCE, true, 0, FORBIDDEN);
      KernelChoice choice = KernelChoice.of(setting, SPARSE, type);
      assertEquals(Kernel.REFERENCE, choice.kernel());
      assertTrue(choice.reason().contains(KernelMode.PROPERTY), choice.reason());
      assertTrue(choice.advice().isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "SIMD", "SCALAR"})
  void onlyFloatsOnACpuAreFused(KernelMode mode) {
    KernelChoice onDoubles =
        KernelChoice.of(new Setting(mode, true, 0, FORBIDDEN), SPARSE, DataType.DOUBLE);
    assertEquals(Kernel.REFERENCE, onDoubles.kernel());
    assertTrue(onDoubles.reason().contains("DOUBLE"), onDoubles.reason());
    KernelChoice elsewhere =
        KernelChoice.of(new Setting(mode, false, 0, FORBIDDEN), SPARSE, DataType.FLOAT);
    assertEquals(Kernel.REFERENCE, elsewhere.kernel());
    assertTrue(elsewhere.reason().contains("CPU"), elsewhere.reason());
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "SIMD"})
  void vectorsWhereverTheyAre(KernelMode mode) {
    for (MapProgram program : new MapProgram[] {DENSE, SPARSE}) {
      KernelChoice choice = KernelChoice.of(setting(mode, VECTORS), program, DataType.FLOAT);
      assertEquals(Kernel.SIMD, choice.kernel());
      assertTrue(choice.toString().contains(VECTORS.kernels().description()), choice.toString());
      assertTrue(choice.advice().isEmpty());
    }
  }

  @Test
  void plainJavaOnDemandWhateverItCosts() {
    KernelChoice choice = KernelChoice.of(setting(KernelMode.SCALAR, NO_C2), DENSE, DataType.FLOAT);
    assertEquals(Kernel.SCALAR, choice.kernel());
    assertTrue(choice.reason().contains(KernelMode.PROPERTY), choice.reason());
  }

  @Test
  void simdThatCannotBeIsAnError() {
    Supplier<Selection> failing =
        () -> {
          throw new IllegalStateException("no module");
        };
    Setting setting = new Setting(KernelMode.SIMD, true, 0, failing);
    assertThrows(
        IllegalStateException.class, () -> KernelChoice.of(setting, DENSE, DataType.FLOAT));
  }

  @Test
  void withoutVectorsTheFasterOneAndWhy() {
    for (Selection lanes : new Selection[] {NO_MODULE, NO_C2}) {
      Setting setting = setting(KernelMode.AUTO, lanes);
      KernelChoice dense = KernelChoice.of(setting, DENSE, DataType.FLOAT);
      assertEquals(Kernel.REFERENCE, dense.kernel());
      KernelChoice sparse = KernelChoice.of(setting, SPARSE, DataType.FLOAT);
      assertEquals(Kernel.SCALAR, sparse.kernel());
      for (KernelChoice choice : new KernelChoice[] {dense, sparse}) {
        assertEquals(lanes.advice(), choice.advice());
        assertTrue(choice.toString().contains(lanes.reason()), choice.toString());
        assertEquals(lanes == NO_MODULE, choice.toString().endsWith("; add the flag"));
        assertFalse(choice.toString().contains("\n"));
      }
      assertTrue(dense.reason().contains("196,608 of 196,608 weights"), dense.reason());
      assertTrue(dense.reason().endsWith("by matrix products"), dense.reason());
      assertTrue(sparse.reason().endsWith("one by one"), sparse.reason());
    }
  }

  @Test
  void segmentsAreForTheFusedKernelAlone() {
    Setting setting = new Setting(KernelMode.AUTO, true, 8, () -> NO_MODULE);
    KernelChoice choice = KernelChoice.of(setting, DENSE, DataType.FLOAT);
    assertEquals(Kernel.SCALAR, choice.kernel());
    assertTrue(choice.reason().contains(FusedKernel.SEGMENT_PROPERTY), choice.reason());
    assertEquals(NO_MODULE.advice(), choice.advice());
  }

  /** As measured; see {@link PlainWork}. */
  @ParameterizedTest(name = "width {0}, density {1}")
  @CsvSource({
    "32, 1, SCALAR",
    "64, 1, SCALAR",
    "128, 0.2, SCALAR",
    "128, 1, REFERENCE",
    "256, 0.1, SCALAR",
    "256, 0.4, REFERENCE",
    "512, 0.1, SCALAR",
    "512, 0.2, REFERENCE",
    "2000, 0.1, SCALAR"
  })
  void matrixProductsForMuchWorkThatIsDense(int width, double density, Kernel kernel) {
    Sparsity sparsity = density == 1 ? Sparsity.dense() : Sparsity.density(density);
    Setting setting = setting(KernelMode.AUTO, NO_MODULE);
    MapProgram[] programs = {chain(width, 2, sparsity), looped(width, 5, sparsity)};
    for (MapProgram program : programs) {
      assertEquals(kernel, KernelChoice.of(setting, program, DataType.FLOAT).kernel());
    }
  }

  /** What the input contributes is the same in all steps, and computed once. */
  @Test
  void workOfATimeStep() {
    PlainWork work = PlainWork.of(looped(100, 5, Sparsity.density(0.3)));
    assertEquals(new PlainWork(5 * 3000, 5 * 10_000, 5), work);
    // From half on, plain Java too goes through all cells.
    assertEquals(
        new PlainWork(5 * 10_000, 5 * 10_000, 5),
        PlainWork.of(looped(100, 5, Sparsity.density(0.6))));
    assertEquals(
        new PlainWork(4 * 100, 4 * 10_000, 4), PlainWork.of(chain(100, 4, Sparsity.diagonal())));
  }

  @Test
  void blocksThatNoMatrixCanHold() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 50_000)
            .state("h", 50_000, Activation.TANH)
            .connect("x", "h", Sparsity.fanIn(1))
            .state("y", 6_000, Activation.TANH)
            .connect("h", "y", Sparsity.dense())
            .output("y")
            .build();
    MapProgram program = MapProgram.singleToken(map.realize(), 2, null);
    Setting setting = setting(KernelMode.AUTO, NO_MODULE);
    assertEquals(Kernel.SCALAR, KernelChoice.of(setting, program, DataType.FLOAT).kernel());
  }

  /** What is chosen runs, and its memory is what is reported. */
  @Test
  void theChoiceIsWhatRuns() {
    for (MapProgram program : new MapProgram[] {DENSE, SPARSE}) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        KernelChoice choice = MapKernels.choice(program, type);
        boolean isReference = MapKernels.of(program, type) instanceof ReferenceKernel;
        assertEquals(choice.kernel() == Kernel.REFERENCE, isReference);
        KernelMemory reference = KernelMemory.ofReference(program, 1);
        assertEquals(isReference, KernelMemory.of(program, type, 1).equals(reference));
      }
    }
  }
}
