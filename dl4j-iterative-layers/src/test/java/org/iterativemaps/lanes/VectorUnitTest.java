package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Random;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code OtherJvmTest} asks it in other JVMs, too. */
public class VectorUnitTest {

  @ParameterizedTest(name = "UseFMA {0}, UseAVX {1}")
  @CsvSource({
    "true, 3, true, true, fused multiply-add",
    "true, , true, true, fused multiply-add",
    "false, 3, false, true, 'multiply and add, there being no fused multiply-add'",
    "false, , false, true, 'multiply and add, there being no fused multiply-add'",
    "false, 0, false, false, activations in plain Java",
    ", , false, true, without the module jdk.management",
    ", 0, false, false, without the module jdk.management"
  })
  void asTheOptionsSay(
      String fma, String avx, boolean hasMultiplyAdd, boolean hasComparisons, String words) {
    VectorUnit unit =
        VectorUnit.of(
            name ->
                switch (name) {
                  case "UseFMA" -> Optional.ofNullable(fma);
                  case "UseAVX" -> Optional.ofNullable(avx);
                  default -> throw new AssertionError(name);
                });
    assertEquals(hasMultiplyAdd, unit.hasMultiplyAdd());
    assertEquals(hasComparisons, unit.hasComparisons());
    assertTrue(unit.description().contains(words), unit.description());
  }

  @Test
  void optionsOfThisJvm() {
    assertTrue(JvmOption.value("NoSuchOption").isEmpty());
    assertTrue(JvmOption.value("MaxHeapSize").isPresent());
  }

  /** No loop fuses where there is nothing to do it with; where there is, all do. */
  @ParameterizedTest
  @EnumSource
  public void everyLoopKeepsToTheArithmetic(Kind kind) {
    LaneKernels kernels = LaneKernelSelection.selected();
    boolean isRounded = kernels instanceof ScalarLaneKernels || !VectorUnit.HERE.hasMultiplyAdd();
    for (int vectors : new int[] {1, 2, 4, 8}) {
      int lanes = vectors * kernels.vectorLanes();
      Arithmetic.Rounding rounding = Arithmetic.of(kernels, kind.mask(), lanes);
      assertEquals(isRounded, rounding.y(), "y, vectors " + vectors);
      assertEquals(isRounded, rounding.dx(), "dx, vectors " + vectors);
      // Sums over lanes, of which a diagonal has no others, are of rounded products.
      assertEquals(isRounded || kind == Kind.DIAGONAL, rounding.dw(), "dw, vectors " + vectors);
    }
  }

  /** Blocks that have loops of their own. */
  public enum Kind {
    DENSE,
    SPARSE,
    BUNDLED,
    DIAGONAL;

    WeightMask mask() {
      return switch (this) {
        case DENSE -> WeightMask.dense(90, 47);
        case SPARSE -> LaneCase.mask(61, 47, 0.3, new Random(1));
        case BUNDLED -> Sparsity.bundles(4, 0.3).draw(61, 250, RandomSource.of(1, "mask"));
        case DIAGONAL -> diagonal(33);
      };
    }

    private static WeightMask diagonal(int size) {
      boolean[][] exists = new boolean[size][size];
      for (int i = 0; i < size; i++) {
        exists[i][i] = true;
      }
      return WeightMask.ofMatrix(exists);
    }
  }

  @Test
  void fusedAndRoundedAreToldApart() {
    float factor = 1 + 0x1p-12f;
    assertFalse(Math.fma(factor, factor, -factor * factor) == 0);
    assertEquals(0, factor * factor - factor * factor);
  }
}
