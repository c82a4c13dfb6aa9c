package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small integers: every sum is exact in any order, so everything must agree to the bit. */
class BundledLaneBlockTest {
  private final LaneKernels kernels = LaneKernelSelection.selected();

  private static WeightMask drawn(int size, int from, int to, double density) {
    return Sparsity.bundles(size, density).draw(from, to, RandomSource.of(from + to, "mask"));
  }

  /** Bundles of four and more rows at any place, and rows of their own and empty ones between. */
  private static WeightMask mixed(int from, int to, double density, Random random) {
    boolean[][] exists = new boolean[to][];
    int i = 0;
    while (i < to) {
      boolean[] row = new boolean[from];
      boolean isEmpty = random.nextInt(6) == 0;
      for (int j = 0; j < from; j++) {
        row[j] = !isEmpty && random.nextDouble() < density;
      }
      int rows = random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 4 + random.nextInt(8);
      for (int r = 0; r < rows && i < to; r++) {
        exists[i++] = row;
      }
    }
    return WeightMask.ofMatrix(exists);
  }

  private boolean isBundled(WeightMask mask, int lanes, int parts) {
    return LaneBlock.of(
            kernels, LaneCase.rows(mask), kernels.leastDenseDensity(false), lanes, parts)
        instanceof BundledLaneBlock;
  }

  @ParameterizedTest(name = "bundles of {0}, {1} -> {2}, density {3}")
  @CsvSource({
    "4, 9, 4, 0.4",
    "4, 1, 8, 0.5",
    "4, 40, 64, 0.1",
    "4, 41, 63, 0.21",
    "4, 301, 6, 0.3",
    "8, 33, 72, 0.3",
    "8, 100, 75, 0.123",
    "12, 61, 50, 0.2",
    "5, 90, 60, 0.35",
    "4, 1500, 40, 0.1",
    "4, 700, 1031, 0.03",
    "8, 1031, 257, 0.2"
  })
  void patternsOfBundles(int size, int from, int to, double density) {
    WeightMask mask = drawn(size, from, to, density);
    for (int vectors : new int[] {1, 2, 4, 8}) {
      for (int parts : new int[] {1, 2, 3}) {
        check(mask, vectors * kernels.vectorLanes(), parts, 1 + parts, new Random(from));
      }
    }
    if (size == 4 && to > 8) { // else one that is cut may be half of them
      assertEquals(kernels.bundles() != null, isBundled(mask, kernels.vectorLanes(), 1));
    }
  }

  @Test
  void bundlesAtAnyPlace() {
    Random random = new Random(7);
    int bundled = 0;
    for (int i = 0; i < 60; i++) {
      int from = 1 + random.nextInt(i % 10 == 0 ? 900 : 60);
      WeightMask mask =
          mixed(from, 1 + random.nextInt(80), 0.05 + 0.3 * random.nextDouble(), random);
      int lanes = (1 << random.nextInt(4)) * kernels.vectorLanes();
      int parts = 1 + random.nextInt(3);
      check(mask, lanes, parts, 1 + random.nextInt(6), random);
      bundled += isBundled(mask, lanes, parts) ? 1 : 0;
    }
    assertTrue(kernels.bundles() == null || bundled > 20, "only " + bundled + " were bundled");
  }

