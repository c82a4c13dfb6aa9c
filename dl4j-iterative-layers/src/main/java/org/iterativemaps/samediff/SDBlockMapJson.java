package org.iterativemaps.samediff;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.iterativemaps.layers.FixedValuesJson;
import org.iterativemaps.layers.JsonFields;
import org.iterativemaps.layers.MapSettingsJson;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Sparsity;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;

/**
 * How an {@link SDBlockMap} is written into DL4J's JSON and YAML.
 *
 * <pre>{@code
 * {"injection": "HOLD", "seed": 0, "output": "h",
 *  "slots": [...,
 *            {"name": "h", "role": "state", "size": 16, "activation": {...}, "bias": true,
 *             "normalisation": "LAYER",
 *             "update": {"kind": "GATED", "scale": 1, "keep": "u", "write": null}}],
 *  "blocks": [{"from": ["x"], "to": "h", "function": "linear", "sparsity": {...},
 *              "fixed": null}, ...]}
 * }</pre>
 *
 * <p>It is read strictly, by {@link JsonFields}: every field has to be there, and no other.
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
    // With "@class" as a field: YAML's own tag for it would be lost in the reader's tree.
    json.writeFieldName("activation");
    json.writeTree(NeuralNetConfiguration.mapper().valueToTree(slot.slot().activation()));
    json.writeBooleanField("bias", slot.slot().hasBias());
    json.writeStringField("normalisation", slot.normalisation().name());
    json.writeObjectFieldStart("update");
    json.writeStringField("kind", slot.update().kind().name());
    json.writeNumberField("scale", slot.update().scale());
    json.writeStringField("keep", slot.update().keep());
    json.writeStringField("write", slot.update().write());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void write(SDBlock block, JsonGenerator json) throws IOException {
    if (block instanceof SDBlocks.Linear linear) {
      json.writeStringField("function", "linear");
      writePattern("sparsity", linear.sparsity(), json);
      json.writeFieldName("fixed");
      if (linear.values() == null) {
        json.writeNull();
      } else {
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

  static SDBlockMap read(JsonFields fields) throws IOException {
    List<SDSlot> slots = fields.objects("slots", SDBlockMapJson::slot);
    Map<String, Integer> sizes = new HashMap<>();
    slots.forEach(slot -> sizes.put(slot.name(), slot.size()));
    return new SDBlockMap(
        slots,
        fields.objects("blocks", block -> connection(block, sizes)),
        fields.text("output"),
        fields.choice("injection", Injection.class),
        fields.seed("seed"));
  }

  private static SDSlot slot(JsonFields fields) throws IOException {
    String role = fields.choice("role", "input", "wire", "state");
    boolean isInput = role.equals("input");
    return new SDSlot(
        new Slot(
            fields.text("name"),
            fields.integer("size", isInput ? 0 : 1),
            isInput,
            fields.dl4jOrNull("activation", IActivation.class),
            fields.flag("bias")),
        role.equals("wire"),
        fields.choice("normalisation", Normalisation.class),
        fields.object("update", SDBlockMapJson::update));
  }

  private static Update update(JsonFields fields) throws IOException {
    return new Update(
        fields.choice("kind", Update.Kind.class),
        fields.number("scale"),
        fields.isNull("keep") ? null : fields.text("keep"),
        fields.isNull("write") ? null : fields.text("write"));
  }

  private static SDConnection connection(JsonFields fields, Map<String, Integer> sizes)
      throws IOException {
    List<String> from = fields.texts("from");
    int to = sizes.getOrDefault(fields.text("to"), 0);
    // By source; 0 where it is not known.
    IntUnaryOperator size = i -> i < from.size() ? sizes.getOrDefault(from.get(i), 0) : 0;
    return new SDConnection(from, fields.text("to"), block(fields, size, to));
  }

  private static SDBlock block(JsonFields fields, IntUnaryOperator size, int to)
      throws IOException {
    String function =
        fields.choice(
            "function", "linear", "identity", "product", "linearProduct", "attention", "nested");
    return switch (function) {
      case "linear" ->
          new SDBlocks.Linear(
              pattern(fields, "sparsity", size.applyAsInt(0), to),
              fields.objectOrNull(
                  "fixed", fixed -> FixedValuesJson.read(fixed, size.applyAsInt(0), to)));
      case "identity" -> SDBlocks.identity();
      case "product" -> SDBlocks.product();
      case "linearProduct" ->
          SDBlocks.linearProduct(
              pattern(fields, "left", size.applyAsInt(0), to),
              pattern(fields, "right", size.applyAsInt(1), to));
      case "attention" -> SDBlocks.attention(fields.integer("heads", 1), fields.integer("time", 1));
      default ->
          SDBlocks.nested(fields.object("map", SDBlockMapJson::read), fields.integer("steps", 1));
    };
  }

  private static Sparsity pattern(JsonFields fields, String field, int fromSize, int toSize)
      throws IOException {
    return fields.object(field, pattern -> MapSettingsJson.readPattern(pattern, fromSize, toSize));
  }
}
