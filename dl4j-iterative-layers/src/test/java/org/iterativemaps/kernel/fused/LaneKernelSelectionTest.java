package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.function.Supplier;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.fused.LaneKernelSelection.Chosen;
import org.iterativemaps.kernel.fused.LaneKernelSelection.Loader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    assertEquals("simd", System.getProperty(KernelSelection.PROPERTY));
  }

  @Test
  @Tag("RequiresScalar")
  void thisRunDoesWithoutTheVectorApi() {
    assertInstanceOf(ScalarLaneKernels.class, LaneKernelSelection.selected());
    assertTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty());
  }

  /** A provider of another jar, too, leaves this to the machine: it may refuse a map. */
  @ParameterizedTest
  @ValueSource(strings = {"auto", "simd", "reference", "another"})
  void whatLoadsIsUsed(String mode) {
    Chosen selection = LaneKernelSelection.select(mode, WORKS, FINE);
    assertSame(STUB, selection.kernels());
    assertTrue(selection.isSimd(), selection.message());
    assertTrue(selection.isSimd());
    assertTrue(selection.advice().isEmpty());
  }

  @Test
  void scalarOnDemandLoadsNothing() {
    Loader forbidden =
        () -> {
          throw new AssertionError("loaded");
        };
    Chosen selection = LaneKernelSelection.select(LaneKernelSelection.SCALAR, forbidden, FINE);
    assertInstanceOf(ScalarLaneKernels.class, selection.kernels());
    assertTrue(selection.message().contains(KernelSelection.PROPERTY), selection.message());
    assertFalse(selection.isSimd());
    assertTrue(selection.advice().isEmpty());
  }

  @Test
  void autoFallsBackAndSaysWhatToAdd() {
    for (Loader loader : new Loader[] {NO_CLASS, NO_MODULE}) {
      Chosen selection = LaneKernelSelection.select(KernelSelection.AUTO, loader, FINE);
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
              () -> LaneKernelSelection.select(LaneKernelSelection.SIMD, loader, FINE));
      assertTrue(thrown.getMessage().contains("--add-modules"), thrown.getMessage());
      assertTrue(thrown.getCause() != null);
    }
  }

  @Test
  void autoHeedsAnObstacleAndSimdDoesNot() {
    Supplier<Optional<String>> noC2 = () -> Optional.of("there is no C2");
    Chosen auto = LaneKernelSelection.select(KernelSelection.AUTO, WORKS, noC2);
    assertInstanceOf(ScalarLaneKernels.class, auto.kernels());
    assertTrue(auto.message().contains("there is no C2"), auto.message());
    assertTrue(auto.advice().isEmpty());
    assertSame(STUB, LaneKernelSelection.select(LaneKernelSelection.SIMD, WORKS, noC2).kernels());
  }
}
