package org.iterativemaps.map.pattern;

/**
 * SplitMix64: the random numbers behind masks and fixed weights, the same on every JVM and
 * platform.
 *
 * <p>State s advances by the golden gamma 0x9E3779B97F4A7C15; the output is a 64-bit finaliser of
 * s. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
 * fig. 16 (mix: Stafford's variant 13). Written out here because no class of the JDK promises its
 * sequence across versions in this form, and a saved model must find its mask again.
 *
 * <p>Not thread-safe.
 */
public final class SplitMix {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  public SplitMix(long seed) {
    state = seed;
  }

  /** A generator of its own for a named part of a whole: other parts do not shift its numbers. */
  static SplitMix named(long seed, String... names) {
    long mixed = mix(seed);
    for (String name : names) {
      for (int i = 0; i < name.length(); i++) {
        mixed = mix(mixed + GOLDEN_GAMMA + name.charAt(i));
      }
      mixed = mix(mixed ^ GOLDEN_GAMMA); // so that "ab","c" and "a","bc" differ
    }
    return new SplitMix(mixed);
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  public long nextLong() {
    state += GOLDEN_GAMMA;
    return mix(state);
  }

  /** Uniform in the open interval (0, 1): 53 random bits, centred, so that log(u) is finite. */
  public double nextDouble() {
    return ((nextLong() >>> 11) + 0.5) * 0x1.0p-53;
  }

  /**
   * Uniform in [0, bound), without bias. Source: Lemire, "Fast random integer generation in an
   * interval", ACM TOMACS 2019.
   */
  public long nextLong(long bound) {
    long random = nextLong();
    long high = unsignedHigh(random, bound);
    long low = random * bound;
    if (Long.compareUnsigned(low, bound) < 0) {
      long threshold = Long.remainderUnsigned(-bound, bound);
      while (Long.compareUnsigned(low, threshold) < 0) {
        random = nextLong();
        high = unsignedHigh(random, bound);
        low = random * bound;
      }
    }
    return high;
  }

  private static long unsignedHigh(long x, long positive) {
    return Math.multiplyHigh(x, positive) + ((x >> 63) & positive);
  }

  /**
   * Standard normal, by the polar method of Marsaglia and Bray (1964) on {@link StrictMath}, one of
   * the pair: simple, and equal to the bit everywhere.
   */
  public double nextGaussian() {
    while (true) {
      double u = 2 * nextDouble() - 1;
      double v = 2 * nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        return u * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
      }
    }
  }
}
