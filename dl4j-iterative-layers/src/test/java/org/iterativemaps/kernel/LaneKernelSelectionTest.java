package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.kernel.LaneKernelSelection.Loader;
import org.iterativemaps.kernel.LaneKernelSelection.Selection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LaneKernelSelectionTest {
  private static final Supplier<Optional<String>> FINE = Optional::empty;
  private static final LaneKernels STUB = new ScalarLaneKernels();
  private static final Loader WORKS = () -> STUB;
  private static final Loader NO_CLASS =
      () -> {
        throw new ClassNotFoundException("simd");
      };
  private static final Loader NO_MODULE =
      () -> {
        throw new NoClassDefFoundError("jdk/incubator/vector/FloatVector");
      };

  @Test
  @Tag("RequiresSimd")
  void thisRunUsesTheVectorApi() {
    assertTrue(
        LaneKernelSelection.selected().getClass().getName().endsWith("simd.SimdLaneKernels"),
        LaneKernelSelection.selected().description());
    assertEquals("simd", System.getProperty(KernelMode.PROPERTY));
  }

  @Test
  @Tag("RequiresScalar")
  void thisRunDoesWithoutTheVectorApi() {
    assertInstanceOf(ScalarLaneKernels.class, LaneKernelSelection.selected());
    assertTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty());
  }

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "SIMD"})
  void whatLoadsIsUsed(KernelMode mode) {
    Selection selection = LaneKernelSelection.select(mode, WORKS, FINE);
    assertSame(STUB, selection.kernels());
    assertTrue(selection.message().contains("simd"), selection.message());
    assertTrue(selection.isSimd());
    assertTrue(selection.advice().isEmpty());
  }

  @ParameterizedTest
  @EnumSource(names = {"SCALAR", "REFERENCE"})
  void scalarOnDemandLoadsNothing(KernelMode mode) {
    Loader forbidden =
        () -> {
          throw new AssertionError("loaded");
        };
    Selection selection = LaneKernelSelection.select(mode, forbidden, FINE);
    assertInstanceOf(ScalarLaneKernels.class, selection.kernels());
    assertTrue(selection.message().contains(KernelMode.PROPERTY), selection.message());
    assertFalse(selection.isSimd());
    assertTrue(selection.advice().isEmpty());
  }

  @Test
  void autoFallsBackAndSaysWhatToAdd() {
    for (Loader loader : new Loader[] {NO_CLASS, NO_MODULE}) {
      Selection selection = LaneKernelSelection.select(KernelMode.AUTO, loader, FINE);
      assertInstanceOf(ScalarLaneKernels.class, selection.kernels());
      assertTrue(
          selection.message().contains("--add-modules jdk.incubator.vector"), selection.message());
      assertTrue(selection.advice().isPresent());
      assertFalse(selection.isSimd());
    }
  }

  @Test
  void simdThatCannotLoadIsAnError() {
    for (Loader loader : new Loader[] {NO_CLASS, NO_MODULE}) {
      IllegalStateException thrown =
          assertThrows(
              IllegalStateException.class,
              () -> LaneKernelSelection.select(KernelMode.SIMD, loader, FINE));
      assertTrue(thrown.getMessage().contains("--add-modules"), thrown.getMessage());
      assertTrue(thrown.getCause() != null);
    }
  }

  @Test
  void autoHeedsAnObstacleAndSimdDoesNot() {
    Supplier<Optional<String>> noC2 = () -> Optional.of("there is no C2");
    Selection auto = LaneKernelSelection.select(KernelMode.AUTO, WORKS, noC2);
    assertInstanceOf(ScalarLaneKernels.class, auto.kernels());
    assertTrue(auto.message().contains("there is no C2"), auto.message());
    assertTrue(auto.advice().isEmpty());
    assertSame(STUB, LaneKernelSelection.select(KernelMode.SIMD, WORKS, noC2).kernels());
  }

  @Test
  void modesByName() {
    assertEquals(KernelMode.AUTO, KernelMode.parse(null));
    assertEquals(KernelMode.AUTO, KernelMode.parse(" "));
    assertEquals(KernelMode.SIMD, KernelMode.parse("Simd"));
    assertEquals(KernelMode.REFERENCE, KernelMode.parse("reference"));
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> KernelMode.parse("avx"));
    assertTrue(thrown.getMessage().contains("'avx'"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("auto, simd, scalar"), thrown.getMessage());
  }
}
