package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleSupplier;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small integers: every sum is exact in any order, so everything must agree to the bit. */
class LaneKernelsExactTest {
  private final LaneKernels kernels = LaneKernelSelection.selected();

  private static DoubleSupplier integers(Random random) {
    return () -> random.nextInt(9) - 4;
  }

  private int[] laneCounts() {
    int vector = kernels.vectorLanes();
    return new int[] {vector, 2 * vector, 4 * vector, 8 * vector};
  }

  @Test
  void slotsWhoseTilesAreTooLongAreRefused() {
    Mask mask = CompressedRows.of(9_000_000, 1, new int[] {0, 1}, new int[] {7});
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> SparseTiling.of(mask, 64, false));
    assertTrue(thrown.getMessage().contains("9,000,000 units"), thrown.getMessage());
    assertTrue(thrown.getMessage().contains("at most 8,388,607"), thrown.getMessage());
    assertEquals(1, SparseTiling.of(mask, 16, false).chunks());
  }

  @ParameterizedTest(name = "{0} -> {1}, density {2}")
  @CsvSource({
    "1, 1, 1",
    "1, 40, 0.5",
    "40, 1, 0.5",
    "2, 3, 0.7",
    "15, 16, 0.3",
    "16, 17, 0.3",
    "17, 15, 0.9",
    "31, 64, 0.05",
    "101, 97, 0.02",
    "97, 101, 0.5",
    "600, 41, 0.2",
    "41, 600, 0.2",
    "2003, 11, 0.6",
    "1031, 257, 0.01",
    "1031, 257, 0.15"
  })
  void sparse(int from, int to, double density) {
    Random random = new Random(from * 31L + to);
    int entries = 0;
    for (int lanes : laneCounts()) {
      WeightMask mask = LaneCase.mask(from, to, density, random);
      LaneCase c = new LaneCase(mask, lanes, integers(random));
      LaneCase.Run run = new LaneCase.Run(kernels, c);
      assertExact(c.product()[0], run.y, "y, lanes " + lanes);
      assertExact(c.inputGradient()[0], run.dx, "dx, lanes " + lanes);
      assertExact(c.weightGradient()[0], run.dw, "dw, lanes " + lanes);
      entries += mask.entryCount();
    }
    assertTrue(entries > 0 || from * to == 1, "no entries were compared");
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "1, 1",
    "1, 9",
    "9, 1",
    "3, 5",
    "15, 4",
    "16, 8",
    "17, 7",
    "63, 12",
    "64, 13",
    "65, 64",
    "129, 31",
    "211, 150",
    "97, 500",
    "1500, 6"
  })
  void dense(int from, int to) {
    Random random = new Random(from * 31L + to);
    for (int lanes : laneCounts()) {
      LaneCase c = new LaneCase(WeightMask.dense(from, to), lanes, integers(random));
      for (int parts : new int[] {1, 2, 3}) {
        LaneCase.Run run = new LaneCase.Run(kernels, c, parts);
        assertExact(c.product()[0], run.y, "y, lanes " + lanes);
        assertExact(c.inputGradient()[0], run.dx, "dx, lanes " + lanes);
        assertExact(c.weightGradient()[0], run.dw, "dw, lanes " + lanes);
      }
    }
  }

  @Test
  void aDenseBlockCanBeTiledAsASparseOne() {
    Random random = new Random(5);
    for (int lanes : laneCounts()) {
      LaneCase c = new LaneCase(WeightMask.dense(301, 23), lanes, integers(random));
      LaneCase.Run run = new LaneCase.Run(kernels, c);
      assertExact(c.product()[0], run.y, "y");
      assertExact(c.inputGradient()[0], run.dx, "dx");
      assertExact(c.weightGradient()[0], run.dw, "dw");
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "3", "4", "5", "11"})
  void weightGradientsOfManyTiles(int tiles) {
    Random random = new Random(tiles);
    for (int lanes : laneCounts()) {
      for (WeightMask mask :
          new WeightMask[] {LaneCase.mask(90, 70, 0.2, random), WeightMask.dense(70, 13)}) {
        int dyStride = mask.toSize() * lanes + 5;
        int xStride = mask.fromSize() * lanes + 3;
        float[] dy = LaneCase.draw(tiles * dyStride + 2, integers(random));
        float[] x = LaneCase.draw(tiles * xStride + 1, integers(random));
        double[] expected = new double[mask.entryCount()];
        for (int tile = 0; tile < tiles; tile++) {
          for (int i = 0; i < mask.toSize(); i++) {
            for (int e = mask.targetStart(i); e < mask.targetStart(i + 1); e++) {
              for (int l = 0; l < lanes; l++) {
                expected[e] +=
                    dy[2 + tile * dyStride + i * lanes + l]
                        * x[1 + (tiles - 1 - tile) * xStride + mask.source(e) * lanes + l];
              }
            }
          }
        }
        SparseTiling tiling =
            SparseTiling.of(LaneCase.rows(mask), lanes, kernels.wantsPacked(lanes));
        float[] scratch = new float[tiling.scratchLength(kernels.vectorLanes())];
        float[] packed = new float[tiling.packedLength()];
        OuterTerms terms = new OuterTerms();
        terms.clear(dy, x);
        for (int tile = 0; tile < tiles; tile++) {
          terms.add(2 + tile * dyStride, 1 + (tiles - 1 - tile) * xStride);
        }
        int half = tiles / 2; // zero of one
        kernels.outerAdd(tiling, 0, tiling.chunks(), terms, 0, half, packed, scratch, 0);
        kernels.outerAdd(tiling, 0, tiling.chunks(), terms, half, tiles, packed, scratch, 0);
        float[] dw = new float[mask.entryCount()];
        tiling.unpack(packed, dw);
        assertExact(expected, dw, "lanes " + lanes);
        for (int parts = 1; parts <= 2; parts++) {
          DenseLaneBlock block = new DenseLaneBlock(kernels, LaneCase.rows(mask), lanes, parts);
          float[] all = new float[mask.entryCount()];
          float[] gradient = new float[block.gradientLength()];
          for (int share = 0; share < 3; share++) {
            block.outerAdd(share, 3, terms, gradient, new float[block.scratchLength()], 0);
          }
          block.toEntries(gradient, all, 0, 1);
          assertExact(expected, all, "dense, lanes " + lanes);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} tiles of {1} -> {2}")
  @CsvSource({"1, 40, 9", "2, 17, 4", "3, 200, 30", "4, 130, 8", "5, 16, 11", "11, 33, 6"})
  void denseProductsOfManyTiles(int tiles, int from, int to) {
    Random random = new Random(tiles);
    for (int lanes : laneCounts()) {
      int xStride = from * lanes + 3;
      int yStride = to * lanes + 5;
      WeightMask mask = LaneCase.mask(from, to, 0.8, random);
      float[] w = LaneCase.draw(mask.entryCount(), integers(random));
      float[] x = LaneCase.draw(tiles * xStride + 1, integers(random));
      float[] y = LaneCase.draw(tiles * yStride + 2, integers(random));
      double[] product = LaneCase.copy(y);
      double[] transposed = LaneCase.copy(x);
      for (int tile = 0; tile < tiles; tile++) {
        for (int i = 0; i < to; i++) {
          for (int e = mask.targetStart(i); e < mask.targetStart(i + 1); e++) {
            for (int l = 0; l < lanes; l++) {
              int source = 1 + tile * xStride + mask.source(e) * lanes + l;
              int target = 2 + tile * yStride + i * lanes + l;
              product[target] += w[e] * x[source];
              transposed[source] += w[e] * y[target];
            }
          }
        }
      }
      DenseLaneBlock block = new DenseLaneBlock(kernels, LaneCase.rows(mask), lanes, 1);
      block.layOut();
      block.load(w, 0, 1);
      block.layOutBackward();
      block.prepareBackward(0, 1);
      float[] dx = x.clone();
      block.multiplyTransposedAdd(0, tiles, y, 2, yStride, dx, 1, xStride);
      block.multiplyAdd(0, tiles, x, 1, xStride, y, 2, yStride);
      assertExact(product, y, "y, lanes " + lanes);
      assertExact(transposed, dx, "dx, lanes " + lanes);
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "37", "1000"})
  void diagonalBiasAndSums(int units) {
    Random random = new Random(units);
    for (int lanes : laneCounts()) {
      int length = units * lanes;
      float[] w = LaneCase.draw(units, integers(random));
      float[] x = LaneCase.draw(length + 3, integers(random));
      float[] y = LaneCase.draw(length + 5, integers(random));
      float[] product = y.clone();
      float[] dw = w.clone();
      float[] sums = w.clone();
      float[] filled = y.clone();
      float[] added = y.clone();
      kernels.diagonalMultiplyAdd(w, 0, units, lanes, x, 3, product, 5);
      kernels.diagonalOuterAdd(units, lanes, y, 5, x, 3, dw, 0);
      kernels.addLaneSums(units, lanes, x, 3, sums);
      kernels.fill(w, 0, units, lanes, filled, 5);
      kernels.add(length, x, 3, added, 5);
      float[] m = LaneCase.draw(lanes + 1, integers(random));
      float[] scaled = y.clone();
      float[] scaledSum = y.clone();
      kernels.multiplyLanes(units, lanes, m, 1, x, 3, scaled, 5);
      kernels.multiplyLanesAdd(units, lanes, m, 1, x, 3, scaledSum, 5);
      float[] zeros = y.clone();
      kernels.fill(null, 0, units, lanes, zeros, 5);
      for (int u = 0; u < units; u++) {
        float outer = 0;
        float sum = 0;
        for (int l = 0; l < lanes; l++) {
          int i = u * lanes + l;
          assertEquals(y[5 + i] + w[u] * x[3 + i], product[5 + i]);
          assertEquals(w[u], filled[5 + i]);
          assertEquals(m[1 + l] * x[3 + i], scaled[5 + i]);
          assertEquals(y[5 + i] + m[1 + l] * x[3 + i], scaledSum[5 + i]);
          assertEquals(0f, zeros[5 + i]);
          assertEquals(y[5 + i] + x[3 + i], added[5 + i]);
          outer += y[5 + i] * x[3 + i];
          sum += x[3 + i];
        }
        assertEquals(w[u] + outer, dw[u]);
        assertEquals(w[u] + sum, sums[u]);
      }
      for (int i = 0; i < 5; i++) {
        assertEquals(y[i], product[i], "before the tile");
        assertEquals(y[i], filled[i], "before the tile");
      }
    }
  }

  private static void assertExact(double[] expected, float[] found, String what) {
    float[] exact = new float[expected.length];
    for (int i = 0; i < exact.length; i++) {
      exact[i] = (float) expected[i];
      assertEquals(expected[i], exact[i], "the case is not exact");
    }
    assertArrayEquals(exact, found, what);
  }
}
