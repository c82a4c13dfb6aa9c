package org.iterativemaps.lanes;

import java.util.Arrays;

/**
 * The tiles whose outer products add up to one gradient of weights: dW = sum over terms and lanes
 * of dy xᵀ. The steps of the map and of time share their weights, so that a gradient is summed over
 * all of them; to add the terms up before their lanes costs less than one by one.
 *
 * <p>Not thread-safe; its arrays are kept from use to use.
 */
public final class OuterTerms {
  private static final int LEAST = 16;

  private float[] dy;
  private float[] x;
  private int[] dyAt = new int[LEAST];
  private int[] xAt = new int[LEAST];
  private int count;

  /**
   * Begins anew, without terms.
   *
   * @param newDy where the gradients' tiles lie; null to let go of them
   * @param newX where the source units' tiles lie; null to let go of them
   */
  public void clear(float[] newDy, float[] newX) {
    dy = newDy;
    x = newX;
    count = 0;
  }

  /** Adds a term: a tile [to][lanes] of gradients and one [from][lanes] of source units. */
  public void add(int dyTile, int xTile) {
    if (count == dyAt.length) {
      dyAt = Arrays.copyOf(dyAt, 2 * count);
      xAt = Arrays.copyOf(xAt, 2 * count);
    }
    dyAt[count] = dyTile;
    xAt[count++] = xTile;
  }

  /** How many terms. */
  public int count() {
    return count;
  }

  /** Where the gradients' tiles lie. */
  public float[] dy() {
    return dy;
  }

  /** Where the source units' tiles lie. */
  public float[] x() {
    return x;
  }

  /** Where the terms' tiles of gradients begin; not to be changed. */
  public int[] dyAt() {
    return dyAt;
  }

  /** Where the terms' tiles of source units begin; not to be changed. */
  public int[] xAt() {
    return xAt;
  }

  /** Bytes held after so many terms, but for the tiles. */
  public static long bytes(long terms) {
    long length = LEAST;
    while (length < terms) {
      length *= 2;
    }
    return 2 * Integer.BYTES * length;
  }

  /** Bytes held, but for the tiles. */
  public long bytes() {
    return 2L * Integer.BYTES * dyAt.length;
  }
}
