package org.iterativemaps.layers;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.plan.MapPlan;
import org.iterativemaps.map.plan.PaperBlock;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;

/**
 * A {@link MapPlan} as JSON: what was given, so that another nIn can be planned for again. What
 * came of it are the slots and blocks of the map; "resolved" repeats it in words and is not read.
 * What is not given is null, and "bundle" is only there if units share their sources.
 */
final class MapPlanJson {
  private MapPlanJson() {}

  static void write(MapPlan plan, BlockMap map, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeObjectField("hiddenSize", plan.hiddenSize());
    json.writeNumberField("outputSize", plan.outputSize());
    json.writeObjectField("trainableWeights", plan.trainableWeights());
    json.writeObjectField("hiddenProportion", plan.hiddenProportion());
    json.writeObjectFieldStart("densities");
    for (PaperBlock block : PaperBlock.values()) {
      json.writeObjectField(block.name(), plan.densities().get(block));
    }
    json.writeEndObject();
    BlockMapJson.writeWithClass("outputActivation", plan.outputActivation(), json);
    json.writeBooleanField("bias", plan.hasBias());
    json.writeStringField("injection", plan.injection().name());
    json.writeNumberField("seed", plan.seed());
    if (plan.bundle() > 1) {
      json.writeNumberField("bundle", plan.bundle());
    }
    if (!map.isOpen()) {
      json.writeStringField("resolved", plan.solve(map.input().size()).toString());
    }
    json.writeEndObject();
  }

  static MapPlan read(JsonFields fields) throws IOException {
    fields.ignore("resolved");
    return new MapPlan(
        fields.isNull("hiddenSize") ? null : fields.integer("hiddenSize", 1),
        fields.integer("outputSize", 0),
        fields.object("densities", MapPlanJson::densities),
        fields.isNull("trainableWeights")
            ? null
            : (Long) fields.wholeNumber("trainableWeights", 1, Long.MAX_VALUE),
        fields.isNull("hiddenProportion") ? null : (Double) fields.number("hiddenProportion"),
        fields.dl4jOrNull("outputActivation", IActivation.class),
        fields.flag("bias"),
        fields.choice("injection", Injection.class),
        fields.seed("seed"),
        fields.has("bundle") ? fields.integer("bundle", 2) : 1);
  }

  private static Map<PaperBlock, Double> densities(JsonFields fields) throws IOException {
    Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
    for (PaperBlock block : PaperBlock.values()) {
      if (!fields.isNull(block.name())) {
        densities.put(block, fields.number(block.name()));
      }
    }
    return densities;
  }
}
