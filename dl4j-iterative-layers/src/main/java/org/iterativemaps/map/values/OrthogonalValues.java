package org.iterativemaps.map.values;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Orthogonal weights, uniformly distributed: W^T W = gain² I up to rounding, for a mask that is
 * made of full rectangles no two of which share a unit, such as a dense block or {@link
 * org.iterativemaps.map.pattern.Sparsity#groups}. In a rectangle that is not square the shorter
 * side is orthonormal.
 *
 * <p>Each rectangle is a Gaussian matrix orthonormalised by Gram and Schmidt, every vector twice,
 * which leaves rounding errors alone (Kahan's "twice is enough"; Parlett, The Symmetric Eigenvalue
 * Problem, section 6.9). Sources: Saxe, McClelland, Ganguli, arXiv:1312.6120 (2014), section 3, for
 * orthogonal weights; Mezzadri, "How to generate random matrices from the classical compact groups"
 * (2007), for their distribution.
 *
 * @param gain finite, at least 0
 */
public record OrthogonalValues(double gain) implements WeightValues {
  /** Checks the numbers. */
  public OrthogonalValues {
    WeightValues.checkNotNegative("gain", gain);
  }

  @Override
  public double[] draw(WeightMask mask, RandomSource random) {
    int[] rectangleOf = rectangles(mask);
    double[] values = new double[mask.entryCount()];
    boolean[] done = new boolean[mask.toSize()];
    for (int first = 0; first < mask.toSize(); first++) {
      if (!done[first] && rectangleOf[first] >= 0) {
        int rectangle = rectangleOf[first];
        int[] targets = targetsOf(rectangle, rectangleOf);
        double[][] rows = orthonormal(targets.length, fanIn(mask, first), random);
        for (int i = 0; i < targets.length; i++) {
          done[targets[i]] = true;
          int start = mask.targetStart(targets[i]);
          for (int j = 0; j < rows[i].length; j++) {
            values[start + j] = gain * rows[i][j];
          }
        }
      }
    }
    return values;
  }

  private static int fanIn(WeightMask mask, int to) {
    return mask.targetStart(to + 1) - mask.targetStart(to);
  }

  /** For each target unit the first one with the same source units; -1 without any. */
  private static int[] rectangles(WeightMask mask) {
    Map<Integer, Integer> firstTargetOf = new HashMap<>(); // by the smallest source unit
    int[] takenBy = new int[mask.fromSize()];
    Arrays.fill(takenBy, -1);
    int[] rectangleOf = new int[mask.toSize()];
    for (int to = 0; to < mask.toSize(); to++) {
      if (fanIn(mask, to) == 0) {
        rectangleOf[to] = -1;
        continue;
      }
      int first = firstTargetOf.computeIfAbsent(mask.source(mask.targetStart(to)), s -> -1);
      boolean isNew = first < 0;
      first = isNew ? to : first;
      boolean fits = fanIn(mask, to) == fanIn(mask, first);
      for (int i = 0; fits && i < fanIn(mask, to); i++) {
        int source = mask.source(mask.targetStart(to) + i);
        fits = takenBy[source] == (isNew ? -1 : first);
        takenBy[source] = first;
      }
      if (!fits) {
        throw new IllegalArgumentException(
            "orthogonal weights need a dense block or Sparsity.groups(n); target unit "
                + to
                + " of "
                + mask
                + " shares only some of its source units with another one");
      }
      firstTargetOf.put(mask.source(mask.targetStart(to)), first);
      rectangleOf[to] = first;
    }
    return rectangleOf;
  }

  private static int[] targetsOf(int rectangle, int[] rectangleOf) {
    int[] targets = new int[rectangleOf.length];
    int count = 0;
    for (int to = 0; to < rectangleOf.length; to++) {
      if (rectangleOf[to] == rectangle) {
        targets[count++] = to;
      }
    }
    return Arrays.copyOf(targets, count);
  }

  /** Rows, or columns if there are fewer, of length 1 and at right angles. */
  private static double[][] orthonormal(int rows, int columns, RandomSource random) {
    boolean wide = rows <= columns;
    double[][] vectors = new double[Math.min(rows, columns)][Math.max(rows, columns)];
    for (int v = 0; v < vectors.length; v++) {
      Arrays.setAll(vectors[v], i -> random.nextGaussian());
      for (int pass = 0; pass < 2; pass++) {
        for (int u = 0; u < v; u++) {
          addScaled(-dot(vectors[u], vectors[v]), vectors[u], vectors[v]);
        }
      }
      double length = Math.sqrt(dot(vectors[v], vectors[v]));
      for (int i = 0; i < vectors[v].length; i++) {
        vectors[v][i] /= length;
      }
    }
    if (wide) {
      return vectors;
    }
    double[][] transposed = new double[rows][columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[i][j] = vectors[j][i];
      }
    }
    return transposed;
  }

  /** Sum of a_i b_i. */
  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** b += factor a. */
  static void addScaled(double factor, double[] a, double[] b) {
    for (int i = 0; i < a.length; i++) {
      b[i] += factor * a[i];
    }
  }
}
