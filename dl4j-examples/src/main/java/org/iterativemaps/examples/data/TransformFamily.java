package org.iterativemaps.examples.data;

import java.util.Random;

/**
 * Kinds of random change to the frame of a {@link RandomAnomaly} sequence. All are affine maps of
 * the plane about the middle of the frame, none is near the identity, and none can pass for
 * another: only {@link #SCALE} changes how much ink there is, only {@link #TRANSLATION} moves the
 * middle, only {@link #ROTATION} turns.
 */
public enum TransformFamily {
  /** By 40 to 140 degrees, either way. */
  ROTATION {
    @Override
    Affine draw(Random random) {
      double angle = StrictMath.toRadians(sign(random) * between(random, 40, 140));
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      return new Affine(cos, sin, -sin, cos, 0, 0);
    }
  },
  /** To 0.45 to 0.7 or 1.3 to 1.7 times the size. */
  SCALE {
    @Override
    Affine draw(Random random) {
      double factor = random.nextBoolean() ? between(random, 0.45, 0.7) : between(random, 1.3, 1.7);
      return new Affine(1 / factor, 0, 0, 1 / factor, 0, 0);
    }
  },
  /** Sideways by 0.5 to 1 times the height above the middle, either way. */
  SHEAR {
    @Override
    Affine draw(Random random) {
      return new Affine(1, -sign(random) * between(random, 0.5, 1), 0, 1, 0, 0);
    }
  },
  /** By 12 % to 22 % of the frame's side in any direction. */
  TRANSLATION {
    @Override
    Affine draw(Random random) {
      double angle = between(random, 0, 2 * Math.PI);
      double distance = between(random, 0.12, 0.22);
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
