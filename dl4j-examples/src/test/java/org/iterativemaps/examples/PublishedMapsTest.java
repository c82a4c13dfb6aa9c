package org.iterativemaps.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.map.plan.PaperBlock;
import org.junit.jupiter.api.Test;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class PublishedMapsTest {

  /** The golden file was made from the authors' files on another way, by another program. */
  @Test
  void areThoseOfTheAuthorsFiles() throws Exception {
    Map<String, ProportionPlan> plans = new HashMap<>();
    for (ProportionPlan plan : PublishedMaps.all()) {
      plans.put(plan.name(), plan);
    }
    JsonNode rows;
    try (InputStream in = getClass().getResourceAsStream("/golden/author_configs.json")) {
      rows = new ObjectMapper().readTree(in).get("rows");
    }
    int compared = 0;
    for (JsonNode row : rows) {
      if (row.get("sizes").get(0).intValue() != 2500) {
        continue;
      }
      ProportionPlan plan = plans.get(row.get("name").textValue());
      String name = plan.name();
      assertEquals(row.get("sizes").get(1).intValue(), plan.hidden(), name);
      assertEquals(10, plan.densities().outputSize(), name);
      assertEquals(row.get("expected_trainable").doubleValue(), plan.weights(), 0.51, name);
      assertEquals(row.get("hidden_proportion").doubleValue(), plan.proportion(), 1e-12, name);
      List<Double> densities = new ArrayList<>();
      row.get("densities").forEach(density -> densities.add(density.doubleValue()));
      assertEquals(densities.get(0), plan.densities().densities().get(PaperBlock.X_TO_H), name);
      assertEquals(densities.get(1), plan.densities().densities().get(PaperBlock.H_TO_H), name);
      compared++;
    }
    assertEquals(plans.size(), compared);
    assertTrue(compared > 20, compared + " maps");
  }

  @Test
  void thoseOfAHundredThousandWeightsAreOfAllKinds() throws Exception {
    List<ProportionPlan> all = PublishedMaps.plans(PublishedMaps.WEIGHTS, List.of());
    Map<Kind, Integer> kinds = new HashMap<>();
    double before = 0;
    for (ProportionPlan plan : all) {
      assertEquals(100_000, plan.weights(), 2000, plan.name());
      assertTrue(plan.proportion() >= before, plan.name());
      before = plan.proportion();
      kinds.merge(plan.kind(), 1, Integer::sum);
    }
    assertEquals(Map.of(Kind.DENSE, 1, Kind.UNIFORM, 1, Kind.VARIED, 5, Kind.BALANCED, 10), kinds);
    for (PublishedSize size : List.of(PublishedSize.QUICK, PublishedSize.HOUR)) {
      List<ProportionPlan> some = PublishedMaps.plans(PublishedMaps.WEIGHTS, size.maps());
      assertEquals(size.maps().size(), some.size());
      assertEquals(4, some.stream().map(ProportionPlan::kind).distinct().count());
    }
    assertEquals(58_000L * 25, (long) PublishedSize.FULL.sequences() * PublishedSize.FULL.epochs());
  }

  @Test
  void namesThatAreNotThereAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PublishedMaps.plans(PublishedMaps.WEIGHTS, List.of("ra_test_999999")));
    // Ten times as many weights.
    assertThrows(
        IllegalArgumentException.class,
        () -> PublishedMaps.plans(PublishedMaps.WEIGHTS, List.of("ra_test_balanced")));
  }
}
