package org.iterativemaps.map.change;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrowthTest {

  /** Fixed weights stay where and what they are; none is added, whatever rule drew them. */
  @ParameterizedTest
  @ValueSource(strings = {"x->h", "h->h", "h->y"})
  void fixedBlocksKeepTheirValues(String block) {
    Sparsity[] patterns = {
      Sparsity.dense(), Sparsity.diagonal(), Sparsity.density(0.5), Sparsity.fanIn(2)
    };
    WeightValues[] rules = {
      WeightValues.gaussian(0, 1), WeightValues.fanIn(1), WeightValues.orthogonal(1)
    };
    for (Sparsity pattern : patterns) {
      for (WeightValues rule : rules) {
        boolean isDense = pattern instanceof Sparsity.Dense;
        if (!isDense && rule.equals(WeightValues.orthogonal(1))) {
          continue;
        }
        RealizedMap before = reservoir(block, pattern, rule);
        MapWeights weights = Samples.random(before, 1);
        MapChange change = Resizing.grow(before, "h", 3, 1, 0.5);
        double[][] old = Samples.matrix(weights, block, false);
        double[][] grown = Samples.matrix(change.carry(weights), block, false);
        String what = block + " " + pattern + " " + rule;
        assertEquals(Samples.count(old), Samples.count(grown), what);
        for (int to = 0; to < old.length; to++) {
          for (int from = 0; from < old[to].length; from++) {
            assertEquals(old[to][from], grown[to][from], what);
          }
        }
      }
    }
  }

  private static RealizedMap reservoir(String block, Sparsity pattern, WeightValues rule) {
    String[] ends = block.split("->");
    return BlockMap.builder()
        .input("x", 4)
        .state("h", 4)
        .state("y", 4)
        .connectFixed(ends[0], ends[1], pattern, rule)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.dense())
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .build()
        .realize();
  }
}
