package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;

/** Masks over arrays beside those that patterns draw. */
class CompressedRowsTest {

  private static void assertSame(WeightMask expected, Mask found) {
    assertEquals(expected.fromSize(), found.fromSize());
    assertEquals(expected.toSize(), found.toSize());
    assertEquals(expected.entryCount(), found.entryCount());
    assertEquals(expected.density(), found.density());
    assertEquals(expected.isDense(), found.isDense());
    assertEquals(expected.isDiagonal(), found.isDiagonal());
    for (int to = 0; to <= expected.toSize(); to++) {
      assertEquals(expected.targetStart(to), found.targetStart(to));
    }
    for (int entry = 0; entry < expected.entryCount(); entry++) {
      assertEquals(expected.source(entry), found.source(entry));
    }
  }

  @Test
  void theySayWhatDrawnMasksSay() {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      WeightMask mask =
          LaneCase.mask(1 + random.nextInt(20), 1 + random.nextInt(20), i / 99.0, random);
      assertSame(mask, LaneCase.rows(mask));
    }
    assertSame(WeightMask.dense(7, 5), LaneCase.rows(WeightMask.dense(7, 5)));
    assertSame(WeightMask.dense(7, 5), CompressedRows.dense(7, 5));
  }

  @Test
  void diagonalsAreFound() {
    WeightMask diagonal = VectorUnitTest.Kind.DIAGONAL.mask();
    assertSame(diagonal, LaneCase.rows(diagonal));
    assertTrue(LaneCase.rows(diagonal).isDiagonal());
    assertFalse(CompressedRows.of(2, 2, new int[] {0, 1, 2}, new int[] {1, 0}).isDiagonal());
    assertFalse(CompressedRows.of(2, 2, new int[] {0, 2, 2}, new int[] {0, 1}).isDiagonal());
  }

  @Test
  void theTransposeOfTheTransposeIsTheMask() {
    Random random = new Random(2);
    for (int i = 0; i < 50; i++) {
      WeightMask mask = LaneCase.mask(1 + random.nextInt(20), 1 + random.nextInt(20), 0.3, random);
      TransposedMask once = TransposedMask.of(LaneCase.rows(mask));
      TransposedMask twice = TransposedMask.of(once.mask());
      assertSame(mask, twice.mask());
      for (int to = 0; to < mask.toSize(); to++) {
        for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
          int transposed = twice.entries()[entry];
          assertEquals(entry, once.entries()[transposed]);
          assertEquals(to, once.mask().source(transposed));
        }
      }
    }
  }

  @Test
  void theMostEntriesAreThoseOfMasks() {
    assertEquals(WeightMask.MAX_ENTRIES, Mask.MOST_ENTRIES);
    assertThrows(ArithmeticException.class, () -> CompressedRows.dense(1 << 16, 1 << 16));
  }
}
