package org.iterativemaps.watch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.values.SparseMatrix;
import org.iterativemaps.map.values.SpectralRadius;

/** The spectral radius of the linear blocks that feed a state back. */
record FeedbackRadius() implements MapMeasure {
  static final int MOST_VECTORS = 120;
  private static final double RESIDUAL = 1e-3;

  @Override
  public String name() {
    return "spectral radius";
  }

  @Override
  public Map<String, Double> of(WatchedMap map) {
    Map<String, List<RealizedBlock>> blocks = new LinkedHashMap<>(); // trained and fixed ones
    for (RealizedBlock block : map.realized().blocks()) {
      if (block.block().isLinear() && feedsBack(map.settings().map(), block)) {
        blocks.computeIfAbsent(block.block().name(), name -> new ArrayList<>()).add(block);
      }
    }
    Map<String, Double> radii = new LinkedHashMap<>();
    blocks.forEach((name, own) -> radii.put(name, radius(own, map.weights())));
    return radii;
  }

  private static boolean feedsBack(BlockMap map, RealizedBlock block) {
    Slot from = map.slots().get(block.from());
    Slot to = map.slots().get(block.to());
    return from == to || (!map.isLinear() && !from.isInput() && from.size() == to.size());
  }

  private static double radius(List<RealizedBlock> blocks, MapWeights weights) {
    try {
      SparseMatrix sum =
          blocks.stream()
              .map(block -> SparseMatrix.of(block.mask(), weights.values(block)))
              .reduce(SparseMatrix::plus)
              .orElseThrow();
      return SpectralRadius.estimate(sum.mask(), sum.values(), RESIDUAL, MOST_VECTORS);
    } catch (IllegalArgumentException notFound) { // or not finite: no reason to end a training
      return Double.NaN;
    }
  }
}
