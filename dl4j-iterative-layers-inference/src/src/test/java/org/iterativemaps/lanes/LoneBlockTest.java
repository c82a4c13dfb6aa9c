package org.iterativemaps.lanes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every layout beside a plain loop, with small integers: every sum is exact, in any order. */
class LoneBlockTest {
  private static final LaneKernels[] KERNELS = {
    new ScalarLaneKernels(), LaneKernelSelection.selected()
  };

  /** Of a density, or with neighbouring units that share their sources. */
  private static Mask mask(Random random, int from, int to, double density, int bundle) {
    int[] starts = new int[to + 1];
    List<Integer> sources = new ArrayList<>();
    boolean[] exists = new boolean[from];
    for (int row = 0; row < to; row++) {
      for (int column = 0; column < from && row % bundle == 0; column++) {
        exists[column] = random.nextDouble() < density;
      }
      for (int column = 0; column < from; column++) {
        if (exists[column]) {
          sources.add(column);
        }
      }
      starts[row + 1] = sources.size();
    }
    return CompressedRows.of(
        from, to, starts, sources.stream().mapToInt(Integer::intValue).toArray());
  }

  private static float[] integers(Random random, int length) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = random.nextInt(9) - 4;
    }
    return numbers;
  }

  @Test
  void productsAreExact() {
    Set<String> layouts = new HashSet<>();
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      int from = 1 + random.nextInt(60);
      int to = 1 + random.nextInt(60);
      double density = new double[] {0, 0.1, 0.3, 0.7, 1}[random.nextInt(5)];
      Mask mask = mask(random, from, to, density, random.nextBoolean() ? 1 : 16);
      float[] weights = integers(random, mask.entryCount());
      for (LaneKernels kernels : KERNELS) {
        LoneBlock block = LoneBlock.of(kernels, mask, weights);
        layouts.add(block.getClass().getSimpleName());
        int lanes = kernels.tileLanes(1);
        int x = block.workspace();
        int y = x + from;
        int end = y + (to + lanes - 1) / lanes * lanes;
        float[] v = integers(random, end + 1);
        float[] before = v.clone();
        block.multiplyAdd(v, x, v, y, v);
        for (int i = x; i < v.length; i++) {
          float expected = before[i];
          for (int e = i < y || i >= y + to ? 0 : mask.targetStart(i - y);
              i >= y && i < y + to && e < mask.targetStart(i - y + 1);
              e++) {
            expected += weights[e] * before[x + mask.source(e)];
          }
          assertEquals(expected, v[i], "seed " + seed + ", " + block.getClass() + ", place " + i);
        }
      }
    }
    assertTrue(layouts.contains("LoneColumns") && layouts.contains("LoneEntries"), layouts + "");
    boolean hasVectors = KERNELS[1].bundles() != null;
    assertEquals(hasVectors, layouts.contains("LoneVectors"), layouts + "");
  }
}
