package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.plan.HiddenProportion;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProportionPlanTest {

  /** Counted in the networks themselves, not taken from the plans. */
  @ParameterizedTest(name = "quick {0}")
  @ValueSource(booleans = {true, false})
  void networksHaveTheWeightsThatTheirPlansPromise(boolean quick) throws Exception {
    DigitSets digits = new DigitOptions().load(true, 1);
    for (ProportionTask task :
        List.of(
            ProportionTask.anomaly(null, "drawn", quick), ProportionTask.rows(digits, "", quick))) {
      List<ProportionPlan> plans = ProportionPlan.spread(task, quick);
      for (ProportionPlan plan : plans) {
        String name = task.name() + ", " + plan.name();
        MultiLayerNetwork network = new MultiLayerNetwork(plan.network(task, 0.01, 7));
        network.init();
        boolean isMap = plan.kind() != Kind.LSTM;
        int biases = isMap ? plan.hidden() + task.outputs() : 4 * plan.hidden() + task.outputs();
        assertEquals(plan.weights(), network.numParams() - biases, name);
        // Whole units: a unit more costs at most 2 weights / hidden, a map's or an LSTM's.
        double half = (double) plan.weights() / plan.hidden();
        assertEquals(task.weights(), plan.weights(), half, name);
        if (isMap) {
          var layer = (IterativeMapRecurrentLayer) network.getLayer(0).conf().getLayer();
          assertEquals(
              plan.proportion(),
              HiddenProportion.realized(layer.getSettings().realized()).value(),
              1e-3,
              name);
        }
      }
      assertEquals(plans.size(), plans.stream().map(ProportionPlan::name).distinct().count());
      assertEquals(
          List.of(Kind.DENSE, Kind.UNIFORM, Kind.VARIED, Kind.LSTM),
          plans.stream().map(ProportionPlan::kind).distinct().collect(Collectors.toList()));
      double[] varied =
          plans.stream()
              .filter(plan -> plan.kind() == Kind.VARIED)
              .mapToDouble(ProportionPlan::proportion)
              .toArray();
      assertTrue(IntStream.range(1, varied.length).allMatch(i -> varied[i] > varied[i - 1]));
    }
  }
}
