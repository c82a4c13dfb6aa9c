package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.ProportionRuns.Run;
import org.iterativemaps.examples.RunLog.Result;
import org.iterativemaps.examples.data.PublishedAnomaly;
import org.iterativemaps.examples.plots.QuadraticFit;
import org.junit.jupiter.api.Test;

class ProportionClaimsTest {

  private final ProportionTask task =
      ProportionTask.published(
          PublishedAnomaly.drawn(),
          "",
          new PublishedSize(100, 1, 500, List.of(), Map.of()),
          PublishedMaps.WEIGHTS);

  /** The last words of each row, for accuracies of the plans from low proportion to high. */
  private List<String> verdicts(double[]... accuracies) throws Exception {
    List<ProportionPlan> plans =
        new ArrayList<>(PublishedMaps.plans(PublishedMaps.WEIGHTS, PublishedSize.QUICK.maps()));
    plans.add(ProportionPlan.lstm(task));
    List<Run> runs = new ArrayList<>();
    for (int p = 0; p < plans.size(); p++) {
      for (double accuracy : accuracies[p]) {
        runs.add(new Run(plans.get(p), 1e-4, new Result(accuracy, 1)));
      }
    }
    double[] x = plans.stream().limit(4).mapToDouble(ProportionPlan::proportion).toArray();
    double[][] y = new double[4][];
    Arrays.setAll(y, p -> Arrays.stream(accuracies[p]).map(a -> Double.isNaN(a) ? 0 : a).toArray());
    PeakBootstrap bootstrap = PeakBootstrap.of(x, y, 200, 1);
    QuadraticFit fit =
        QuadraticFit.of(
            Arrays.stream(x).flatMap(at -> Arrays.stream(new double[] {at, at, at})).toArray(),
            Arrays.stream(y).flatMapToDouble(Arrays::stream).toArray());
    String[] lines =
        ProportionClaims.of(task, plans, runs, fit, bootstrap).toString().strip().split("\n");
    return Arrays.stream(lines)
        .skip(lines.length - 5L)
        .map(line -> line.strip().replaceAll(".* {2,}", ""))
        .toList();
  }

  @Test
  void thoseWhoDidNotLearnSayNothing() throws Exception {
    List<String> verdicts =
        verdicts(
            new double[] {0.09, 0.10, 0.095},
            new double[] {0.1, 0.1, 0.1},
            new double[] {0.1, 0.11, 0.1},
            new double[] {0.108, 0.11, 0.109},
            new double[] {0.1, 0.09, 0.1});
    assertEquals(List.of("nothing: at chance"), verdicts.stream().distinct().toList());
  }

  @Test
  void clearDifferencesAreTold() throws Exception {
    List<String> verdicts =
        verdicts(
            new double[] {0.2, 0.21, 0.22},
            new double[] {0.9, 0.91, 0.92},
            new double[] {0.5, 0.52, 0.51},
            new double[] {0.3, 0.55, 0.5},
            new double[] {0.51, 0.53, 0.5});
    assertEquals(5, verdicts.size());
    // Best of varied and balanced: 0.51. Uniform is better, dense worse, the LSTM as good.
    assertEquals(List.of("differs", "agrees", "too close to tell"), verdicts.subList(2, 5));
  }

  @Test
  void whatDivergedIsNotTheBest() throws Exception {
    double nan = Double.NaN;
    List<String> verdicts =
        verdicts(
            new double[] {0.2, 0.21, 0.22},
            new double[] {nan, 0.91, 0.92},
            new double[] {0.5, 0.52, 0.51},
            new double[] {nan, nan, nan},
            new double[] {0.31, 0.33, 0.3});
    // Best of varied and balanced: 0.51, not the last one.
    assertEquals(List.of("too close to tell", "agrees", "agrees"), verdicts.subList(2, 5));
  }

  /** A straight rise to the last plan at 0.465: every parabola is highest there. */
  @Test
  void aPeakIsBalancedOnlyIfItSurelyIs() throws Exception {
    List<String> sure =
        verdicts(
            new double[] {0.2, 0.201, 0.2},
            new double[] {0.25, 0.251, 0.25},
            new double[] {0.4, 0.401, 0.4},
            new double[] {0.65, 0.651, 0.65},
            new double[] {0.3, 0.3, 0.3});
    assertEquals("agrees", sure.get(0));
    assertTrue(List.of("agrees", "open").contains(sure.get(1)), sure.get(1));
    List<String> early =
        verdicts(
            new double[] {0.9, 0.901, 0.9},
            new double[] {0.85, 0.851, 0.85},
            new double[] {0.6, 0.601, 0.6},
            new double[] {0.2, 0.201, 0.2},
            new double[] {0.3, 0.3, 0.3});
    assertEquals("differs", early.get(1));
  }
}
