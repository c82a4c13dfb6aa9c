package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.function.Supplier;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.lanes.LaneKernelSelection.Chosen;
import org.iterativemaps.lanes.LaneKernelSelection.Loader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneKernelSelectionTest {
  private static final Supplier<Optional<String>> FINE = Optional::empty;
  private static final LaneKernels STUB = new ScalarLaneKernels();
  private static final Loader WORKS = () -> Optional.of(STUB);
  private static final Loader NO_CLASS =
      () -> {
        throw new ServiceConfigurationError("simd", new ClassNotFoundException("simd"));
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
    Chosen selection = LaneKernelSelection.select(mode, WORKS, FINE, FINE);
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
    Chosen selection =
        LaneKernelSelection.select(LaneKernelSelection.SCALAR, forbidden, FINE, FINE);
    assertInstanceOf(ScalarLaneKernels.class, selection.kernels());
    assertTrue(selection.message().contains(KernelSelection.PROPERTY), selection.message());
    assertFalse(selection.isSimd());
    assertTrue(selection.advice().isEmpty());
  }

  @Test
  void autoFallsBackAndSaysWhatToAdd() {
    for (Loader loader : new Loader[] {NO_CLASS, NO_MODULE}) {
      Chosen selection = LaneKernelSelection.select(KernelSelection.AUTO, loader, FINE, FINE);
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
              () -> LaneKernelSelection.select(LaneKernelSelection.SIMD, loader, FINE, FINE));
      assertTrue(thrown.getMessage().contains("--add-modules"), thrown.getMessage());
      assertTrue(thrown.getCause() != null);
    }
  }

  @Test
  void autoHeedsAnObstacleAndSimdDoesNot() {
    Supplier<Optional<String>> noC2 = () -> Optional.of("there is no C2");
    for (boolean isBefore : new boolean[] {false, true}) {
      Supplier<Optional<String>> before = isBefore ? noC2 : FINE;
      Supplier<Optional<String>> after = isBefore ? FINE : noC2;
      Chosen auto = LaneKernelSelection.select(LaneKernelSelection.AUTO, WORKS, before, after);
      assertInstanceOf(ScalarLaneKernels.class, auto.kernels());
      assertTrue(auto.message().contains("there is no C2"), auto.message());
      assertTrue(auto.advice().isEmpty());
      Chosen simd = LaneKernelSelection.select(LaneKernelSelection.SIMD, WORKS, before, after);
      assertSame(STUB, simd.kernels());
      assertTrue(simd.isSimd());
    }
  }

  /** To ask for the compiler takes some loading, of what other machines do not have. */
  @Test
  void withoutVectorsNobodyAsksForTheCompiler() {
    Supplier<Optional<String>> forbidden =
        () -> {
          throw new AssertionError("asked");
        };
    Loader notLoaded =
        () -> {
          throw new AssertionError("loaded");
        };
    Supplier<Optional<String>> another = () -> Optional.of("another machine");
    for (Loader loader : new Loader[] {NO_CLASS, NO_MODULE, Optional::empty}) {
      assertFalse(LaneKernelSelection.select("auto", loader, FINE, forbidden).isSimd());
    }
    Chosen selection = LaneKernelSelection.select("auto", notLoaded, another, forbidden);
    assertEquals("another machine", selection.reason());
    assertTrue(selection.advice().isEmpty());
  }

  /** Java 11 cannot read the class, and no flag helps; nor where no service is named. */
  @Test
  void thereIsNoAdviceWhereNothingHelps() {
    Loader tooNew =
        () -> {
          throw new UnsupportedClassVersionError("simd");
        };
    for (Loader loader : new Loader[] {tooNew, Optional::empty}) {
      Chosen selection = LaneKernelSelection.select("auto", loader, FINE, FINE);
      assertInstanceOf(ScalarLaneKernels.class, selection.kernels());
      assertFalse(selection.reason().isEmpty());
      assertTrue(selection.advice().isEmpty());
      assertThrows(
          IllegalStateException.class,
          () -> LaneKernelSelection.select("simd", loader, FINE, FINE));
    }
  }
}
