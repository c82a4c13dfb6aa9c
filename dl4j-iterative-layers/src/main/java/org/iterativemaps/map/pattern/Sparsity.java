package org.iterativemaps.map.pattern;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import org.iterativemaps.map.values.WeightValues;

/**
 * A rule for which weights of a block exist.
 *
 * <p>Random patterns are drawn from the map's seed and the names of the two slots, the same on
 * every JVM and platform, in time and memory proportional to the entries (for {@link FanIn} also to
 * the target units) and never to the cells. The vocabulary is that of the papers' code
 * (arXiv:2404.00880, arXiv:2509.15057): {@code W}/dense, {@code R=p}, {@code S=n}, {@code Row=n},
 * {@code D}, and explicit.
 */
public sealed interface Sparsity extends Serializable
    permits Sparsity.Dense,
        Sparsity.Bernoulli,
        Sparsity.Density,
        Sparsity.Entries,
        Sparsity.FanIn,
        Sparsity.Diagonal,
        Sparsity.Explicit,
        GroupedSparsity,
        BundledSparsity,
        RingSparsity,
        LineSparsity,
        JumpingRingSparsity,
        SmallWorldSparsity,
        ClusteredSparsity {

  /** Every weight exists. */
  static Sparsity dense() {
    return new Dense();
  }

  /**
   * Each weight exists with an independent chance.
   *
   * @param probability in (0, 1]
   * @throws IllegalArgumentException if outside that range
   */
  static Sparsity bernoulli(double probability) {
    return new Bernoulli(probability);
  }

  /**
   * An exact share of the weights, at places drawn without replacement: round(density * cells)
   * entries.
   *
   * @param density a fraction in (0, 1]
   * @throws IllegalArgumentException if outside that range
   */
  static Sparsity density(double density) {
    return new Density(density);
  }

  /**
   * An exact number of weights, at places drawn without replacement.
   *
   * @param count at least 1
   * @throws IllegalArgumentException if below 1
   */
  static Sparsity entries(long count) {
    return new Entries(count);
  }

  /**
   * An exact number of weights into every target unit (entries per row of W), from source units
   * drawn without replacement.
   *
   * @param perTarget at least 1
   * @throws IllegalArgumentException if below 1
   */
  static Sparsity fanIn(int perTarget) {
    return new FanIn(perTarget);
  }

  /**
   * As {@link #density}, for bundles of neighbouring target units that share their sources: a
   * source unit that is loaded once serves as many products as a bundle has units, which with
   * AVX-512 takes little more than half the time. See {@link BundledSparsity}.
   *
   * @param size units of a bundle, at least 1; 4 and 8 suit the kernels
   * @param density a fraction in (0, 1]
   * @throws IllegalArgumentException if outside these ranges
   */
  static Sparsity bundles(int size, double density) {
    return new BundledSparsity(size, density(density));
  }

  /**
   * As {@link #bundles}, an exact number of weights.
   *
   * @param size units of a bundle, at least 1; 4 and 8 suit the kernels
   * @param count at least 1
   * @throws IllegalArgumentException if outside these ranges
   */
  static Sparsity bundledEntries(int size, long count) {
    return new BundledSparsity(size, entries(count));
  }

  /** Unit i of the source to unit i of the target, for every i that both slots have. */
  static Sparsity diagonal() {
    return new Diagonal();
  }

  /**
   * Source and target units fall at random into this many groups, of one size or one more, and
   * group g of the source reaches all of group g of the target: a density of about 1 / count, by
   * which weights can be orthogonal exactly ({@link WeightValues#orthogonal}).
   *
   * @param count at least 1, and at most the units of the smaller slot
   * @throws IllegalArgumentException if below 1
   */
  static Sparsity groups(int count) {
    return new GroupedSparsity(count);
  }

  /**
   * A ring, of a slot to itself: unit i to unit i + 1, the last one to the first. With {@link
   * WeightValues#constant} r it is the simple cycle reservoir, all of whose eigenvalues have the
   * modulus r. Source: Rodan, Tino, "Minimum complexity echo state network" (2011).
   */
  static Sparsity ring() {
    return new RingSparsity();
  }

  /**
   * A line, of a slot to itself: unit i to unit i + 1, a delay line. All of its eigenvalues are 0,
   * so that {@link WeightValues#spectralRadius} refuses it. Source: as {@link #ring}.
   */
  static Sparsity line() {
    return new LineSparsity(false);
  }

  /** As {@link #line}, and unit i + 1 to unit i. */
  static Sparsity lineWithFeedback() {
    return new LineSparsity(true);
  }

  /**
   * A ring, and on it jumps both ways between units 0 and l, l and 2 l, and so on, up to the last
   * multiple of l; where l divides the units, from there to unit 0, too. Source: Rodan, Tino,
   * "Simple deterministically constructed cycle reservoirs with regular jumps" (2012).
   *
   * @param jump l, at least 2 and less than half of the units
   */
  static Sparsity ringWithJumps(int jump) {
    return new JumpingRingSparsity(jump);
  }

  /**
   * A small world, of a slot to itself: every unit reads its k nearest neighbours on a ring, k / 2
   * on each side, and each of them is replaced with a chance by another unit, any of those that it
   * does not read; none reads itself. Every unit has k sources. Source: Watts, Strogatz,
   * "Collective dynamics of 'small-world' networks" (1998), with directed edges.
   *
   * @param neighbours k, even, at least 2 and at most half of the units
   * @param rewiring the chance, in [0, 1]: 0 is a lattice, 1 nearly {@link #fanIn}
   */
  static Sparsity smallWorld(int neighbours, double rewiring) {
    return new SmallWorldSparsity(neighbours, rewiring);
  }

  /**
   * Clusters of neighbouring units, of one size or one more, in a slot to itself: exact shares of
   * the weights inside them and between them, at random places. Source of clustered reservoirs:
   * Deng, Zhang, "Collective behavior of a small-world recurrent neural system with scale-free
   * distribution" (2007).
   *
   * @param count of clusters, at least 1 and at most the units
   * @param inside density in (0, 1] of the cells inside clusters
   * @param between density in [0, 1] of all others
   */
  static Sparsity clusters(int count, double inside, double between) {
    return new ClusteredSparsity(count, inside, between);
  }

  /**
   * Exactly these weights.
   *
   * @param mask the mask, its sizes those of the two slots
   */
  static Sparsity explicit(WeightMask mask) {
    return new Explicit(mask);
  }

  /**
   * The number of weights this rule is expected to leave: exact for every rule but Bernoulli, where
   * it is the mean.
   *
   * @param fromSize units of the source slot
   * @param toSize units of the target slot
   */
  double expectedEntries(int fromSize, int toSize);

  /**
   * Draws the mask.
   *
   * @param fromSize units of the source slot
   * @param toSize units of the target slot
   * @param random where the numbers come from
   * @throws IllegalArgumentException as {@link #check}
   */
  WeightMask draw(int fromSize, int toSize, RandomSource random);

  /**
   * Refuses sizes that this rule does not fit.
   *
   * @param fromSize units of the source slot
   * @param toSize units of the target slot
   * @throws IllegalArgumentException saying what was found, what was expected and what to do
   */
  default void check(int fromSize, int toSize) {
    WeightMask.checkCount((long) Math.ceil(expectedEntries(fromSize, toSize)), fromSize, toSize);
  }

  /** See {@link Sparsity#dense()}. */
  record Dense() implements Sparsity {
    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return (double) fromSize * toSize;
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      return WeightMask.dense(fromSize, toSize);
    }
  }

  /**
   * See {@link Sparsity#bernoulli(double)}.
   *
   * @param probability in (0, 1]
   */
  record Bernoulli(double probability) implements Sparsity {
    /** Checks the range. */
    public Bernoulli {
      PatternChecks.fraction("probability", probability);
    }

    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return probability * fromSize * toSize;
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      return random.bernoulli(fromSize, toSize, probability);
    }
  }

  /**
   * See {@link Sparsity#density(double)}.
   *
   * @param density in (0, 1]
   */
  record Density(double density) implements Sparsity {
    /** Checks the range. */
    public Density {
      PatternChecks.fraction("density", density);
    }

    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return Math.rint(density * fromSize * toSize);
    }

    @Override
    public void check(int fromSize, int toSize) {
      Sparsity.super.check(fromSize, toSize);
      if (expectedEntries(fromSize, toSize) < 1) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "density %s of %d x %d cells (from x to) rounds to no weight at all; use at least %.2g"
                    + " or leave the block out",
                density,
                fromSize,
                toSize,
                1.0 / ((double) fromSize * toSize)));
      }
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      return random.exactly(fromSize, toSize, (long) expectedEntries(fromSize, toSize));
    }
  }

  /**
   * See {@link Sparsity#entries(long)}.
   *
   * @param count at least 1
   */
  record Entries(long count) implements Sparsity {
    /** Checks the range. */
    public Entries {
      PatternChecks.positive("count", count);
    }

    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return count;
    }

    @Override
    public void check(int fromSize, int toSize) {
      long cells = (long) fromSize * toSize;
      if (count > cells) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%d entries asked of a block of %d x %d = %d cells (from x to); ask for at most %d",
                count,
                fromSize,
                toSize,
                cells,
                cells));
      }
      Sparsity.super.check(fromSize, toSize);
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      return random.exactly(fromSize, toSize, count);
    }
  }

  /**
   * See {@link Sparsity#fanIn(int)}.
   *
   * @param perTarget at least 1
   */
  record FanIn(int perTarget) implements Sparsity {
    /** Checks the range. */
    public FanIn {
      PatternChecks.positive("perTarget", perTarget);
    }

    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return (double) perTarget * toSize;
    }

    @Override
    public void check(int fromSize, int toSize) {
      if (perTarget > fromSize) {
        throw new IllegalArgumentException(
            "fan-in "
                + perTarget
                + " asked of a source slot of "
                + fromSize
                + " units; ask for at most "
                + fromSize);
      }
      Sparsity.super.check(fromSize, toSize);
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      return random.fanIn(fromSize, toSize, perTarget);
    }
  }

  /** See {@link Sparsity#diagonal()}. */
  record Diagonal() implements Sparsity {
    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return Math.min(fromSize, toSize);
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      WeightMask.checkDrawing(fromSize, toSize, expectedEntries(fromSize, toSize));
      int[] sources = new int[Math.min(fromSize, toSize)];
      Arrays.setAll(sources, i -> i);
      int[] targetStart = new int[toSize + 1];
      Arrays.setAll(targetStart, to -> Math.min(to, sources.length));
      return WeightMask.ofCheckedRows(fromSize, toSize, targetStart, sources);
    }
  }

  /**
   * See {@link Sparsity#explicit(WeightMask)}.
   *
   * @param mask the weights that exist
   */
  record Explicit(WeightMask mask) implements Sparsity {
    /** Checks that there is a mask with an entry. */
    public Explicit {
      if (mask == null || mask.entryCount() == 0) {
        throw new IllegalArgumentException(
            "mask: found "
                + (mask == null ? "null" : "a mask without entries")
                + ", expected at least one weight; leave the block out instead");
      }
    }

    @Override
    public double expectedEntries(int fromSize, int toSize) {
      return mask.entryCount();
    }

    @Override
    public void check(int fromSize, int toSize) {
      if (mask.fromSize() != fromSize || mask.toSize() != toSize) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "explicit mask of %d x %d (from x to) for slots of %d and %d units; rows of a mask are"
                    + " target units, columns source units",
                mask.fromSize(),
                mask.toSize(),
                fromSize,
                toSize));
      }
    }

    @Override
    public WeightMask draw(int fromSize, int toSize, RandomSource random) {
      check(fromSize, toSize);
      return mask;
    }
  }
}
