package org.iterativemaps.kernel.settle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.iterativemaps.iterate.Solver;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.SpectralRadius;
import org.junit.jupiter.api.Test;

/** The solvers on functions that are written out, every sample with a parameter of its own. */
class SettlingTest {
  private static final List<Solver> SOLVERS =
      List.of(Solver.picard(), Solver.damped(0.6), Solver.anderson(), Solver.broyden(10));

  /** z = f(z, c) unit by unit, c being the sample's. */
  private interface Function {
    double of(double z, double c);
  }

  /** Runs a function of one unit, and says with which samples it was called. */
  private static final class Units implements Settling.OneStep<double[]> {
    final Function function;
    double[] constants;
    int evaluations;

    Units(Function function, double... constants) {
      this.function = function;
      this.constants = constants;
    }

    @Override
    public void apply(double[] z, double[] g, int samples) {
      assertEquals(constants.length, samples);
      evaluations += samples;
      for (int s = 0; s < samples; s++) {
        g[s] = function.of(z[s], constants[s]);
      }
    }

    @Override
    public void keep(int[] kept) {
      constants = Arrays.stream(kept).mapToDouble(k -> constants[k]).toArray();
    }
  }

  private static SettlingReport run(
      Units units, Solver solver, int atMost, boolean isBySample, double[] result) {
    Settling.Criterion criterion = new Settling.Criterion(1e-10, false, atMost);
    return new Settling<>(new DoubleColumns(), 1, criterion, solver, isBySample)
        .run(units, new double[result.length], result.length, result);
  }

  private static double fixedPoint(DoubleUnaryOperator f) {
    double z = 0;
    for (int k = 0; k < 10_000; k++) {
      z += 0.5 * (f.applyAsDouble(z) - z);
    }
    return z;
  }

  @Test
  void everySolverFindsThePointOfEverySample() {
    double[] constants = {0.1, -0.4, 0.9, 2, -3, 0.5, 0.3};
    Function function = (z, c) -> Math.tanh(0.8 * z + c);
    double[] expected =
        Arrays.stream(constants).map(c -> fixedPoint(z -> function.of(z, c))).toArray();
    for (Solver solver : SOLVERS) {
      for (boolean isBySample : new boolean[] {true, false}) {
        double[] found = new double[constants.length];
        SettlingReport report =
            run(new Units(function, constants.clone()), solver, 500, isBySample, found);
        assertArrayEquals(expected, found, 1e-8, solver.toString());
        assertEquals(0, report.unsettled(), solver.toString());
      }
    }
  }

  /** Nine of ten settle at once; the tenth is alone from then on. */
  @Test
  void whatHasSettledIsNotComputedAgain() {
    double[] constants = new double[100];
    Arrays.setAll(constants, s -> s % 10 == 9 ? 0.95 : 0);
    Function function = (z, c) -> c * z + 1;
    Units bySample = new Units(function, constants.clone());
    SettlingReport report = run(bySample, Solver.picard(), 1000, true, new double[100]);
    Units together = new Units(function, constants.clone());
    run(together, Solver.picard(), 1000, false, new double[100]);
    assertEquals(100 * report.mostSteps(), together.evaluations);
    assertTrue(bySample.evaluations < 0.11 * together.evaluations, "" + bySample.evaluations);
    assertEquals(2, report.steps(0));
  }

  @Test
  void broydenFindsWhatRepels() {
    double[] found = new double[2];
    SettlingReport report =
        run(new Units((z, c) -> -2 * z + c, 1, 3), Solver.broyden(5), 50, true, found);
    assertArrayEquals(new double[] {1 / 3.0, 1}, found, 1e-9);
    assertEquals(0, report.unsettled());
  }

  @Test
  void dampingSettlesWhatOscillates() {
    Function function = (z, c) -> -c * z + 1;
    double[] found = new double[1];
    assertEquals(1, run(new Units(function, 1.5), Solver.picard(), 200, true, found).unsettled());
    assertEquals(
        0, run(new Units(function, 1.5), Solver.damped(0.5), 200, true, found).unsettled());
    assertEquals(0.4, found[0], 1e-9);
  }

  /** Residuals of one unit are multiples of each other: the normal equations are singular. */
  @Test
  void singularSystemsAreNoObstacle() {
    double[] found = new double[1];
    SettlingReport report =
        run(new Units((z, c) -> c * z + 1, 0.9), Solver.anderson(5, 1), 300, true, found);
    assertEquals(10, found[0], 1e-8);
    assertTrue(report.mostSteps() < 250, report.toString());
  }

  @Test
  void theBestStateOfWhatIsLostIsFinite() {
    for (Solver solver : SOLVERS) {
      double[] found = {7, 7, 7};
      Units units =
          new Units((z, c) -> c == 0 ? Double.NaN : Math.abs(z) > 3 ? z * z : c + z, 0, 1, 0);
      SettlingReport report = run(units, solver, 4000, true, found);
      assertEquals(3, report.unsettled(), solver.toString());
      assertTrue(report.lost() >= 2, solver + " " + report);
      assertEquals(0, found[0], solver.toString()); // no F(z) was a number
      assertTrue(Double.isFinite(found[1]), solver.toString());
      assertEquals(Double.POSITIVE_INFINITY, report.residual(0), solver.toString());
    }
  }

  /** Weights with a spectral radius, random ones and symmetric ones; steps to 1e-6. */
  @Test
  void andersonTakesFewerStepsWhereTheMapContractsSlowly() {
    for (boolean isSymmetric : new boolean[] {false, true}) {
      for (double radius : new double[] {0.6, 0.9, 0.99}) {
        int picard = steps(isSymmetric, radius, Solver.picard());
        int anderson = steps(isSymmetric, radius, Solver.anderson());
        String what = radius + ", symmetric " + isSymmetric + ": " + anderson + " of " + picard;
        assertTrue(radius < 0.9 ? anderson <= picard : anderson < picard, what);
      }
    }
  }

  private static int steps(boolean isSymmetric, double radius, Solver solver) {
    int n = 120;
    RandomSource random = RandomSource.of(3, "weights");
    double[][] w = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        w[i][j] = random.nextDouble() < 0.2 ? random.nextGaussian() : 0;
      }
    }
    double[] flat = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        flat[i * n + j] = isSymmetric ? w[i][j] + w[j][i] : w[i][j];
      }
    }
    WeightMask dense = Sparsity.dense().draw(n, n, RandomSource.of(0, "mask"));
    double found = SpectralRadius.of(dense, flat);
    int samples = 3;
    double[] b = new double[n * samples];
    Arrays.setAll(b, i -> 0.02 * random.nextGaussian());
    Settling.OneStep<double[]> map =
        new Settling.OneStep<>() {
          @Override
          public void apply(double[] z, double[] g, int present) {
            for (int i = 0; i < n; i++) {
              for (int s = 0; s < samples; s++) {
                double sum = b[i * samples + s];
                for (int j = 0; j < n; j++) {
                  sum += flat[i * n + j] * radius / found * z[j * samples + s];
                }
                g[i * samples + s] = Math.tanh(sum);
              }
            }
          }

          @Override
          public void keep(int[] kept) {
            throw new AssertionError("all go on");
          }
        };
    SettlingReport report =
        new Settling<>(
                new DoubleColumns(), n, new Settling.Criterion(1e-6, true, 3000), solver, false)
            .run(map, new double[n * samples], samples, new double[n * samples]);
    assertEquals(0, report.unsettled(), report.toString());
    return report.mostSteps();
  }
}
