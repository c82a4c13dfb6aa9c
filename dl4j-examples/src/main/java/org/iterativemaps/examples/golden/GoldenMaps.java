package org.iterativemaps.examples.golden;

import java.util.Arrays;
import java.util.function.BiPredicate;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Golden models as block maps: a trained block holds the weights on the mask, zeros included; a
 * fixed one beside it those off the mask that are not zero.
 */
final class GoldenMaps {
  private GoldenMaps() {}

  static BlockMap blockMap(GoldenModel model, String output) {
    BlockMapBuilder builder = BlockMap.builder().input(model.input().name(), model.input().size());
    for (State state : model.states()) {
      if (state.bias() == null) {
        builder.stateWithoutBias(
            state.name(), state.size(), state.activation().getActivationFunction());
      } else {
        builder.state(state.name(), state.size(), state.activation());
      }
    }
    for (Connection block : model.blocks().values()) {
      connect(builder, block);
    }
    return builder.output(output).injection(model.injection()).build();
  }

  private static void connect(BlockMapBuilder builder, Connection block) {
    WeightMask trained = mask(block, (onMask, weight) -> onMask != 0);
    if (trained.entryCount() > 0) {
      builder.connect(block.source(), block.target(), Sparsity.explicit(trained));
    }
    WeightMask frozen = mask(block, (onMask, weight) -> onMask == 0 && weight != 0);
    if (frozen.entryCount() > 0) {
      builder.connectFixed(
          block.source(),
          block.target(),
          Sparsity.explicit(frozen),
          WeightValues.explicit(entries(block.weight(), frozen)));
    }
  }

  private static WeightMask mask(Connection block, BiPredicate<Double, Double> exists) {
    boolean[][] cells = new boolean[block.mask().rows()][block.mask().columns()];
    for (int to = 0; to < cells.length; to++) {
      for (int from = 0; from < cells[to].length; from++) {
        cells[to][from] =
            exists.test(block.mask().getDouble(to, from), block.weight().getDouble(to, from));
      }
    }
    return WeightMask.ofMatrix(cells);
  }

  /** The entries of a full matrix [target, source], in the mask's order. */
  static double[] entries(INDArray matrix, WeightMask mask) {
    double[] cells = matrix.dup('c').data().asDouble();
    return Arrays.stream(mask.copyCells()).mapToDouble(cell -> cells[(int) cell]).toArray();
  }

  /** Puts entries into a full matrix [target, source]. */
  static void putEntries(double[] entries, WeightMask mask, INDArray matrix) {
    long[] cells = mask.copyCells();
    for (int entry = 0; entry < cells.length; entry++) {
      matrix.putScalar(
          cells[entry] / mask.fromSize(), cells[entry] % mask.fromSize(), entries[entry]);
    }
  }
}
