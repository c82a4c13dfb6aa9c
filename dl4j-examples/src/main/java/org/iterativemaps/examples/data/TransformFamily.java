package org.iterativemaps.examples.data;

import java.util.Random;

/**
 * Kinds of random change to the frame of a {@link RandomAnomaly} sequence. All are affine maps of
 * the plane about the middle of the frame, and none is near the identity.
 */
public enum TransformFamily implements AnomalyFamily {
  /** By 30 to 150 degrees, either way. */
  ROTATION {
    @Override
    Affine draw(Random random) {
      double angle = StrictMath.toRadians(sign(random) * between(random, 30, 150));
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      return new Affine(cos, sin, -sin, cos, 0, 0);
    }
  },
  /** To 0.65 to 0.8 or 1.25 to 1.5 times the size. */
  SCALE {
    @Override
    Affine draw(Random random) {
      double factor =
          random.nextBoolean() ? between(random, 0.65, 0.8) : between(random, 1.25, 1.5);
      return new Affine(1 / factor, 0, 0, 1 / factor, 0, 0);
    }
  },
  /** Sideways by 0.3 to 0.6 times the height above the middle, either way. */
  SHEAR {
    @Override
    Affine draw(Random random) {
      return new Affine(1, -sign(random) * between(random, 0.3, 0.6), 0, 1, 0, 0);
    }
  },
  /** By 5 % to 10 % of the frame's side in any direction. */
  TRANSLATION {
    @Override
    Affine draw(Random random) {
      double angle = between(random, 0, 2 * Math.PI);
      double distance = between(random, 0.05, 0.1);
      return new Affine(
          1, 0, 0, 1, distance * StrictMath.cos(angle), distance * StrictMath.sin(angle));
    }
  };

  /** A member of the family. */
  abstract Affine draw(Random random);

  private static double between(Random random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  private static int sign(Random random) {
    return random.nextBoolean() ? 1 : -1;
  }
}
