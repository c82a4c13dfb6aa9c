package org.iterativemaps.map.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;

/**
 * Where the trainable weights of a map sit: the <b>hidden proportion</b> is the share of them in
 * blocks between hidden slots,
 *
 * <pre>    trainable weights in blocks hidden -&gt; hidden / trainable weights in all blocks</pre>
 *
 * <p>Biases and fixed blocks are not counted. Weights that no output depends on (see {@link
 * Liveness}) count unless {@link #live} is asked; {@link #count} says which it was. Hidden are the
 * state slots other than the output; all slots but the input where the output is the only state
 * slot, as in a layer whose read-out is the next layer, or where the map is not linear: a gated
 * cell hands its output on as its state. Source: Hershey, Paffenroth, arXiv:2509.15057 (2025).
 *
 * @param count which weights are counted
 * @param blocks the trained blocks that are counted, in the map's order
 * @param weights trainable weights, expected or realised
 * @param hiddenWeights those between hidden slots
 */
public record HiddenProportion(
    Count count, List<Share> blocks, double weights, double hiddenWeights) {

  /** Which weights are counted. */
  public enum Count {
    /** All that are trainable. */
    ALL("trainable weights"),
    /** Those of blocks that the output depends on in K steps. */
    LIVE("live weights");

    private final String words;

    Count(String words) {
      this.words = words;
    }
  }

  /** Copies the list. */
  public HiddenProportion {
    blocks = List.copyOf(blocks);
  }

  /**
   * One trained block.
   *
   * @param block "from-&gt;to"
   * @param weights its trainable weights, expected or realised
   * @param share of all trainable weights, in [0, 1]
   * @param isHidden whether it runs between hidden slots
   */
  public record Share(String block, double weights, double share, boolean isHidden) {}

  /**
   * As expected from the patterns; exact for all but Bernoulli patterns, and as drawn where a block
   * is not linear.
   *
   * @throws IllegalArgumentException if the input size is open or no block is trained
   */
  public static HiddenProportion expected(BlockMap map) {
    if (map.isOpen()) {
      throw new IllegalArgumentException(
          "the size of input slot '" + map.input().name() + "' is open; give it a size first");
    }
    List<Double> weights = new ArrayList<>();
    RealizedMap drawn = map.isLinear() ? null : map.realize();
    for (int b = 0; b < map.blocks().size(); b++) {
      Block block = map.blocks().get(b);
      weights.add(
          drawn != null
              ? weights(drawn, b)
              : block.isTrainable() ? map.site(block).expectedEntries(block.sparsity(), 0) : 0);
    }
    return of(Count.ALL, map, weights, b -> true);
  }

  /**
   * As drawn.
   *
   * @throws IllegalArgumentException if no block is trained
   */
  public static HiddenProportion realized(RealizedMap realized) {
    return of(Count.ALL, realized.map(), weights(realized), b -> true);
  }

  /**
   * As drawn, without the blocks that the output does not depend on.
   *
   * @param liveness of the same slots and blocks
   * @throws IllegalArgumentException if no block is trained and live
   */
  public static HiddenProportion live(RealizedMap realized, Liveness liveness) {
    return of(Count.LIVE, realized.map(), weights(realized), liveness::isLive);
  }

  private static List<Double> weights(RealizedMap realized) {
    return IntStream.range(0, realized.blocks().size())
        .mapToObj(block -> weights(realized, block))
        .toList();
  }

  /** The trained weights of a block, whatever its function. */
  private static double weights(RealizedMap realized, int block) {
    return realized.parameters().stream()
        .filter(parameter -> parameter.isWeight() && parameter.block() == block)
        .mapToDouble(Parameter::length)
        .sum();
  }

  private static HiddenProportion of(
      Count count, BlockMap map, List<Double> weights, IntPredicate isCounted) {
    double all =
        IntStream.range(0, weights.size()).filter(isCounted).mapToDouble(weights::get).sum();
    if (all == 0) {
      throw new IllegalArgumentException(
          "the map has no trained block" + (count == Count.LIVE ? " that is live: " : ": ") + map);
    }
    Set<String> hidden = hiddenSlots(map);
    List<Share> shares = new ArrayList<>();
    double hiddenWeights = 0;
    for (int b = 0; b < weights.size(); b++) {
      Block block = map.blocks().get(b);
      if (weights.get(b) > 0 && isCounted.test(b)) {
        boolean isHidden = hidden.containsAll(block.sources()) && hidden.contains(block.to());
        shares.add(new Share(block.name(), weights.get(b), weights.get(b) / all, isHidden));
        hiddenWeights += isHidden ? weights.get(b) : 0;
      }
    }
    return new HiddenProportion(count, shares, all, hiddenWeights);
  }

  private static Set<String> hiddenSlots(BlockMap map) {
    Set<String> states =
        map.slots().stream().filter(s -> !s.isInput()).map(Slot::name).collect(Collectors.toSet());
    if (states.size() > 1 && map.isLinear()) {
      states.remove(map.output().name());
    }
    return states;
  }

  /** The hidden proportion, in [0, 1]. */
  public double value() {
    return hiddenWeights / weights;
  }

  /** A line per block, with a bar for its share. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "hidden proportion %.4f of %,.0f %s%n", value(), weights, count.words));
    int width = blocks.stream().mapToInt(s -> s.block().length()).max().orElse(0);
    for (Share share : blocks) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-" + width + "s %12.0f %6.2f %% %s%n",
              share.block,
              share.weights,
              100 * share.share,
              (share.isHidden ? "#" : "-").repeat((int) Math.round(40 * share.share))));
    }
    return text.toString();
  }
}
