package org.iterativemaps.examples.data;

import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Two spirals in the plane, one inside the other, with noise: a curved border between classes. */
public final class Spirals {
  private static final double TURNS = 1.25;
  private static final double NOISE = 0.03;

  private Spirals() {}

  /**
   * Points in [-1, 1] x [-1, 1] and their classes, one-hot; the classes take turns.
   *
   * @param count how many
   * @param seed of the places along the spirals and of the noise
   */
  public static DataSet make(int count, long seed) {
    RandomSource random = RandomSource.of(seed, "spirals");
    float[][] points = new float[count][2];
    float[][] classes = new float[count][2];
    for (int i = 0; i < count; i++) {
      int spiral = i % 2;
      double radius = Math.sqrt(random.nextDouble());
      double angle = 2 * Math.PI * TURNS * radius + spiral * Math.PI;
      points[i][0] = (float) (radius * Math.cos(angle) + NOISE * random.nextGaussian());
      points[i][1] = (float) (radius * Math.sin(angle) + NOISE * random.nextGaussian());
      classes[i][spiral] = 1;
    }
    return new DataSet(Nd4j.createFromArray(points), Nd4j.createFromArray(classes));
  }
}
