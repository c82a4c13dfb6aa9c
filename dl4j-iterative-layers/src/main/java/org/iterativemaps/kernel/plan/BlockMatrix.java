package org.iterativemaps.kernel.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * A sparse matrix that a block multiplies with: a linear block has one, a product of two linear
 * images has two, the elementwise functions have none.
 *
 * @param block index of the block
 * @param part which of the block's matrices, from 0
 * @param from index of the slot that it reads
 * @param mask its weights that exist
 * @param fixedValues of weights that are never trained; else null
 * @param parameter index of its weights among the map's parameters; -1 if they are never trained
 */
public record BlockMatrix(
    int block, int part, int from, WeightMask mask, double[] fixedValues, int parameter) {

  /** Those of all blocks, in their order. */
  public static List<BlockMatrix> of(RealizedMap map) {
    List<BlockMatrix> all = new ArrayList<>();
    for (int b = 0; b < map.blocks().size(); b++) {
      all.addAll(of(map, b));
    }
    return all;
  }

  /** Those of a block. */
  public static List<BlockMatrix> of(RealizedMap map, int block) {
    RealizedBlock realized = map.blocks().get(block);
    if (realized.mask() != null) {
      return List.of(
          new BlockMatrix(
              block,
              0,
              realized.from(),
              realized.mask(),
              realized.fixedValues(),
              realized.parameter()));
    }
    if (!(realized.block().function() instanceof BlockFunctions.LinearProduct)) {
      return List.of();
    }
    List<BlockMatrix> images = new ArrayList<>();
    for (int part = 0; part < realized.parameterCount(); part++) {
      int parameter = realized.parameter() + part;
      WeightMask mask = map.parameters().get(parameter).mask();
      int from = realized.sources().get(part);
      images.add(new BlockMatrix(block, part, from, mask, null, parameter));
    }
    return images;
  }

  /** By parameter of a map, the index of the matrix that it is; -1 for those of slots. */
  public static int[] byParameter(RealizedMap map) {
    int[] matrices = new int[map.parameters().size()];
    Arrays.fill(matrices, -1);
    List<BlockMatrix> all = of(map);
    for (int m = 0; m < all.size(); m++) {
      if (all.get(m).isTrained()) {
        matrices[all.get(m).parameter] = m;
      }
    }
    return matrices;
  }

  /** Whether its weights are a parameter. */
  public boolean isTrained() {
    return parameter >= 0;
  }
}
