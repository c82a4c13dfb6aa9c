package org.iterativemaps.examples.data;

import java.util.Random;

/**
 * Independent random numbers for every item of a data set, so that items can be made in any order.
 */
final class Seeds {
  private Seeds() {}

  /**
   * A generator for one item. The seed is mixed by the finaliser of SplitMix64 (G. L. Steele, D.
   * Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014, section 4), since
   * neighbouring seeds of {@link Random} give similar first numbers.
   *
   * @param seed of the data set
   * @param item number of the item
   * @return a fresh generator
   */
  static Random of(long seed, long item) {
    return new Random(mix(mix(seed) + item * 0x9e3779b97f4a7c15L));
  }

  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
