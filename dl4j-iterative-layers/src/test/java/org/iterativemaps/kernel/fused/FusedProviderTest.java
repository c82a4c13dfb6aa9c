package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.KernelChoice;
import org.iterativemaps.kernel.KernelMemory;
import org.iterativemaps.kernel.KernelProvider;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.SegmentLength;
import org.iterativemaps.kernel.WrongPropertyException;
import org.iterativemaps.kernel.fused.FusedProvider.Setting;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.kernel.reference.ReferenceProvider;
import org.iterativemaps.lanes.LaneKernelSelection.Chosen;
import org.iterativemaps.lanes.ScalarLaneKernels;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;

class FusedProviderTest {
  private static final Chosen VECTORS =
      new Chosen(new ScalarLaneKernels(), true, "", Optional.empty());
  private static final Chosen NO_MODULE =
      new Chosen(
          new ScalarLaneKernels(), false, "there are no vectors", Optional.of("add the flag"));
  private static final Chosen NO_C2 =
      new Chosen(new ScalarLaneKernels(), false, "there is no C2", Optional.empty());
  private static final Supplier<Chosen> FORBIDDEN =
      () -> {
        throw new AssertionError("asked for lane kernels");
      };

  private static final Setting HERE = new Setting(true, 0, FORBIDDEN);

  private static Setting setting(Chosen lanes) {
    return new Setting(true, 0, () -> lanes);
  }

  private static KernelChoice choice(
      String wanted, Setting setting, MapProgram program, DataType type) {
    List<KernelProvider> providers =
        List.of(new ReferenceProvider(), new ScalarProvider(setting), new SimdProvider(setting));
    return KernelChoice.candidates(wanted, providers, program, type).get(0);
  }

  private static String name(KernelChoice choice) {
    return choice.provider().name();
  }

