package org.iterativemaps.samediff;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.iterativemaps.layers.FixedValuesJson;
import org.iterativemaps.layers.MapSettingsJson;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * How an {@link SDBlockMap} is written into DL4J's JSON and YAML.
 *
 * <pre>{@code
 * {"injection": "HOLD", "seed": 0, "output": "h",
 *  "slots": [{"name": "x", "role": "input", "size": 8},
 *            {"name": "h", "role": "state", "size": 16, "activation": {...}, "bias": true,
 *             "normalisation": "LAYER", "update": {"kind": "GATED", "scale": 1, "keep": "u"}}],
 *  "blocks": [{"from": ["x"], "to": "h", "function": "linear", "sparsity": {...}}, ...]}
 * }</pre>
 */
final class SDBlockMapJson {
  private SDBlockMapJson() {}

  /** Whether a block is one of the typed ones, all the way down. */
  static boolean canWrite(SDBlock block) {
    return block instanceof SDBlocks.Linear
        || block instanceof SDBlocks.Identity
        || block instanceof SDBlocks.Product
        || block instanceof SDBlocks.LinearProduct
        || block instanceof SDBlocks.Attention
        || block instanceof SDBlocks.Nested nested && nested.map().unsavable().isEmpty();
  }

  static void write(SDBlockMap map, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("injection", map.injection().name());
    json.writeNumberField("seed", map.seed());
    json.writeStringField("output", map.output().name());
    json.writeArrayFieldStart("slots");
    for (SDSlot slot : map.slots()) {
      write(slot, json);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("blocks");
    for (SDConnection connection : map.connections()) {
      json.writeStartObject();
      json.writeArrayFieldStart("from");
      for (String from : connection.from()) {
        json.writeString(from);
      }
      json.writeEndArray();
      json.writeStringField("to", connection.to());
      write(connection.block(), json);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(SDSlot slot, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", slot.name());
    json.writeStringField("role", slot.isInput() ? "input" : slot.isWire() ? "wire" : "state");
    json.writeNumberField("size", slot.size());
    if (slot.slot().activation() != null) {
      // With "@class" as a field: YAML's own tag for it would be lost in the reader's tree.
      json.writeFieldName("activation");
      json.writeTree(NeuralNetConfiguration.mapper().valueToTree(slot.slot().activation()));
    }
    json.writeBooleanField("bias", slot.slot().hasBias());
    json.writeStringField("normalisation", slot.normalisation().name());
    json.writeObjectFieldStart("update");
    json.writeStringField("kind", slot.update().kind().name());
    json.writeNumberField("scale", slot.update().scale());
    if (slot.update().keep() != null) {
      json.writeStringField("keep", slot.update().keep());
    }
    if (slot.update().write() != null) {
      json.writeStringField("write", slot.update().write());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void write(SDBlock block, JsonGenerator json) throws IOException {
    if (block instanceof SDBlocks.Linear linear) {
      json.writeStringField("function", "linear");
      writePattern("sparsity", linear.sparsity(), json);
      if (linear.values() != null) {
        json.writeFieldName("fixed");
        FixedValuesJson.write(linear.values(), json);
      }
    } else if (block instanceof SDBlocks.Identity) {
      json.writeStringField("function", "identity");
    } else if (block instanceof SDBlocks.Product) {
      json.writeStringField("function", "product");
    } else if (block instanceof SDBlocks.LinearProduct product) {
      json.writeStringField("function", "linearProduct");
      writePattern("left", product.left(), json);
      writePattern("right", product.right(), json);
    } else if (block instanceof SDBlocks.Attention attention) {
      json.writeStringField("function", "attention");
      json.writeNumberField("heads", attention.heads());
      json.writeNumberField("time", attention.time());
    } else if (block instanceof SDBlocks.Nested nested) {
      json.writeStringField("function", "nested");
      json.writeNumberField("steps", nested.steps());
      json.writeFieldName("map");
      write(nested.map(), json);
    } else {
      throw new IOException("block map: " + block + " is Java code, which no JSON can hold");
    }
  }

  private static void writePattern(String field, Sparsity sparsity, JsonGenerator json)
      throws IOException {
    json.writeObjectFieldStart(field);
    MapSettingsJson.writePattern(sparsity, json);
    json.writeEndObject();
  }

  static SDBlockMap read(JsonNode node) throws IOException {
    List<SDSlot> slots = new ArrayList<>();
    for (JsonNode slot : need(node, "slots")) {
      slots.add(slot(slot));
    }
    List<SDConnection> connections = new ArrayList<>();
    for (JsonNode block : need(node, "blocks")) {
      List<String> from = new ArrayList<>();
      need(block, "from").forEach(name -> from.add(name.asText()));
      connections.add(new SDConnection(from, need(block, "to").asText(), block(block)));
    }
    return new SDBlockMap(
        slots,
        connections,
        need(node, "output").asText(),
        Injection.valueOf(need(node, "injection").asText()),
        need(node, "seed").asLong());
  }

  private static SDSlot slot(JsonNode node) throws IOException {
    String role = need(node, "role").asText();
    IActivation activation =
        node.has("activation")
            ? NeuralNetConfiguration.mapper().treeToValue(node.get("activation"), IActivation.class)
            : null;
    JsonNode update = need(node, "update");
    return new SDSlot(
        new Slot(
            need(node, "name").asText(),
            need(node, "size").asInt(),
            role.equals("input"),
            activation,
            need(node, "bias").asBoolean()),
        role.equals("wire"),
        Normalisation.valueOf(need(node, "normalisation").asText()),
        new Update(
            Update.Kind.valueOf(need(update, "kind").asText()),
            need(update, "scale").asDouble(),
            update.has("keep") ? update.get("keep").asText() : null,
            update.has("write") ? update.get("write").asText() : null));
  }

  private static SDBlock block(JsonNode node) throws IOException {
    String function = need(node, "function").asText();
    return switch (function) {
      case "linear" ->
          new SDBlocks.Linear(
              MapSettingsJson.readPattern(need(node, "sparsity")),
              node.has("fixed") ? FixedValuesJson.read(node.get("fixed")) : null);
      case "identity" -> SDBlocks.identity();
      case "product" -> SDBlocks.product();
      case "linearProduct" ->
          SDBlocks.linearProduct(
              MapSettingsJson.readPattern(need(node, "left")),
              MapSettingsJson.readPattern(need(node, "right")));
      case "attention" ->
          SDBlocks.attention(need(node, "heads").asInt(), need(node, "time").asInt());
      case "nested" -> SDBlocks.nested(read(need(node, "map")), need(node, "steps").asInt());
      default -> throw new IOException("block map: unknown function '" + function + "'");
    };
  }

  static JsonNode need(JsonNode node, String field) throws IOException {
    if (!node.has(field)) {
      throw new IOException("block map: no field '" + field + "' in " + node);
    }
    return node.get(field);
  }
}
