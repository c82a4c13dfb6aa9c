package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AffineTest {

  private static final Affine IDENTITY = new Affine(1, 0, 0, 1, 0, 0);

  /** 2 by 2 pixels: the upper right one is full. */
  private static final float[] CORNER = {0, 1, 0, 0};

  @Test
  void theIdentityPutsTheImageInTheMiddle() {
    assertArrayEquals(CORNER, IDENTITY.apply(CORNER, 2, 2, 1), 1e-6f);
    float[] framed = new float[16];
    framed[1 * 4 + 2] = 1;
    assertArrayEquals(framed, IDENTITY.apply(CORNER, 2, 4, 1), 1e-6f);
  }

  @Test
  void movesDownAndToTheRight() {
    float[] moved = new float[16];
    moved[2 * 4 + 3] = 1;
    assertArrayEquals(moved, new Affine(1, 0, 0, 1, 0.25, 0.25).apply(CORNER, 2, 4, 1), 1e-6f);
  }

  @Test
  void aQuarterTurnComesFromWhereItSays() {
    // The source of (u, v) is (v, -u): the upper right pixel shows up at the upper left.
    assertArrayEquals(
        new float[] {1, 0, 0, 0}, new Affine(0, -1, 1, 0, 0, 0).apply(CORNER, 2, 2, 1), 1e-6f);
  }

  @Test
  void interpolatesBetweenPixels() {
    assertArrayEquals(
        new float[] {0, 0.5f, 0, 0}, new Affine(1, 0, 0, 1, 0.25, 0).apply(CORNER, 2, 2, 1), 1e-6f);
    assertArrayEquals(
        new float[] {0, 0.25f, 0, 0.25f},
        new Affine(1, 0, 0, 1, 0.25, 0.25).apply(CORNER, 2, 2, 1),
        1e-6f);
  }

  @Test
  void familiesDoWhatTheyAreCalled() {
    Random random = Seeds.of(1, 1);
    for (int i = 0; i < 1000; i++) {
      Affine turn = TransformFamily.ROTATION.draw(random);
      double angle = Math.toDegrees(Math.atan2(turn.xy(), turn.xx()));
      assertTrue(Math.abs(angle) >= 30 && Math.abs(angle) <= 150, "angle " + angle);
      assertEquals(turn.xx(), turn.yy());
      assertEquals(-turn.xy(), turn.yx());
      assertEquals(1, turn.xx() * turn.xx() + turn.xy() * turn.xy(), 1e-12);

      Affine scale = TransformFamily.SCALE.draw(random);
      double factor = 1 / scale.xx();
      assertEquals(new Affine(scale.xx(), 0, 0, scale.xx(), 0, 0), scale);
      assertTrue(
          factor >= 0.65 && factor <= 0.8 || factor >= 1.25 && factor <= 1.5, "factor " + factor);

      Affine shear = TransformFamily.SHEAR.draw(random);
      assertEquals(new Affine(1, shear.xy(), 0, 1, 0, 0), shear);
      assertTrue(Math.abs(shear.xy()) >= 0.3 && Math.abs(shear.xy()) <= 0.6, "shear " + shear);

      Affine move = TransformFamily.TRANSLATION.draw(random);
      double distance = Math.hypot(move.moveX(), move.moveY());
      assertEquals(new Affine(1, 0, 0, 1, move.moveX(), move.moveY()), move);
      assertTrue(distance >= 0.05 - 1e-9 && distance <= 0.1 + 1e-9, "distance " + distance);
    }
  }
}