  /** All products of a block against plain loops, over several tiles, shares and parts. */
  private void check(WeightMask mask, int lanes, int parts, int tiles, Random random) {
    DoubleSupplier integers = () -> random.nextInt(7) - 3;
    int xStride = mask.fromSize() * lanes + 3;
    int yStride = mask.toSize() * lanes + 5;
    float[] w = LaneCase.draw(mask.entryCount(), integers);
    float[] x = LaneCase.draw(tiles * xStride + 1, integers);
    float[] y = LaneCase.draw(tiles * yStride + 2, integers);
    float[] product = y.clone();
    float[] transposed = x.clone();
    float[] outer = new float[w.length];
    for (int tile = 0; tile < tiles; tile++) {
      for (int i = 0; i < mask.toSize(); i++) {
        for (int e = mask.targetStart(i); e < mask.targetStart(i + 1); e++) {
          int source = 1 + tile * xStride + mask.source(e) * lanes;
          int target = 2 + tile * yStride + i * lanes;
          for (int l = 0; l < lanes; l++) {
            product[target + l] += w[e] * x[source + l];
            transposed[source + l] += w[e] * y[target + l];
            outer[e] += y[target + l] * x[source + l];
          }
        }
      }
    }
    LaneBlock block =
        LaneBlock.of(kernels, LaneCase.rows(mask), kernels.leastDenseDensity(false), lanes, parts);
    Supplier<String> what =
        () -> mask + ", lanes " + lanes + ", parts " + parts + ", tiles " + tiles;
    block.layOut();
    block.layOutBackward();
    for (int share = 0; share < 3; share++) {
      block.load(w, share, 3);
    }
    for (int share = 0; share < 2; share++) {
      block.prepareBackward(share, 2);
    }
    float[] foundX = x.clone();
    float[] foundY = y.clone();
    for (int part = 0; part < parts; part++) {
      block.multiplyAdd(part, tiles, x, 1, xStride, foundY, 2, yStride);
      block.multiplyTransposedAdd(part, tiles, y, 2, yStride, foundX, 1, xStride);
    }
    assertArrayEquals(product, foundY, what);
    assertArrayEquals(transposed, foundX, what);
    OuterTerms terms = new OuterTerms();
    terms.clear(y, x);
    for (int tile = 0; tile < tiles; tile++) {
      terms.add(2 + tile * yStride, 1 + tile * xStride);
    }
    float[] gradient = new float[block.gradientLength()];
    float[] scratch = new float[block.scratchLength() + 9];
    for (int shares : new int[] {1, 4}) {
      Arrays.fill(gradient, 0);
      for (int share = 0; share < shares; share++) {
        block.outerAdd(share, shares, terms, gradient, scratch, 9);
      }
      float[] found = new float[w.length];
      for (int share = 0; share < 3; share++) {
        block.toEntries(gradient, found, share, 3);
      }
      assertArrayEquals(outer, found, what);
    }
  }

  /** Bundles lie apart from each other; rows of one length or some of their sources make none. */
  @Test
  void bundlesAreFoundInTheMask() {
    WeightMask mask =
        WeightMask.ofMatrix(
            new boolean[][] {
              {true, false, false},
              {false, true, true}, // 1 … 4
              {false, true, true},
              {false, true, true},
              {false, true, true},
              {false, true, true},
              {true, false, true}, // 6 … 9
              {true, false, true},
              {true, false, true},
              {true, false, true},
              {false, false, false},
              {false, false, false},
              {false, false, false},
              {false, false, false}
            });
    assertArrayEquals(new int[] {1, 6}, BundleTiling.find(LaneCase.rows(mask)));
  }

  @Test
  void aMaskWithFewBundlesIsASparseOne() {
    WeightMask random = LaneCase.mask(40, 60, 0.2, new Random(3));
    assertFalse(isBundled(random, kernels.vectorLanes(), 1));
    // A cell less in every second bundle: half of the rows are in none.
    WeightMask whole = drawn(4, 50, 64, 0.2);
    long[] cells =
        Arrays.stream(whole.copyCells())
            .filter(
                cell -> {
                  int to = (int) (cell / 50);
                  return to % 8 != 1 || cell % 50 != whole.source(whole.targetStart(to));
                })
            .toArray();
    WeightMask fewer = WeightMask.ofCells(50, 64, cells);
    assertTrue(fewer.entryCount() < whole.entryCount());
    for (int parts = 1; parts <= 2; parts++) {
      check(fewer, 4 * kernels.vectorLanes(), parts, 2, new Random(4));
    }
  }
}
