package org.iterativemaps.examples.data;

import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.ClassicalRungeKuttaIntegrator;

/**
 * An arm of two rods in a vertical plane, with a motor in each joint and a load at its tip. Angles
 * q are those of the first rod to the horizontal and of the second to the first; motors turn with
 * torques u:
 *
 * <pre>    M(q) q'' + C(q, q') q' + N(q) = u - friction q'</pre>
 *
 * M and C are equation (4.11) of R. M. Murray, Z. Li, S. S. Sastry, "A Mathematical Introduction to
 * Robotic Manipulation" (1994), N is the slope of the potential energy in the field of gravity. The
 * load is a part of the second rod. Sizes are in metres, kilogrammes, seconds and newtons.
 *
 * @param load mass at the tip, at least 0
 * @param friction torque per speed in each joint, at least 0
 */
public record TwoLinkArm(double load, double friction) {

  /** Of each rod. */
  static final double LENGTH = 0.5;

  /** Of each rod. */
  static final double MASS = 1;

  /** Of the earth. */
  static final double GRAVITY = 9.81;

  /** Numbers of a state: two angles, two speeds. */
  static final int STATE = 4;

  /** Refuses what no arm is like. */
  public TwoLinkArm {
    if (!(load >= 0 && friction >= 0)) {
      throw new IllegalArgumentException(
          "load, friction: found " + load + ", " + friction + ", expected at least 0 each");
    }
  }

  // region arm
  /** What multiplies cos q2 in M: the second rod's and the load's distance from its joint. */
  private double beta() {
    return LENGTH * lever();
  }

  private double lever() {
    return MASS * LENGTH / 2 + load * LENGTH;
  }

  /** Moment of inertia of the second rod and the load around its joint. */
  private double delta() {
    return MASS * LENGTH * LENGTH / 3 + load * LENGTH * LENGTH;
  }

  private double alpha() {
    return MASS * LENGTH * LENGTH / 3 + (MASS + load) * LENGTH * LENGTH + delta();
  }

  /** C(q, q') q' + N(q) + friction q': the torques that a constant speed takes. */
  private double[] bias(double[] state) {
    double bend = beta() * StrictMath.sin(state[1]);
    double v1 = state[2];
    double v2 = state[3];
    double second = GRAVITY * lever() * StrictMath.cos(state[0] + state[1]);
    double first = GRAVITY * LENGTH * (1.5 * MASS + load) * StrictMath.cos(state[0]);
    return new double[] {
      -bend * v2 * (2 * v1 + v2) + first + second + friction * v1,
      bend * v1 * v1 + second + friction * v2
    };
  }

  /** Torques that give these accelerations: the equation read from left to right. */
  double[] torques(double[] state, double[] accelerations) {
    double both = beta() * StrictMath.cos(state[1]);
    double[] bias = bias(state);
    double a = accelerations[0];
    double b = accelerations[1];
    return new double[] {
      (alpha() + 2 * both) * a + (delta() + both) * b + bias[0],
      (delta() + both) * a + delta() * b + bias[1]
    };
  }

  /** Accelerations under these torques. */
  double[] accelerations(double[] state, double[] torques) {
    double both = beta() * StrictMath.cos(state[1]);
    double m11 = alpha() + 2 * both;
    double m12 = delta() + both;
    double m22 = delta();
    double[] bias = bias(state);
    double a = torques[0] - bias[0];
    double b = torques[1] - bias[1];
    double determinant = m11 * m22 - m12 * m12;
    return new double[] {(m22 * a - m12 * b) / determinant, (m11 * b - m12 * a) / determinant};
  }

  // endregion

  /** The state after some time of constant torques, by the classical Runge-Kutta method. */
  double[] after(double[] state, double[] torques, double seconds, int steps) {
    FirstOrderDifferentialEquations motion =
        new FirstOrderDifferentialEquations() {
          @Override
          public int getDimension() {
            return STATE;
          }

          @Override
          public void computeDerivatives(double t, double[] now, double[] slopes) {
            double[] accelerations = accelerations(now, torques);
            slopes[0] = now[2];
            slopes[1] = now[3];
            slopes[2] = accelerations[0];
            slopes[3] = accelerations[1];
          }
        };
    double step = seconds / steps;
    ClassicalRungeKuttaIntegrator integrator = new ClassicalRungeKuttaIntegrator(step);
    double[] now = state;
    for (int i = 0; i < steps; i++) {
      now = integrator.singleStep(motion, 0, now, step);
    }
    return now;
  }

  /** Kinetic and potential energy; the latter is 0 at the height of the first joint. */
  double energy(double[] state) {
    double both = beta() * StrictMath.cos(state[1]);
    double v1 = state[2];
    double v2 = state[3];
    double kinetic =
        (alpha() + 2 * both) * v1 * v1 / 2 + (delta() + both) * v1 * v2 + delta() * v2 * v2 / 2;
    return kinetic
        + GRAVITY * LENGTH * (1.5 * MASS + load) * StrictMath.sin(state[0])
        + GRAVITY * lever() * StrictMath.sin(state[0] + state[1]);
  }

  /** Where the tip is at these angles, the first joint at (0, 0). */
  static double[] tip(double q1, double q2) {
    return new double[] {
      LENGTH * (StrictMath.cos(q1) + StrictMath.cos(q1 + q2)),
      LENGTH * (StrictMath.sin(q1) + StrictMath.sin(q1 + q2))
    };
  }
}
