package org.iterativemaps.convert;

import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * A recurrent map over a sequence as one fixed map iterated once per token: the whole sequence is
 * part of the state, and moves on by one token in every step (arXiv:2404.00880, equation 15).
 *
 * <pre>    tokens_i  &lt;-  tokens_{i+1},   h  &lt;-  A( W tokens_1 + U h + b )</pre>
 *
 * <p>For study and tests: the state has all T tokens, and weights from the input exist twice, for
 * the first step, in which the sequence is in the input slot, and for all others. The two copies
 * train apart.
 */
public final class LiftedForm {
  /** The slot that holds what is left of the sequence. */
  public static final String QUEUE = "queue";

  private LiftedForm() {}

  /**
   * The lifted form of a recurrent map with K = 1.
   *
   * @param recurrent its map and weights
   * @param tokens T, at least 1
   * @return a map on inputs of T nIn units, the tokens one after the other, injected as an impulse:
   *     after k steps from a state of zeros its output is the recurrent map's at token k
   * @throws IllegalArgumentException if tokens is below 1, the map has a slot named "queue", or it
   *     is not linear
   */
  public static MapWeights of(MapWeights recurrent, int tokens) {
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens: found " + tokens + ", expected at least 1");
    }
    BlockMap map = recurrent.map();
    map.requireLinear("lifted form");
    Slot input = map.input();
    int size = Math.multiplyExact(input.size(), tokens);
    BlockMapBuilder builder =
        BlockMap.builder().input(input.name(), size).injection(Injection.IMPULSE);
    builder.stateWithoutBias(QUEUE, size, new ActivationIdentity());
    map.slots().stream().filter(slot -> !slot.isInput()).forEach(builder::add);
    Map<String, double[]> numbers = new LinkedHashMap<>();
    for (RealizedBlock block : recurrent.realized().blocks()) {
      String to = block.block().to();
      if (block.block().from().equals(input.name())) {
        Sparsity first = Sparsity.explicit(onFirstToken(block.mask(), size));
        add(builder, numbers, input.name(), to, first, block, recurrent);
        if (tokens > 1) {
          add(builder, numbers, QUEUE, to, first, block, recurrent);
        }
      } else {
        Sparsity same = Sparsity.explicit(block.mask());
        add(builder, numbers, block.block().from(), to, same, block, recurrent);
      }
    }
    if (tokens > 1) {
      Sparsity shift = Sparsity.explicit(shift(input.size(), size));
      builder.connectFixed(input.name(), QUEUE, shift, WeightValues.constant(1));
      if (tokens > 2) {
        builder.connectFixed(QUEUE, QUEUE, shift, WeightValues.constant(1));
      }
    }
    map.slots().stream()
        .filter(Slot::hasBias)
        .forEach(s -> numbers.put(Parameter.biasKey(s.name()), recurrent.bias(s.name())));
    return new MapWeights(builder.output(map.output().name()).build().realize(), numbers);
  }

  private static void add(
      BlockMapBuilder builder,
      Map<String, double[]> numbers,
      String from,
      String to,
      Sparsity mask,
      RealizedBlock block,
      MapWeights recurrent) {
    boolean isTrained = block.block().isTrainable();
    double[] values = recurrent.values(block);
    builder.add(new Block(from, to, mask, isTrained ? null : WeightValues.explicit(values)));
    if (isTrained) {
      numbers.put(Parameter.weightKey(from, to), values);
    }
  }

  /** The same entries on a wider source slot, of which they read the first units. */
  private static WeightMask onFirstToken(WeightMask mask, int size) {
    return WeightMask.ofRows(size, mask.toSize(), mask.copyTargetStarts(), mask.copySources());
  }

  /** Unit i reads unit i + by; the last ones read nothing. */
  private static WeightMask shift(int by, int size) {
    long[] cells = new long[size - by];
    for (int to = 0; to < cells.length; to++) {
      cells[to] = (long) to * size + to + by;
    }
    return WeightMask.ofCells(size, size, cells);
  }
}
