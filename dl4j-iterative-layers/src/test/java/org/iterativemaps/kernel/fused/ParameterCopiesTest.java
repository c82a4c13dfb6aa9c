package org.iterativemaps.kernel.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.iterativemaps.lanes.LaneBlock;
import org.iterativemaps.lanes.LaneKernelSelection;
import org.iterativemaps.lanes.LaneKernels;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Enough parameters to be copied in shares, as many as the team has parts. */
class ParameterCopiesTest {
  private static final RealizedMap MAP =
      BlockMap.builder()
          .input("x", 200)
          .state("h", 300, Activation.TANH)
          .connect("x", "h", Sparsity.density(0.95))
          .connect("h", "h", Sparsity.density(0.1))
          .output("h")
          .build()
          .realize();
  private static final List<Parameter> ORDER = MAP.parameters();

  private static LaneBlock[] blocks() {
    LaneKernels kernels = LaneKernelSelection.selected();
    LaneBlock[] blocks =
        MAP.blocks().stream()
            .map(
                block ->
                    LaneBlock.of(
                        kernels, new DrawnMask(block.mask()), 0.5, kernels.tileLanes(1), 1))
            .toArray(LaneBlock[]::new);
    for (LaneBlock block : blocks) {
      block.layOut();
    }
    return blocks;
  }

  /** Element i of parameter p is begin + 1000000 p + i, in a view from the middle of an array. */
  private static INDArray[] views(int begin) {
    return ORDER.stream()
        .map(
            parameter -> {
              int first = begin + 1_000_000 * ORDER.indexOf(parameter);
              INDArray flat = Nd4j.arange(first - 7, first + parameter.length() + 3);
              return flat.castTo(DataType.FLOAT)
                  .get(NDArrayIndex.interval(7, 7 + parameter.length()));
            })
        .toArray(INDArray[]::new);
  }

  /** Every other element of a longer array. */
  private static INDArray[] strided(int begin) {
    INDArray[] arrays = views(begin);
    for (int p = 0; p < arrays.length; p++) {
      INDArray wide = Nd4j.zeros(DataType.FLOAT, arrays[p].length(), 2);
      wide.putColumn(1, arrays[p]);
      arrays[p] = wide.getColumn(1);
    }
    return arrays;
  }

  private static void assertRead(int begin, ParameterCopies copies, LaneBlock[] blocks) {
    for (int p = 0; p < ORDER.size(); p++) {
      Parameter parameter = ORDER.get(p);
      int first = begin + 1_000_000 * p;
      for (int i = 0; i < parameter.length(); i++) {
        assertEquals(first + i, copies.values[p][i], "parameter " + p + " element " + i);
      }
      if (!parameter.isBias()) {
        assertWeights(first, MAP.blocks().get(parameter.block()).mask(), blocks[parameter.block()]);
      }
    }
  }

  /** Column by column: the product with a unit vector. */
  private static void assertWeights(int first, WeightMask mask, LaneBlock block) {
    int lanes = LaneKernelSelection.selected().tileLanes(1);
    float[][] columns = new float[mask.fromSize()][];
    for (int j = 0; j < columns.length; j++) {
      float[] x = new float[mask.fromSize() * lanes];
      x[j * lanes] = 1;
      columns[j] = new float[mask.toSize() * lanes];
      block.multiplyAdd(0, 1, x, 0, 0, columns[j], 0, 0);
    }
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        float weight = columns[mask.source(entry)][to * lanes];
        assertEquals(first + entry, weight, "entry " + entry);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 1000})
  void inAnyNumberOfShares(int shares) {
    LaneBlock[] blocks = blocks();
    assertEquals("DenseLaneBlock", blocks[0].getClass().getSimpleName());
    assertEquals("SparseLaneBlock", blocks[1].getClass().getSimpleName());
    ParameterCopies copies = new ParameterCopies(MAP);
    ParameterCopies others = new ParameterCopies(MAP);
    LaneTeam team = LaneTeam.gather(shares);
    try {
      copies.read(team, views(0), blocks);
      assertRead(0, copies, blocks);
      others.read(team, strided(5), blocks);
      assertRead(5, others, blocks);
      copies.load(team, blocks);
      assertRead(0, copies, blocks);
      copies.read(team, strided(9), blocks);
      assertRead(9, copies, blocks);
    } finally {
      team.dismiss();
    }
  }

  @Test
  void anArrayOfAnotherLengthIsRefused() {
    INDArray[] arrays = views(0);
    arrays[1] = arrays[1].get(NDArrayIndex.interval(1, arrays[1].length()));
    LaneTeam team = LaneTeam.gather(1);
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new ParameterCopies(MAP).read(team, arrays, blocks()));
    assertTrue(refusal.getMessage().startsWith("parameter 1: found"), refusal.getMessage());
  }
}
