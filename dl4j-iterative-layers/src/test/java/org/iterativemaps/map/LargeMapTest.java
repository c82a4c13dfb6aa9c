package org.iterativemaps.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.stream.Stream;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** Masks so large that they are drawn side by side. */
class LargeMapTest {
  private static final int UNITS = 50_000;
  private static final List<Sparsity> PATTERNS =
      List.of(Sparsity.fanIn(7), Sparsity.bernoulli(1e-4), Sparsity.density(1e-4));

  private static BlockMap map(int... blocks) {
    BlockMapBuilder builder = BlockMap.builder().input("x", UNITS);
    for (int block : blocks) {
      String to = block == 0 ? "h" : "y" + block;
      builder.state(to, UNITS, Activation.TANH);
      builder.connect("x", to, PATTERNS.get(block));
    }
    return builder.output(blocks[0] == 0 ? "h" : "y" + blocks[0]).build();
  }

  /** A block alone is drawn by the thread that asks. */
  @Test
  void everyBlockIsDrawnAsAlone() {
    List<WeightMask> together =
        map(0, 1, 2).realize().blocks().stream().map(RealizedMap.RealizedBlock::mask).toList();
    List<WeightMask> alone =
        Stream.of(0, 1, 2).map(i -> map(i).realize().blocks().get(0).mask()).toList();
    assertEquals(alone, together);
    assertNotEquals(together.get(1), together.get(2));
    assertEquals(7 * UNITS, together.get(0).entryCount());
  }
}
