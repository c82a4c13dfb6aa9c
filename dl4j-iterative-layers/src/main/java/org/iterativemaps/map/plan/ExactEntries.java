package org.iterativemaps.map.plan;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Shares a whole number of weights out among the blocks of a {@link DensityPlan}; a block that is
 * there has at least one.
 */
final class ExactEntries {
  private final DensityPlan plan;
  private final Map<PaperBlock, Double> shares = new EnumMap<>(PaperBlock.class);

  private ExactEntries(DensityPlan plan) {
    this.plan = plan;
  }

  static Map<PaperBlock, Long> of(DensityPlan plan, long weights) {
    ExactEntries entries = new ExactEntries(plan);
    entries.share(weights);
    return entries.wholeNumbers(weights);
  }

  private void share(long weights) {
    Set<PaperBlock> present = EnumSet.noneOf(PaperBlock.class);
    plan.present().forEach(present::add);
    Set<PaperBlock> partial = EnumSet.copyOf(present);
    partial.removeIf(b -> plan.densities().get(b) == 1);
    for (PaperBlock block : PaperBlock.values()) {
      shares.put(block, plan.expectedWeights(block));
    }
    if (weights > cells(present)) {
      throw new IllegalArgumentException(
          "weights: found " + weights + ", but the blocks of " + plan + " have fewer cells");
    }
    if (weights < present.size()) {
      throw new IllegalArgumentException(
          "weights: found "
              + weights
              + ", but each of the "
              + present.size()
              + " blocks of "
              + plan
              + " needs one; leave blocks out by density 0");
    }
    double full = plan.expectedWeights() - sum(partial);
    boolean partialSuffice = weights - full >= partial.size() && weights - full <= cells(partial);
    Set<PaperBlock> open = partialSuffice ? partial : present;
    double left = partialSuffice ? weights - full : weights;
    fill(open, left - keepHidden(open, left));
  }

  /**
   * Where blocks have to be brought up to one weight, the other sides pay for it if they can, and
   * h-&gt;h, which the hidden proportion is about, has what is expected, or what they leave: taken
   * out of the open blocks. What it has then, else 0.
   */
  private double keepHidden(Set<PaperBlock> open, double left) {
    double factor = left / sum(open);
    boolean isRaised = open.stream().anyMatch(b -> factor * shares.get(b) < 1);
    if (!isRaised || !open.remove(PaperBlock.H_TO_H)) {
      return 0;
    }
    double expected = Math.max(1, factor * shares.get(PaperBlock.H_TO_H));
    double hidden = Math.min(expected, left - open.size()); // one is left for each of the others
    if (hidden > cells(PaperBlock.H_TO_H) || left - hidden > cells(open)) {
      open.add(PaperBlock.H_TO_H);
      return 0;
    }
    shares.put(PaperBlock.H_TO_H, hidden);
    return hidden;
  }

  /** In proportion to what is expected, but at least 1 and at most the cells of each block. */
  private void fill(Set<PaperBlock> open, double weights) {
    double left = weights;
    while (!open.isEmpty()) {
      double factor = left / sum(open);
      Set<PaperBlock> low = EnumSet.noneOf(PaperBlock.class);
      Set<PaperBlock> high = EnumSet.noneOf(PaperBlock.class);
      double added = 0;
      for (PaperBlock block : open) {
        double share = factor * shares.get(block);
        if (share < 1) {
          low.add(block);
          added += 1 - share;
        } else if (share > cells(block)) {
          high.add(block);
          added -= share - cells(block);
        }
      }
      // What the bounds add makes the factor smaller and cannot undo those below, or the reverse.
      Set<PaperBlock> bound = added >= 0 ? low : high;
      if (bound.isEmpty()) {
        open.forEach(b -> shares.put(b, factor * shares.get(b)));
        return;
      }
      for (PaperBlock block : bound) {
        shares.put(block, bound == low ? 1 : cells(block));
        left -= shares.get(block);
      }
      open.removeAll(bound);
    }
  }

  /** Largest remainders are rounded up. */
  private Map<PaperBlock, Long> wholeNumbers(long weights) {
    Map<PaperBlock, Long> counts = new EnumMap<>(PaperBlock.class);
    // A share that is whole but for rounding errors of its product counts as whole.
    shares.forEach((block, share) -> counts.put(block, (long) Math.floor(share * (1 + 1e-12))));
    long missing = weights - counts.values().stream().mapToLong(c -> c).sum();
    while (missing != 0) {
      int one = Long.signum(missing);
      PaperBlock next =
          Stream.of(PaperBlock.values())
              .filter(
                  b ->
                      one > 0
                          ? counts.get(b) < cells(b) * Math.signum(shares.get(b))
                          : counts.get(b) > 1)
              .max(Comparator.comparingDouble(b -> one * (shares.get(b) - counts.get(b))))
              .orElseThrow();
      counts.merge(next, (long) one, Long::sum);
      missing -= one;
    }
    return counts;
  }

  private double sum(Set<PaperBlock> blocks) {
    return blocks.stream().mapToDouble(shares::get).sum();
  }

  private double cells(Set<PaperBlock> blocks) {
    return blocks.stream().mapToDouble(this::cells).sum();
  }

  private double cells(PaperBlock block) {
    return block.cells(plan.inputSize(), plan.hiddenSize(), plan.outputSize());
  }
}
