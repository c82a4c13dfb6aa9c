package org.iterativemaps.layers;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.iterativemaps.layers.MapSettingsJson.Deserializer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapPlan;
import org.iterativemaps.map.PaperBlock;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.ObjectCodec;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A {@link MapPlan} as JSON: what was given, so that another nIn can be planned for again. What
 * came of it are the slots and blocks of the map; "resolved" repeats it in words and is not read.
 */
final class MapPlanJson {
  private MapPlanJson() {}

  static void write(MapPlan plan, BlockMap map, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (plan.hiddenSize() != null) {
      json.writeNumberField("hiddenSize", plan.hiddenSize());
    }
    json.writeNumberField("outputSize", plan.outputSize());
    if (plan.trainableWeights() != null) {
      json.writeNumberField("trainableWeights", plan.trainableWeights());
    }
    if (plan.hiddenProportion() != null) {
      json.writeNumberField("hiddenProportion", plan.hiddenProportion());
    }
    json.writeObjectFieldStart("densities");
    for (Map.Entry<PaperBlock, Double> density : plan.densities().entrySet()) {
      json.writeNumberField(density.getKey().name(), density.getValue());
    }
    json.writeEndObject();
    if (plan.outputActivation() != null) {
      MapSettingsJson.Serializer.writeWithClass("outputActivation", plan.outputActivation(), json);
    }
    json.writeBooleanField("bias", plan.hasBias());
    json.writeStringField("injection", plan.injection().name());
    json.writeNumberField("seed", plan.seed());
    if (!map.isOpen()) {
      json.writeStringField("resolved", plan.solve(map.input().size()).toString());
    }
    json.writeEndObject();
  }

  static MapPlan read(JsonNode node, ObjectCodec codec) throws IOException {
    Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
    JsonNode given = Deserializer.need(node, "densities");
    for (PaperBlock block : PaperBlock.values()) {
      if (given.has(block.name())) {
        densities.put(block, given.get(block.name()).asDouble());
      }
    }
    return new MapPlan(
        node.has("hiddenSize") ? node.get("hiddenSize").asInt() : null,
        Deserializer.need(node, "outputSize").asInt(),
        densities,
        node.has("trainableWeights") ? node.get("trainableWeights").asLong() : null,
        node.has("hiddenProportion") ? node.get("hiddenProportion").asDouble() : null,
        node.has("outputActivation")
            ? codec.treeToValue(node.get("outputActivation"), IActivation.class)
            : null,
        Deserializer.need(node, "bias").asBoolean(),
        Injection.valueOf(Deserializer.need(node, "injection").asText()),
        Deserializer.need(node, "seed").asLong());
  }
}