  private static MapProgram chain(int width, int layers, Sparsity sparsity) {
    BlockMapBuilder map = BlockMap.builder().input("x", width);
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
  void onlyFloatsOnACpuAreFused() {
    for (String wanted : List.of("auto", "simd", "scalar")) {
      KernelChoice onOthers = choice(wanted, HERE, SPARSE, DataType.BFLOAT16);
      assertEquals("reference", name(onOthers));
      String why = "it is for " + DataType.FLOAT + ", this network BFLOAT16";
      assertTrue(onOthers.reason().contains(why), onOthers.reason());
      Setting gpu = new Setting(false, 0, FORBIDDEN);
      KernelChoice elsewhere = choice(wanted, gpu, SPARSE, DataType.FLOAT);
      assertEquals("reference", name(elsewhere));
      assertTrue(elsewhere.reason().contains("CPU"), elsewhere.reason());
    }
  }

  @Test
  void mapsWithAttentionOrMapsInThemAreNotFused() {
    BlockMapBuilder residual =
        BlockMap.builder()
            .input("x", 4)
            .state("h", 4, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .update("h", Update.residual())
            .output("h");
    BlockMap inner = residual.build();
    assertEquals("simd", name(choice("auto", setting(VECTORS), sequence(inner), DataType.FLOAT)));
    residual.connect(List.of("x", "h"), "h", BlockFunctions.product());
    assertEquals(
        "simd", name(choice("auto", setting(VECTORS), sequence(residual.build()), DataType.FLOAT)));
    for (BlockFunction function :
        List.of(BlockFunctions.attention(2, 1), BlockFunctions.nested(inner, 2))) {
      List<String> from = function.sources() == 3 ? List.of("x", "h", "h") : List.of("h");
      BlockMap map = inner.toBuilder().connect(from, "h", function).build();
      KernelChoice choice = choice("auto", HERE, sequence(map), DataType.FLOAT);
      assertEquals("reference", name(choice));
      String part = "block " + String.join(",", from) + "->h is ";
      assertTrue(choice.reason().contains(part), choice.reason());
    }
  }

  private static MapProgram sequence(BlockMap map) {
    return MapProgram.sequence(map.realize(), 1, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "simd"})
  void vectorsWhereverTheyAre(String wanted) {
    for (MapProgram program : new MapProgram[] {DENSE, SPARSE}) {
      KernelChoice choice = choice(wanted, setting(VECTORS), program, DataType.FLOAT);
      assertEquals("simd", name(choice));
      assertTrue(choice.toString().startsWith("fused kernel on vectors"), choice.toString());
      assertTrue(choice.advice().isEmpty());
    }
  }

  @Test
  void plainJavaOnDemandWhateverItCosts() {
    KernelChoice choice = choice("scalar", setting(NO_C2), DENSE, DataType.FLOAT);
    assertEquals("scalar", name(choice));
    assertTrue(choice.reason().contains(KernelSelection.PROPERTY), choice.reason());
  }

  @Test
  void simdThatCannotBeIsAnError() {
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () -> choice("simd", setting(NO_MODULE), DENSE, DataType.FLOAT));
    assertTrue(thrown.getMessage().contains(NO_MODULE.reason()), thrown.getMessage());
    Supplier<Chosen> failing =
        () -> {
          throw new IllegalStateException("no module");
        };
    Setting setting = new Setting(true, 0, failing);
    IllegalStateException failed =
        assertThrows(
            IllegalStateException.class, () -> choice("simd", setting, DENSE, DataType.FLOAT));
    assertTrue(failed.getMessage().contains("kernel=simd, but"), failed.getMessage());
    assertTrue(failed.getMessage().contains("no module"), failed.getMessage());
  }

  @Test
  void withoutVectorsTheFasterOneAndWhy() {
    for (Chosen lanes : new Chosen[] {NO_MODULE, NO_C2}) {
      KernelChoice dense = choice("auto", setting(lanes), DENSE, DataType.FLOAT);
      assertEquals("reference", name(dense));
      KernelChoice sparse = choice("auto", setting(lanes), SPARSE, DataType.FLOAT);
      assertEquals("scalar", name(sparse));
      for (KernelChoice choice : new KernelChoice[] {dense, sparse}) {
        assertEquals(lanes.advice(), choice.advice());
        assertTrue(choice.reason().contains("not simd: " + lanes.reason()), choice.reason());
        assertEquals(lanes == NO_MODULE, choice.toString().endsWith("; add the flag"));
        assertFalse(choice.toString().contains("\n"));
      }
      String why = "not scalar: 196,608 of 196,608 weights in 3 evaluations are faster by matrix";
      assertTrue(dense.reason().contains(why), dense.reason());
      assertTrue(sparse.reason().contains("one by one"), sparse.reason());
    }
  }

  @Test
  void segmentsAreForTheFusedKernelAlone() {
    Setting setting = new Setting(true, 8, () -> NO_MODULE);
    KernelChoice choice = choice("auto", setting, DENSE, DataType.FLOAT);
    assertEquals("scalar", name(choice));
    assertTrue(choice.reason().contains(SegmentLength.PROPERTY), choice.reason());
    assertEquals(NO_MODULE.advice(), choice.advice());
  }

  /** As measured; see {@link PlainWork}. */
  @ParameterizedTest(name = "width {0}, density {1}")
  @CsvSource({
    "32, 1, scalar",
    "64, 1, scalar",
    "128, 0.2, scalar",
    "128, 1, reference",
    "256, 0.1, scalar",
    "256, 0.4, reference",
    "512, 0.1, scalar",
    "512, 0.2, scalar",
    "512, 0.3, reference",
    "2000, 0.1, scalar"
  })
  void matrixProductsForMuchWorkThatIsDense(int width, double density, String kernel) {
    Sparsity sparsity = density == 1 ? Sparsity.dense() : Sparsity.density(density);
    MapProgram[] programs = {chain(width, 2, sparsity), looped(width, 5, sparsity)};
    for (MapProgram program : programs) {
      assertEquals(kernel, name(choice("auto", setting(NO_MODULE), program, DataType.FLOAT)));
    }
  }

  /** What the input contributes is the same in all steps, and computed once. */
  @Test
  void workOfATimeStep() {
    PlainWork work = PlainWork.of(looped(100, 5, Sparsity.density(0.3)));
    assertEquals(new PlainWork(5 * 3000, 5 * 10_000, 5), work);
    // Of nearly dense blocks plain Java too goes through all cells.
    assertEquals(
        new PlainWork(5 * 10_000, 5 * 10_000, 5),
        PlainWork.of(looped(100, 5, Sparsity.density(0.95))));
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
    assertEquals("scalar", name(choice("auto", setting(NO_MODULE), program, DataType.FLOAT)));
  }

  /** The kernel in plain Java asks for no vectors, which may be what failed. */
  @Test
  void eachIsMadeOfItsOwnLaneKernels() {
    ScalarProvider scalar = new ScalarProvider(HERE);
    FusedKernel plain = (FusedKernel) scalar.make(SPARSE, DataType.FLOAT);
    assertInstanceOf(ScalarLaneKernels.class, plain.kernels);
    assertEquals(
        FusedMemory.of(SPARSE, new ScalarLaneKernels(), 0, WorkDivision.LEAST_SHARE, 3),
        scalar.memory(SPARSE, DataType.FLOAT, 3));
    SimdProvider simd = new SimdProvider(setting(VECTORS));
    FusedKernel vectors = (FusedKernel) simd.make(SPARSE, DataType.FLOAT);
    assertSame(VECTORS.kernels(), vectors.kernels);
  }

  /** Whatever the map, the type, and the kernel that is named: nothing runs instead. */
  @ParameterizedTest
  @CsvSource({
    SegmentLength.PROPERTY + ", abc",
    SegmentLength.PROPERTY + ", -1",
    LaneThreads.PROPERTY + ", abc",
    LaneThreads.PROPERTY + ", 0"
  })
  void aWrongPropertyIsAnError(String property, String value) {
    System.setProperty(property, value);
    try {
      for (String wanted : List.of("auto", "simd", "scalar", "reference")) {
        for (DataType type : new DataType[] {DataType.FLOAT, DataType.BFLOAT16}) {
          List<KernelProvider> providers =
              List.of(new ReferenceProvider(), new ScalarProvider(), new SimdProvider());
          WrongPropertyException thrown =
              assertThrows(
                  WrongPropertyException.class,
                  () -> KernelChoice.candidates(wanted, providers, SPARSE, type));
          String message = thrown.getMessage();
          assertTrue(message.contains(property + ": found '" + value + "', expected"), message);
        }
      }
      assertThrows(WrongPropertyException.class, () -> KernelSelection.of(SPARSE, DataType.FLOAT));
    } finally {
      System.clearProperty(property);
    }
  }

  /** What is chosen runs, and its memory is what is reported. */
  @Test
  void theChoiceIsWhatRuns() {
    for (MapProgram program : new MapProgram[] {DENSE, SPARSE}) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.BFLOAT16}) {
        KernelChoice choice = KernelSelection.choice(program, type);
        boolean isReference = KernelSelection.of(program, type) instanceof ReferenceKernel;
        assertEquals(name(choice).equals("reference"), isReference);
        KernelMemory reference = new ReferenceProvider().memory(program, type, 1);
        assertEquals(isReference, KernelSelection.memory(program, type, 1).equals(reference));
      }
    }
  }
}
