package org.iterativemaps.map.pattern;

/**
 * A random pattern made for hardware: the target units, in their order, are cut into bundles of
 * {@code size} neighbours (the last one has what is left), and all units of a bundle have the same
 * sources. Of c weights the number is exact, and every cell is as likely as every other.
 *
 * <p>Drawn in two parts, one after the other: the whole bundles, and the shorter last one of r
 * units, if r &gt; 0. The last one gets floor(c r / toSize) of the weights, and one more if a
 * random number in 0 … toSize-1, drawn first of all, is below c r mod toSize; the whole ones get
 * the rest.
 *
 * <p>A part of m weights in bundles of u units has k = ceil(m / u) sources, numbered bundle *
 * fromSize + source: distinct numbers of all there are, as {@link RandomSource#choose} draws them.
 * If u does not divide m, one of the k, a random number in 0 … k-1 in ascending order, is cut:
 * {@code choose} draws which m mod u units of its bundle have it. So at most one bundle of each
 * part is not quite one.
 *
 * @param size units of a bundle, at least 1
 * @param weights how many there are: {@link Sparsity.Density} or {@link Sparsity.Entries}
 */
public record BundledSparsity(int size, Sparsity weights) implements Sparsity {
  /** Checks the range, and that the number of weights is exact. */
  public BundledSparsity {
    PatternChecks.positive("size", size);
    if (!(weights instanceof Density || weights instanceof Entries)) {
      throw new IllegalArgumentException(
          "weights: found "
              + weights
              + ", expected Sparsity.density(…) or Sparsity.entries(…), which say how many there are");
    }
  }

  @Override
  public double expectedEntries(int fromSize, int toSize) {
    return weights.expectedEntries(fromSize, toSize);
  }

  @Override
  public void check(int fromSize, int toSize) {
    weights.check(fromSize, toSize);
  }

  @Override
  public WeightMask draw(int fromSize, int toSize, RandomSource random) {
    return random.bundles(fromSize, toSize, size, (long) expectedEntries(fromSize, toSize));
  }
}
