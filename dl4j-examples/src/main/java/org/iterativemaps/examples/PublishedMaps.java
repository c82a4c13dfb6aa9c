package org.iterativemaps.examples;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.iterativemaps.examples.ProportionPlan.Kind;
import org.iterativemaps.map.plan.DensityPlan;
import org.iterativemaps.map.plan.PaperBlock;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * The maps for Random Anomaly in the authors' model files: sizes and densities, in {@code
 * random-anomaly-maps.json} with their source.
 */
final class PublishedMaps {

  /** What the smaller of their maps have, nearly. */
  static final int WEIGHTS = 100_000;

  /** What the larger of them have, nearly. */
  static final int MORE_WEIGHTS = 1_000_000;

  private static final String RESOURCE = "random-anomaly-maps.json";
  private static final double NEAR = 0.02;

  /** In the order of the file. */
  private static final PaperBlock[] BLOCKS = {
    PaperBlock.X_TO_H,
    PaperBlock.H_TO_H,
    PaperBlock.Y_TO_H,
    PaperBlock.X_TO_Y,
    PaperBlock.H_TO_Y,
    PaperBlock.Y_TO_Y
  };

  private PublishedMaps() {}

  /**
   * The maps of so many weights, from low hidden proportion to high.
   *
   * @param weights {@link #WEIGHTS} or {@link #MORE_WEIGHTS}
   * @param names of files; empty for all
   * @throws IOException if the resource is missing or damaged
   */
  static List<ProportionPlan> plans(int weights, List<String> names) throws IOException {
    List<ProportionPlan> plans = new ArrayList<>();
    for (ProportionPlan plan : all()) {
      boolean wanted = names.isEmpty() || names.contains(plan.name());
      if (wanted && Math.abs(plan.weights() - weights) < NEAR * weights) {
        plans.add(plan);
      }
    }
    if (!names.isEmpty() && plans.size() != names.size()) {
      throw new IllegalArgumentException(
          "names: found "
              + names
              + ", expected files of "
              + RESOURCE
              + " with "
              + weights
              + " weights, each once");
    }
    plans.sort(Comparator.comparingDouble(ProportionPlan::proportion));
    return plans;
  }

  /** All maps of the files, of any count of weights. */
  static List<ProportionPlan> all() throws IOException {
    try (InputStream in = PublishedMaps.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IOException(
            RESOURCE + " is not on the class path beside " + PublishedMaps.class.getName());
      }
      List<ProportionPlan> plans = new ArrayList<>();
      for (JsonNode map : new ObjectMapper().readTree(in).get("maps")) {
        JsonNode sizes = map.get("sizes");
        Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
        for (int i = 0; i < BLOCKS.length; i++) {
          densities.put(BLOCKS[i], map.get("densities").get(i).doubleValue());
        }
        String name = map.get("name").textValue();
        plans.add(
            ProportionPlan.of(
                kind(name, densities),
                name,
                new DensityPlan(
                    sizes.get(0).intValue(),
                    sizes.get(1).intValue(),
                    sizes.get(2).intValue(),
                    densities)));
      }
      return plans;
    }
  }

  private static Kind kind(String name, Map<PaperBlock, Double> densities) {
    if (name.contains("balanced")) {
      return Kind.BALANCED;
    }
    if (densities.values().stream().distinct().count() > 1) {
      return Kind.VARIED;
    }
    return densities.get(PaperBlock.H_TO_H) == 1 ? Kind.DENSE : Kind.UNIFORM;
  }
}
