package org.iterativemaps.map.plan;

import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Shares a whole number of weights out among the blocks of a {@link DensityPlan}. */
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
    Set<PaperBlock> partial = EnumSet.noneOf(PaperBlock.class);
    for (PaperBlock block : PaperBlock.values()) {
      double density = plan.densities().get(block);
      shares.put(block, plan.expectedWeights(block));
      if (density > 0) {
        present.add(block);
      }
      if (density > 0 && density < 1) {
        partial.add(block);
      }
    }
    if (weights > cells(present)) {
      throw new IllegalArgumentException(
          "weights: found " + weights + ", but the blocks of " + plan + " have fewer cells");
    }
    double full = plan.expectedWeights() - sum(partial);
    boolean partialSuffice = weights >= full && weights - full <= cells(partial);
    fill(partialSuffice ? partial : present, partialSuffice ? weights - full : weights);
  }

  /** In proportion to what is expected, water-filled at the cells of each block. */
  private void fill(Set<PaperBlock> blocks, double weights) {
    Set<PaperBlock> open = EnumSet.noneOf(PaperBlock.class);
    open.addAll(blocks);
    double left = weights;
    while (!open.isEmpty()) {
      double factor = left / sum(open);
      PaperBlock tooFull =
          open.stream().filter(b -> factor * shares.get(b) > cells(b)).findFirst().orElse(null);
      if (tooFull == null) {
        open.forEach(b -> shares.put(b, factor * shares.get(b)));
        return;
      }
      shares.put(tooFull, cells(tooFull));
      left -= cells(tooFull);
      open.remove(tooFull);
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
                          : counts.get(b) > 0)
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
