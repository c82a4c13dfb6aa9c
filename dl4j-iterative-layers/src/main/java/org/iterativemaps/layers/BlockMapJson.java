package org.iterativemaps.layers;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;

/**
 * A {@link BlockMap} as JSON.
 *
 * <pre>{@code
 * "injection": "HOLD", "seed": 0, "output": "h",
 * "slots": [{"name": "x", "role": "input", "size": 784},
 *           {"name": "h", "role": "state", "size": 256, "activation": {...}, "bias": true,
 *            "biasInit": null, "normalisation": "NONE", "update": null, "copyOf": null}],
 * "blocks": [{"from": ["x"], "to": "h", "function": "linear",
 *             "sparsity": {"pattern": "density", "value": 0.1}, "fixed": null,
 *             "weightInit": null}, ...]
 * }</pre>
 *
 * An input of size 0 is still to be inferred; where an activation, biasInit or weightInit is null
 * it is the layer's, where "fixed" is null the weights are trained, and where "update" is null the
 * new value replaces the old. A slot that unrolling made has {@code "copyOf": {"slot": "h", "step":
 * 2}}. Nested maps have no biasInit and weightInit.
 *
 * <p>It is read strictly, by {@link JsonFields}: every field has to be there, and no other.
 */
final class BlockMapJson {
  private BlockMapJson() {}

  /**
   * First values of a layer's parameters, which stand beside what they belong to.
   *
   * @param weights initialisers by name of a trained linear block
   * @param biases first values by slot
   */
  record Inits(Map<String, IWeightInit> weights, Map<String, Double> biases) {}

