package org.iterativemaps.layers;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapPlan;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.WeightMask;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.ObjectCodec;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;

/**
 * How {@link MapSettings} are written into DL4J's JSON and YAML, so that a saved model finds its
 * masks again.
 *
 * <pre>{@code
 * {"version": 1, "steps": 4, "injection": "HOLD", "seed": 0, "output": "h",
 *  "slots": [{"name": "x", "role": "input", "size": 784},
 *            {"name": "h", "role": "state", "size": 256, "activation": {...}, "bias": true}],
 *  "blocks": [{"from": "x", "to": "h", "sparsity": {"pattern": "density", "value": 0.1}}, ...]}
 * }</pre>
 *
 * An input of size 0 is still to be inferred; a missing activation is the layer's. A slot that
 * unrolling made has {@code "copyOf": {"slot": "h", "step": 2}}. Patterns from a seed are kept as
 * their rule; explicit ones and explicit fixed values as {@link PackedNumbers}. A map that was
 * planned has its {@link MapPlan} beside it under "plan".
 */
public final class MapSettingsJson {
  private static final int VERSION = 1;

  private MapSettingsJson() {}

  /**
   * Writes the fields of a pattern into the object that has been started.
   *
   * @throws IOException if writing fails
   */
  public static void writePattern(Sparsity sparsity, JsonGenerator json) throws IOException {
    Serializer.write(sparsity, json);
  }

  /**
   * Reads what {@link #writePattern} wrote.
   *
   * @throws IOException if it is no such object
   */
  public static Sparsity readPattern(JsonNode node) throws IOException {
    return Deserializer.sparsity(node);
  }

  static final class Serializer extends JsonSerializer<MapSettings> {
    @Override
    public void serialize(MapSettings settings, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      BlockMap map = settings.map();
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeNumberField("steps", settings.steps());
      json.writeStringField("injection", map.injection().name());
      json.writeNumberField("seed", map.seed());
      json.writeStringField("output", map.output().name());
      json.writeArrayFieldStart("slots");
      for (Slot slot : map.slots()) {
        write(slot, json);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("blocks");
      for (Block block : map.blocks()) {
        write(block, settings.weightInits().get(block.name()), json);
      }
      json.writeEndArray();
      if (settings.planned().isPresent()) {
        json.writeFieldName("plan");
        MapPlanJson.write(settings.planned().get(), map, json);
      }
      json.writeEndObject();
    }

    private static void write(Slot slot, JsonGenerator json) throws IOException {
      json.writeStartObject();
      json.writeStringField("name", slot.name());
      json.writeStringField("role", slot.isInput() ? "input" : "state");
      json.writeNumberField("size", slot.size());
      if (slot.activation() != null) {
        writeWithClass("activation", slot.activation(), json);
      }
      if (!slot.isInput()) {
        json.writeBooleanField("bias", slot.hasBias());
      }
      if (slot.origin() != null) {
        json.writeObjectFieldStart("copyOf");
        json.writeStringField("slot", slot.origin().slot());
        json.writeNumberField("step", slot.origin().step());
        json.writeEndObject();
      }
      json.writeEndObject();
    }

    private static void write(Block block, IWeightInit init, JsonGenerator json)
        throws IOException {
      json.writeStartObject();
      json.writeStringField("from", block.from());
      json.writeStringField("to", block.to());
      json.writeObjectFieldStart("sparsity");
      write(block.sparsity(), json);
      json.writeEndObject();
      if (!block.isTrainable()) {
        json.writeFieldName("fixed");
        FixedValuesJson.write(block.fixedValues(), json);
      } else if (init != null) {
        writeWithClass("weightInit", init, json);
      }
      json.writeEndObject();
    }

    /** With "@class" as a field: YAML's own tag for it would be lost in the reader's tree. */
    static void writeWithClass(String field, Object value, JsonGenerator json) throws IOException {
      json.writeFieldName(field);
      json.writeTree(NeuralNetConfiguration.mapper().valueToTree(value));
    }

    static void write(Sparsity sparsity, JsonGenerator json) throws IOException {
      if (sparsity instanceof Sparsity.Dense) {
        json.writeStringField("pattern", "dense");
      } else if (sparsity instanceof Sparsity.Bernoulli bernoulli) {
        json.writeStringField("pattern", "bernoulli");
        json.writeNumberField("value", bernoulli.probability());
      } else if (sparsity instanceof Sparsity.Density density) {
        json.writeStringField("pattern", "density");
        json.writeNumberField("value", density.density());
      } else if (sparsity instanceof Sparsity.Entries entries) {
        json.writeStringField("pattern", "entries");
        json.writeNumberField("value", entries.count());
      } else if (sparsity instanceof Sparsity.FanIn fanIn) {
        json.writeStringField("pattern", "fanIn");
        json.writeNumberField("value", fanIn.perTarget());
      } else if (sparsity instanceof Sparsity.Groups groups) {
        json.writeStringField("pattern", "groups");
        json.writeNumberField("value", groups.count());
      } else if (sparsity instanceof Sparsity.Diagonal) {
        json.writeStringField("pattern", "diagonal");
      } else if (sparsity instanceof Sparsity.Explicit explicit) {
        json.writeStringField("pattern", "explicit");
        json.writeNumberField("fromSize", explicit.mask().fromSize());
        json.writeNumberField("toSize", explicit.mask().toSize());
        json.writeStringField("cells", PackedNumbers.packAscending(explicit.mask().copyCells()));
      } else {
        throw new IllegalStateException("no JSON for " + sparsity);
      }
    }
  }

