package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853Integrator;
import org.junit.jupiter.api.Test;

class TwoLinkArmTest {

  private static double[] state(Random random) {
    return random.doubles(4).map(u -> 4 * u - 2).toArray();
  }

  /** Height and squared speed of a point of a rod, at a share of its length. */
  private static double[] point(double[] s, int rod, double share) {
    double first = TwoLinkArm.LENGTH * (rod == 0 ? share : 1);
    double second = TwoLinkArm.LENGTH * (rod == 0 ? 0 : share);
    double both = s[0] + s[1];
    double vx = -first * Math.sin(s[0]) * s[2] - second * Math.sin(both) * (s[2] + s[3]);
    double vy = first * Math.cos(s[0]) * s[2] + second * Math.cos(both) * (s[2] + s[3]);
    return new double[] {
      first * Math.sin(s[0]) + second * Math.sin(both), vx * vx + vy * vy,
    };
  }

  /**
   * Kinetic and potential energy, mass by mass: Simpson's rule along each rod, exact for the square
   * of a speed that is linear in the place.
   */
  private static double[] energies(double load, double[] s) {
    double kinetic = 0;
    double potential = 0;
    for (int rod = 0; rod < 2; rod++) {
      for (int i = 0; i < 3; i++) {
        double mass = TwoLinkArm.MASS * (i == 1 ? 4 : 1) / 6;
        double[] at = point(s, rod, i / 2.0);
        kinetic += mass * at[1] / 2;
        potential += mass * TwoLinkArm.GRAVITY * at[0];
      }
    }
    double[] tip = point(s, 1, 1);
    return new double[] {
      kinetic + load * tip[1] / 2, potential + load * TwoLinkArm.GRAVITY * tip[0]
    };
  }

  private static double lagrangian(double load, double[] s) {
    double[] both = energies(load, s);
    return both[0] - both[1];
  }

  /** dL/dv of a joint, by central differences: exact but for rounding, L is quadratic in v. */
  private static double momentum(double load, double[] s, int joint) {
    return slope(load, s, 2 + joint, 1e-2);
  }

  private static double slope(double load, double[] s, int of, double step) {
    double[] more = s.clone();
    double[] less = s.clone();
    more[of] += step;
    less[of] -= step;
    return (lagrangian(load, more) - lagrangian(load, less)) / (2 * step);
  }

  /** d/dt dL/dv - dL/dq = u - friction v, along the motion that the arm says it makes. */
  @Test
  void motionIsThatOfTheLagrangian() {
    Random random = new Random(1);
    for (int repeat = 0; repeat < 200; repeat++) {
      double load = random.nextDouble();
      TwoLinkArm arm = new TwoLinkArm(load, 0.3);
      double[] s = state(random);
      double[] torques = {10 * random.nextGaussian(), 10 * random.nextGaussian()};
      double[] a = arm.accelerations(s, torques);
      double dt = 1e-4 / (1 + Math.hypot(a[0], a[1]));
      double[] after = {
        s[0] + dt * s[2] + dt * dt * a[0] / 2,
        s[1] + dt * s[3] + dt * dt * a[1] / 2,
        s[2] + dt * a[0],
        s[3] + dt * a[1]
      };
      double[] before = {
        s[0] - dt * s[2] + dt * dt * a[0] / 2,
        s[1] - dt * s[3] + dt * dt * a[1] / 2,
        s[2] - dt * a[0],
        s[3] - dt * a[1]
      };
      for (int joint = 0; joint < 2; joint++) {
        double rate = (momentum(load, after, joint) - momentum(load, before, joint)) / (2 * dt);
        assertEquals(
            torques[joint] - 0.3 * s[2 + joint],
            rate - slope(load, s, joint, 1e-4),
            1e-4 * (1 + Math.abs(rate)),
            "joint " + joint + " of arm " + repeat);
      }
      double[] energies = energies(load, s);
      assertEquals(energies[0] + energies[1], arm.energy(s), 1e-9);
      assertArrayEquals(torques, arm.torques(s, a), 1e-9);
    }
  }

  @Test
  void energyStaysWithoutMotorsAndFrictionAndIsLostByFriction() {
    Random random = new Random(2);
    for (int repeat = 0; repeat < 20; repeat++) {
      double[] s = state(random);
      double load = random.nextDouble();
      TwoLinkArm free = new TwoLinkArm(load, 0);
      double[] none = new double[2];
      assertEquals(free.energy(s), free.energy(free.after(s, none, 2, 4000)), 1e-6);
      TwoLinkArm rubbed = new TwoLinkArm(load, 0.5);
      assertTrue(rubbed.energy(rubbed.after(s, none, 2, 400)) < rubbed.energy(s) - 1e-3);
    }
  }

  /** Against another method with a step of its own; halving ours takes the error to a sixteenth. */
  @Test
  void stepsAreOfFourthOrder() {
    Random random = new Random(3);
    double ratio = 0;
    int repeats = 20;
    for (int repeat = 0; repeat < repeats; repeat++) {
      TwoLinkArm arm = new TwoLinkArm(random.nextDouble(), 0.5);
      double[] s = state(random);
      double[] torques = {3 * random.nextGaussian(), random.nextGaussian()};
      double[] exact = new double[4];
      new DormandPrince853Integrator(1e-6, 0.1, 1e-13, 1e-13)
          .integrate(equations(arm, torques), 0, s, 0.2, exact);
      double coarse = distance(exact, arm.after(s, torques, 0.2, 10));
      double fine = distance(exact, arm.after(s, torques, 0.2, 20));
      assertTrue(coarse < 1e-3, "error " + coarse + " of arm " + repeat);
      ratio += Math.log(coarse / fine) / Math.log(2) / repeats;
    }
    assertEquals(4, ratio, 0.4);
  }

  private static FirstOrderDifferentialEquations equations(TwoLinkArm arm, double[] torques) {
    return new FirstOrderDifferentialEquations() {
      @Override
      public int getDimension() {
        return 4;
      }

      @Override
      public void computeDerivatives(double t, double[] now, double[] slopes) {
        double[] a = arm.accelerations(now, torques);
        System.arraycopy(new double[] {now[2], now[3], a[0], a[1]}, 0, slopes, 0, 4);
      }
    };
  }

  private static double distance(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void theTipIsWhereTheRodsLead() {
    assertArrayEquals(new double[] {1, 0}, TwoLinkArm.tip(0, 0), 1e-12);
    assertArrayEquals(new double[] {0.5, 0.5}, TwoLinkArm.tip(0, Math.PI / 2), 1e-12);
    assertArrayEquals(new double[] {-0.5, 0.5}, TwoLinkArm.tip(Math.PI / 2, Math.PI / 2), 1e-12);
  }

  @Test
  void lessThanNoLoadIsRefused() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new TwoLinkArm(-1, Double.NaN))
            .getMessage();
    assertEquals("load, friction: found -1.0, NaN, expected at least 0 each", message);
  }
}
