package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.RunLog.Result;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Outcome;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.plots.QuadraticFit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlClaimsTest {

  @TempDir Path folder;

  private static final double[] GOOD = {0.9, 0.905, 0.91};
  private static final double[] MIDDLING = {0.7, 0.705, 0.71};
  private static final double[] BAD = {0.3, 0.31, 0.305};
  private static final double[] NONE = {-0.1, 0.01, -0.02};

  private final ProportionTask task = ControlTasks.arm(true, 1);

  /** Scores of dense, uniform, two varied ones and the LSTM. */
  private ControlClaims claims(double[]... scores) {
    return new ControlClaims(task, ControlStudy.plans(task, true), runs(scores));
  }

  private List<Run> runs(double[]... scores) {
    List<ProportionPlan> plans = ControlStudy.plans(task, true);
    List<Run> runs = new ArrayList<>();
    for (int p = 0; p < scores.length; p++) {
      for (double score : scores[p]) {
        runs.add(new Run(plans.get(p), 0.01, new Result(score, 1, 0.3)));
      }
    }
    return runs;
  }

  @Test
  void denseWinsWhereItBeatsEverySparseMap() {
    ControlClaims claims = claims(GOOD, BAD, BAD, MIDDLING, GOOD);
    assertEquals("agrees", claims.verdict(Kind.UNIFORM));
    assertEquals("agrees", claims.verdict(Kind.VARIED));
    assertEquals("too close to tell", claims.verdict(Kind.LSTM));
    assertEquals("agrees", claims.verdict());
  }

  @Test
  void oneThatIsBetterRefutesIt() {
    ControlClaims claims = claims(MIDDLING, BAD, BAD, GOOD, BAD);
    assertEquals("agrees", claims.verdict(Kind.UNIFORM));
    assertEquals("differs", claims.verdict(Kind.VARIED));
    assertEquals("differs", claims.verdict());
  }

  @Test
  void oneThatIsAsGoodLeavesItOpen() {
    ControlClaims claims = claims(GOOD, BAD, BAD, new double[] {0.95, 0.8, 0.9}, BAD);
    assertEquals("too close to tell", claims.verdict(Kind.VARIED));
    assertEquals("too close to tell", claims.verdict());
  }

  /** Welch's test gives about 0.04: clear for one rival, not for the better of two. */
  @Test
  void theBestOfSeveralHasToBeClearer() {
    double[] dense = {0.71, 0.7, 0.69};
    double[] rival = {0.724, 0.714, 0.729};
    ControlClaims uniform = claims(dense, rival, BAD, BAD, BAD);
    assertEquals("differs", uniform.verdict(Kind.UNIFORM));
    assertEquals(
        "too close to tell", uniform.verdict(), "one of three that could have been better");
    assertEquals("too close to tell", claims(dense, BAD, rival, BAD, BAD).verdict(Kind.VARIED));
  }

  /**
   * Differences of 0.01, 0.011, 0.012: t = 19.05 with 2 degrees of freedom, so p = 1 - t / √(t² +
   * 2). The scores themselves are 0.1 apart.
   */
  @Test
  void seedsThatAgreeAreToldBesideWelchsTest() {
    double[] dense = {0.7, 0.8, 0.9};
    double[] rival = {0.71, 0.811, 0.912};
    ControlClaims claims = claims(dense, rival, BAD, BAD, rival);
    double[] x = {0.1, 0.4, 0.7, 0.8};
    double[][] y = {BAD, MIDDLING, dense, rival};
    String table = claims.table(QuadraticFit.of(x, x), PeakBootstrap.of(x, y, 20, 1)).toString();
    assertTrue(table.contains("p = 0.90, paired by seed 0.0027 "), table);
    assertTrue(table.contains("(both times 2, for the choice)"), table);
  }

  /** Equal scores: no test has a number for them. */
  @Test
  void equalScoresDoNotDiffer() {
    ControlClaims claims = claims(GOOD, GOOD, BAD, MIDDLING, GOOD);
    double[] x = {0.1, 0.4, 0.7, 0.8};
    double[][] y = {BAD, MIDDLING, GOOD, GOOD};
    String table = claims.table(QuadraticFit.of(x, x), PeakBootstrap.of(x, y, 20, 1)).toString();
    assertTrue(table.contains("p = 1.0, paired by seed 1.0"), table);
    assertEquals("too close to tell", claims.verdict(Kind.UNIFORM));
  }

  @Test
  void whatDivergedIsNoRival() {
    double[] one = {0.99, Double.NaN, 0.99};
    double[] all = {Double.NEGATIVE_INFINITY, Double.NaN, Double.NaN};
    ControlClaims claims = claims(GOOD, BAD, one, MIDDLING, all);
    assertEquals("agrees", claims.verdict(Kind.VARIED));
    assertEquals("agrees", claims.verdict());
    assertEquals("nothing: diverged", claims.verdict(Kind.LSTM));
    assertEquals("nothing: diverged", claims(GOOD, one, BAD, BAD, BAD).verdict());
    assertEquals("nothing: diverged", claims(one, BAD, BAD, MIDDLING, BAD).verdict());
    assertEquals("differs", claims(MIDDLING, one, BAD, GOOD, BAD).verdict());
  }

  @Test
  void whatDivergedIsToldAndNotFitted() {
    double[][] scores = {
      GOOD, {Double.NaN, Double.NaN, Double.NaN}, BAD, {0.7, Double.NaN, 0.72}, MIDDLING
    };
    List<ProportionPlan> plans = ControlStudy.plans(task, true);
    List<Run> runs = runs(scores);
    StringWriter printed = new StringWriter();
    Outcome<QuadraticFit> outcome =
        Notebook.run(
            new Notebook<>() {
              @Override
              public String title() {
                return "Diverged";
              }

              @Override
              public QuadraticFit run(Page page) {
                ProportionReport.showScores(page, task, plans, runs);
                PeakBootstrap bootstrap = ProportionReport.bootstrap(page, plans, runs);
                QuadraticFit fit = ProportionReport.showFit(page, task, runs, bootstrap);
                page.table(new ControlClaims(task, plans, runs).table(fit, bootstrap));
                return fit;
              }
            },
            new PrintWriter(printed),
            "--out",
            folder.toString());
    String said = printed.toString();
    assertEquals(0, outcome.exitCode(), said);
    assertTrue(said.contains("3 of 3 diverged") && said.contains("1 of 3 diverged"), said);
    double[] x = new double[8];
    double[] y = new double[8];
    int count = 0;
    for (Run run : runs) {
      if (Double.isFinite(run.result().score()) && run.plan().kind() != Kind.LSTM) {
        x[count] = run.plan().proportion();
        y[count++] = run.result().score();
      }
    }
    assertEquals(8, count);
    assertEquals(QuadraticFit.of(x, y), outcome.result());
  }

  @Test
  void thoseWhoDidNotLearnSayNothing() {
    ControlClaims claims = claims(NONE, NONE, NONE, NONE, GOOD);
    assertEquals("nothing: not learned", claims.verdict(Kind.VARIED));
    assertEquals("differs", claims.verdict(Kind.LSTM));
    assertEquals("nothing: not learned", claims.verdict());
  }

  @Test
  void plansHaveEquallyManyWeightsAndTheirProportions() {
    for (boolean quick : new boolean[] {true, false}) {
      ProportionTask arm = ControlTasks.arm(quick, 1);
      List<ProportionPlan> plans = ControlStudy.plans(arm, quick);
      assertEquals(Kind.DENSE, plans.get(0).kind());
      assertEquals(Kind.LSTM, plans.get(plans.size() - 1).kind());
      for (ProportionPlan plan : plans) {
        assertEquals(arm.weights(), plan.weights(), 0.03 * arm.weights(), plan.name());
        if (plan.kind() == Kind.VARIED) {
          double wanted = Double.parseDouble(plan.name().substring("varied ".length()));
          double unit = 2.0 * plan.hidden() / arm.weights(); // more or less between hidden units
          assertEquals(wanted, plan.proportion(), Math.max(0.005, unit / 2), plan.name());
        }
      }
      assertTrue(plans.stream().anyMatch(p -> p.proportion() >= 0.43 && p.proportion() <= 0.54));
    }
  }
}