  static final class Deserializer extends JsonDeserializer<MapSettings> {
    @Override
    public MapSettings deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      ObjectCodec codec = parser.getCodec();
      JsonNode tree = codec.readTree(parser);
      int version = need(tree, "version").asInt();
      if (version != VERSION) {
        throw new IOException(
            "iterative map settings: found version "
                + version
                + ", this library reads version "
                + VERSION
                + "; use the library version the model was saved with, or a newer one");
      }
      BlockMap.Builder map =
          BlockMap.builder()
              .injection(Injection.valueOf(need(tree, "injection").asText()))
              .seed(need(tree, "seed").asLong())
              .output(need(tree, "output").asText());
      for (JsonNode slot : need(tree, "slots")) {
        map.add(slot(slot, codec));
      }
      Map<String, IWeightInit> inits = new LinkedHashMap<>();
      for (JsonNode node : need(tree, "blocks")) {
        Block block = block(node);
        map.add(block);
        if (node.has("weightInit")) {
          inits.put(block.name(), codec.treeToValue(node.get("weightInit"), IWeightInit.class));
        }
      }
      MapPlan plan = tree.has("plan") ? MapPlanJson.read(tree.get("plan"), codec) : null;
      return new MapSettings(map.build(), need(tree, "steps").asInt(), inits, plan);
    }

    private static Slot slot(JsonNode node, ObjectCodec codec) throws IOException {
      boolean isInput = need(node, "role").asText().equals("input");
      IActivation activation =
          node.has("activation")
              ? codec.treeToValue(node.get("activation"), IActivation.class)
              : null;
      return new Slot(
          need(node, "name").asText(),
          need(node, "size").asInt(),
          isInput,
          activation,
          !isInput && need(node, "bias").asBoolean(),
          node.has("copyOf") ? origin(node.get("copyOf")) : null);
    }

    private static Slot.Origin origin(JsonNode node) throws IOException {
      return new Slot.Origin(need(node, "slot").asText(), need(node, "step").asInt());
    }

    private static Block block(JsonNode node) throws IOException {
      return new Block(
          need(node, "from").asText(),
          need(node, "to").asText(),
          sparsity(need(node, "sparsity")),
          node.has("fixed") ? FixedValuesJson.read(node.get("fixed")) : null);
    }

    static Sparsity sparsity(JsonNode node) throws IOException {
      String pattern = need(node, "pattern").asText();
      return switch (pattern) {
        case "dense" -> Sparsity.dense();
        case "bernoulli" -> Sparsity.bernoulli(need(node, "value").asDouble());
        case "density" -> Sparsity.density(need(node, "value").asDouble());
        case "entries" -> Sparsity.entries(need(node, "value").asLong());
        case "fanIn" -> Sparsity.fanIn(need(node, "value").asInt());
        case "groups" -> Sparsity.groups(need(node, "value").asInt());
        case "diagonal" -> Sparsity.diagonal();
        case "explicit" ->
            Sparsity.explicit(
                WeightMask.ofCells(
                    need(node, "fromSize").asInt(),
                    need(node, "toSize").asInt(),
                    PackedNumbers.unpackAscending(need(node, "cells").asText())));
        default -> throw new IOException("iterative map settings: unknown pattern " + pattern);
      };
    }

    static JsonNode need(JsonNode node, String field) throws IOException {
      if (!node.has(field)) {
        throw new IOException("iterative map settings: no field '" + field + "' in " + node);
      }
      return node.get(field);
    }
  }
}