  /**
   * Writes the fields of a map into the object that has been started.
   *
   * @param inits null for a nested map
   */
  static void write(BlockMap map, Inits inits, JsonGenerator json) throws IOException {
    json.writeStringField("injection", map.injection().name());
    json.writeNumberField("seed", map.seed());
    json.writeStringField("output", map.output().name());
    json.writeArrayFieldStart("slots");
    for (Slot slot : map.slots()) {
      write(slot, inits, json);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("blocks");
    for (Block block : map.blocks()) {
      write(block, inits, json);
    }
    json.writeEndArray();
  }

  private static void write(Slot slot, Inits inits, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", slot.name());
    json.writeStringField("role", slot.isInput() ? "input" : slot.isWire() ? "wire" : "state");
    json.writeNumberField("size", slot.size());
    if (!slot.isInput()) {
      writeWithClass("activation", slot.activation(), json);
      json.writeBooleanField("bias", slot.hasBias());
      if (inits != null) {
        json.writeObjectField("biasInit", inits.biases.get(slot.name()));
      }
      json.writeStringField("normalisation", slot.normalisation().name());
      write(slot.update(), json);
      write(slot.origin(), json);
    }
    json.writeEndObject();
  }

  private static void write(Update update, JsonGenerator json) throws IOException {
    json.writeFieldName("update");
    if (update.kind() == Update.Kind.REPLACE) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("kind", update.kind().name());
    json.writeNumberField("scale", update.scale());
    json.writeStringField("keep", update.keep());
    json.writeStringField("write", update.write());
    json.writeEndObject();
  }

  private static void write(Slot.Origin origin, JsonGenerator json) throws IOException {
    json.writeFieldName("copyOf");
    if (origin == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("slot", origin.slot());
    json.writeNumberField("step", origin.step());
    json.writeEndObject();
  }

  private static void write(Block block, Inits inits, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("from");
    for (String from : block.sources()) {
      json.writeString(from);
    }
    json.writeEndArray();
    json.writeStringField("to", block.to());
    write(block.function(), json);
    if (inits != null && block.isLinear()) {
      IWeightInit init = block.isTrainable() ? inits.weights.get(block.name()) : null;
      writeWithClass("weightInit", init, json);
    }
    json.writeEndObject();
  }

  private static void write(BlockFunction function, JsonGenerator json) throws IOException {
    if (function instanceof BlockFunctions.Linear linear) {
      json.writeStringField("function", "linear");
      write("sparsity", linear.sparsity(), json);
      json.writeFieldName("fixed");
      if (linear.values() == null) {
        json.writeNull();
      } else {
        WeightValuesJson.write(linear.values(), json);
      }
    } else if (function instanceof BlockFunctions.Identity) {
      json.writeStringField("function", "identity");
    } else if (function instanceof BlockFunctions.Product) {
      json.writeStringField("function", "product");
    } else if (function instanceof BlockFunctions.LinearProduct product) {
      json.writeStringField("function", "linearProduct");
      write("left", product.left(), json);
      write("right", product.right(), json);
    } else if (function instanceof BlockFunctions.Attention attention) {
      json.writeStringField("function", "attention");
      json.writeNumberField("heads", attention.heads());
      json.writeNumberField("time", attention.time());
    } else if (function instanceof BlockFunctions.Nested nested) {
      json.writeStringField("function", "nested");
      json.writeNumberField("steps", nested.steps());
      json.writeObjectFieldStart("map");
      write(nested.map(), null, json);
      json.writeEndObject();
    } else {
      throw new IOException("block map: " + function + " is Java code, which no JSON can hold");
    }
  }

  private static void write(String field, Sparsity sparsity, JsonGenerator json)
      throws IOException {
    json.writeFieldName(field);
    SparsityJson.write(sparsity, json);
  }

  /** With "@class" as a field: YAML's own tag for it would be lost in the reader's tree. */
  static void writeWithClass(String field, Object value, JsonGenerator json) throws IOException {
    json.writeFieldName(field);
    json.writeTree(NeuralNetConfiguration.mapper().valueToTree(value));
  }

  /**
   * Reads the fields of a map.
   *
   * @param inits collects what stands beside slots and blocks; null for a nested map
   */
  static BlockMap read(JsonFields fields, Inits inits) throws IOException {
    BlockMapBuilder map =
        BlockMap.builder()
            .injection(fields.choice("injection", Injection.class))
            .seed(fields.seed("seed"))
            .output(fields.text("output"));
    Map<String, Integer> sizes = new HashMap<>();
    for (Slot slot : fields.objects("slots", slot -> slot(slot, inits))) {
      map.add(slot);
      sizes.put(slot.name(), slot.size());
    }
    fields.objects("blocks", block -> block(block, sizes, inits)).forEach(map::add);
    return map.build();
  }

  private static Slot slot(JsonFields fields, Inits inits) throws IOException {
    String role = fields.choice("role", "input", "wire", "state");
    String name = fields.text("name");
    if (role.equals("input")) {
      return Slot.input(name, fields.integer("size", 0));
    }
    if (inits != null && !fields.isNull("biasInit")) {
      inits.biases.put(name, fields.number("biasInit"));
    }
    return new Slot(
        name,
        fields.integer("size", 1),
        role.equals("wire") ? Slot.Role.WIRE : Slot.Role.STATE,
        fields.dl4jOrNull("activation", IActivation.class),
        fields.flag("bias"),
        fields.choice("normalisation", Normalisation.class),
        fields.isNull("update") ? Update.replace() : fields.object("update", BlockMapJson::update),
        fields.objectOrNull("copyOf", BlockMapJson::origin));
  }

  private static Update update(JsonFields fields) throws IOException {
    return new Update(
        fields.choice("kind", Update.Kind.class),
        fields.number("scale"),
        fields.isNull("keep") ? null : fields.text("keep"),
        fields.isNull("write") ? null : fields.text("write"));
  }

  private static Slot.Origin origin(JsonFields fields) throws IOException {
    return new Slot.Origin(fields.text("slot"), fields.integer("step", 1));
  }

  private static Block block(JsonFields fields, Map<String, Integer> sizes, Inits inits)
      throws IOException {
    List<String> from = fields.texts("from");
    int to = sizes.getOrDefault(fields.text("to"), 0);
    // By source; 0 where it is not known.
    IntUnaryOperator size = i -> i < from.size() ? sizes.getOrDefault(from.get(i), 0) : 0;
    Block block = new Block(from, fields.text("to"), function(fields, size, to));
    if (inits != null && block.isLinear()) {
      IWeightInit init = fields.dl4jOrNull("weightInit", IWeightInit.class);
      if (init != null && !block.isTrainable()) {
        throw fields.error("weightInit", "the weights are fixed; expected null");
      }
      if (init != null) {
        inits.weights.put(block.name(), init);
      }
    }
    return block;
  }

  private static BlockFunction function(JsonFields fields, IntUnaryOperator size, int to)
      throws IOException {
    String function =
        fields.choice(
            "function", "linear", "identity", "product", "linearProduct", "attention", "nested");
    return switch (function) {
      case "linear" ->
          new BlockFunctions.Linear(
              pattern(fields, "sparsity", size.applyAsInt(0), to),
              fields.objectOrNull(
                  "fixed", fixed -> WeightValuesJson.read(fixed, size.applyAsInt(0), to)));
      case "identity" -> BlockFunctions.identity();
      case "product" -> BlockFunctions.product();
      case "linearProduct" ->
          BlockFunctions.linearProduct(
              pattern(fields, "left", size.applyAsInt(0), to),
              pattern(fields, "right", size.applyAsInt(1), to));
      case "attention" ->
          BlockFunctions.attention(fields.integer("heads", 1), fields.integer("time", 1));
      default ->
          BlockFunctions.nested(
              fields.object("map", map -> read(map, null)), fields.integer("steps", 1));
    };
  }

  private static Sparsity pattern(JsonFields fields, String field, int from, int to)
      throws IOException {
    return fields.object(field, pattern -> SparsityJson.read(pattern, from, to));
  }
}
