package org.iterativemaps.examples.data;

import java.util.Random;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well512a;

/**
 * The kinds of change in the Random Anomaly task of Q. Hershey and R. Paffenroth (arXiv:2509.15057,
 * 2025), with the parameters that they published; see {@link RandomAnomaly#asPublished()}. What is
 * random in a change is drawn anew for every frame.
 */
public enum PublishedFamily implements AnomalyFamily {
  /** Nothing. */
  BASELINE {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      return GreyLevels.toValues(levels);
    }
  },
  /** A random perspective: each corner moves inwards by up to a quarter of the side, both ways. */
  PERSPECTIVE_SMALL {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      return GreyLevels.toValues(Homography.random(side, SMALL, random).warp(levels, side));
    }
  },
  /** A random perspective: each corner moves inwards by up to 0.45 of the side, both ways. */
  PERSPECTIVE {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      return GreyLevels.toValues(Homography.random(side, LARGE, random).warp(levels, side));
    }
  },
  /** A rectangle of 10 to 20 % of the area is erased, 0.3 to 3.3 times as high as wide. */
  ERASE {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      return GreyLevels.toValues(ERASING.apply(levels, side, random));
    }
  },
  /** Gaussian noise of deviation 0.01. */
  NOISE {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      float[] values = GreyLevels.toValues(levels);
      RandomGenerator normal = new Well512a(random.nextLong()); // Random's own takes twice as long
      for (int i = 0; i < values.length; i++) {
        values[i] += NOISE_DEVIATION * (float) normal.nextGaussian();
      }
      return values;
    }
  },
  /** {@link #ERASE}, then {@link #PERSPECTIVE_SMALL}. */
  BOTH {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      return PERSPECTIVE_SMALL.apply(ERASING.apply(levels, side, random), side, random);
    }
  },
  /** A Gaussian blur, 15 by 15, of deviation 0.1 to 2. */
  BLUR {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      double deviation = LEAST_BLUR + (GREATEST_BLUR - LEAST_BLUR) * random.nextDouble();
      return new GaussianBlur(BLUR_SIZE, deviation).apply(GreyLevels.toValues(levels), side);
    }
  },
  /** Sharpened fourfold. */
  SHARPNESS {
    @Override
    float[] apply(float[] levels, int side, Random random) {
      return Sharpness.apply(GreyLevels.toValues(levels), side, FACTOR);
    }
  };

  private static final double SMALL = 0.5;
  private static final double LARGE = 0.9;
  private static final Erasing ERASING = new Erasing(0.1, 0.2, 0.3, 3.3);
  private static final float NOISE_DEVIATION = 0.01f;
  private static final int BLUR_SIZE = 15;
  private static final double LEAST_BLUR = 0.1;
  private static final double GREATEST_BLUR = 2;
  private static final float FACTOR = 4;

  /**
   * A changed picture, before it is normalised.
   *
   * @param levels side · side of them, as {@link GreyLevels}; not modified
   * @param side height and width
   * @param random decides what is random
   * @return a new image, 0 to 1; with noise a little outside
   */
  abstract float[] apply(float[] levels, int side, Random random);
}
