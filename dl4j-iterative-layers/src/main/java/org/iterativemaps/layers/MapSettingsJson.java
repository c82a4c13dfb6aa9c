package org.iterativemaps.layers;

import java.io.IOException;
import java.util.HashMap;
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
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;

/**
 * How {@link MapSettings} are written into DL4J's JSON and YAML, so that a saved model finds its
 * masks again.
 *
 * <pre>{@code
 * {"version": 2, "steps": 4, "injection": "HOLD", "seed": 0, "output": "h",
 *  "slots": [{"name": "x", "role": "input", "size": 784},
 *            {"name": "h", "role": "state", "size": 256, "activation": {...}, "bias": true,
 *             "copyOf": null}],
 *  "blocks": [{"from": "x", "to": "h", "sparsity": {"pattern": "density", "value": 0.1},
 *              "fixed": null, "weightInit": null}, ...],
 *  "plan": null}
 * }</pre>
 *
 * An input of size 0 is still to be inferred; where an activation or weightInit is null it is the
 * layer's, and where "fixed" is null the weights are trained. A slot that unrolling made has {@code
 * "copyOf": {"slot": "h", "step": 2}}. Patterns from a seed are kept as their rule; explicit ones
 * and explicit fixed values as {@link PackedNumbers}. A map that was planned has its {@link
 * MapPlan} under "plan".
 *
 * <p>It is read strictly, by {@link JsonFields}: every field has to be there, and no other. A new
 * field is a new version. Version 1 did not write what is null.
 */
public final class MapSettingsJson {
  private static final int VERSION = 2;

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
   * @param fromSize units of the block's source slot; 0 if they are not known
   * @param toSize units of the block's target slot; 0 if they are not known
   * @throws IOException if it is no such object
   */
  public static Sparsity readPattern(JsonFields fields, int fromSize, int toSize)
      throws IOException {
    String pattern =
        fields.choice(
            "pattern",
            "dense",
            "bernoulli",
            "density",
            "entries",
            "fanIn",
            "groups",
            "diagonal",
            "explicit");
    return switch (pattern) {
      case "dense" -> Sparsity.dense();
      case "bernoulli" -> Sparsity.bernoulli(fields.number("value"));
      case "density" -> Sparsity.density(fields.number("value"));
      case "entries" -> Sparsity.entries(fields.wholeNumber("value", 1, Long.MAX_VALUE));
      case "fanIn" -> Sparsity.fanIn(fields.integer("value", 1));
      case "groups" -> Sparsity.groups(fields.integer("value", 1));
      case "diagonal" -> Sparsity.diagonal();
      default -> {
        int from = maskSize(fields, "fromSize", fromSize);
        int to = maskSize(fields, "toSize", toSize);
        yield Sparsity.explicit(PackedNumbers.unpackCells(fields.text("cells"), from, to));
      }
    };
  }

  private static int maskSize(JsonFields fields, String field, int slotSize) throws IOException {
    int size = fields.integer(field, 1);
    if (slotSize > 0 && size != slotSize) {
      throw fields.error(field, "found " + size + ", but the slot has " + slotSize + " units");
    }
    return size;
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
      json.writeFieldName("plan");
      if (settings.planned().isEmpty()) {
        json.writeNull();
      } else {
        MapPlanJson.write(settings.planned().get(), map, json);
      }
      json.writeEndObject();
    }

    private static void write(Slot slot, JsonGenerator json) throws IOException {
      json.writeStartObject();
      json.writeStringField("name", slot.name());
      json.writeStringField("role", slot.isInput() ? "input" : "state");
      json.writeNumberField("size", slot.size());
      if (!slot.isInput()) {
        writeWithClass("activation", slot.activation(), json);
        json.writeBooleanField("bias", slot.hasBias());
        write(slot.origin(), json);
      }
      json.writeEndObject();
    }

    private static void write(Slot.Origin origin, JsonGenerator json) throws IOException {
      json.writeFieldName("copyOf");
      if (origin == null) {
        json.writeNull();
      } else {
        json.writeStartObject();
        json.writeStringField("slot", origin.slot());
        json.writeNumberField("step", origin.step());
        json.writeEndObject();
      }
    }

    private static void write(Block block, IWeightInit init, JsonGenerator json)
        throws IOException {
      json.writeStartObject();
      json.writeStringField("from", block.from());
      json.writeStringField("to", block.to());
      json.writeObjectFieldStart("sparsity");
      write(block.sparsity(), json);
      json.writeEndObject();
      json.writeFieldName("fixed");
      if (block.isTrainable()) {
        json.writeNull();
      } else {
        FixedValuesJson.write(block.fixedValues(), json);
      }
      writeWithClass("weightInit", block.isTrainable() ? init : null, json);
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
        json.writeStringField("cells", PackedNumbers.packCells(explicit.mask()));
      } else {
        throw new IllegalStateException("no JSON for " + sparsity);
      }
    }
  }

  static final class Deserializer extends JsonDeserializer<MapSettings> {
    @Override
    public MapSettings deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return JsonFields.read(parser, "iterative map settings", Deserializer::settings);
    }

    @Override
    public MapSettings getNullValue(DeserializationContext context) throws JsonMappingException {
      throw new MapFormatException("iterative map settings: found null, expected an object", null);
    }

    private static MapSettings settings(JsonFields fields) throws IOException {
      fields.version(VERSION);
      BlockMap.Builder map =
          BlockMap.builder()
              .injection(fields.choice("injection", Injection.class))
              .seed(fields.seed("seed"))
              .output(fields.text("output"));
      Map<String, Integer> sizes = new HashMap<>();
      for (Slot slot : fields.objects("slots", Deserializer::slot)) {
        map.add(slot);
        sizes.put(slot.name(), slot.size());
      }
      Map<String, IWeightInit> inits = new LinkedHashMap<>();
      fields.objects("blocks", block -> block(block, sizes, inits)).forEach(map::add);
      int steps = fields.integer("steps", 1);
      BlockMap built = map.build();
      return new MapSettings(built, steps, inits, fields.objectOrNull("plan", plan(built)));
    }

    /** A plan that can be met, so that it can be written again. */
    private static JsonFields.Reader<MapPlan> plan(BlockMap map) {
      return fields -> {
        MapPlan plan = MapPlanJson.read(fields);
        if (!map.isOpen()) {
          plan.solve(map.input().size());
        }
        return plan;
      };
    }

    private static Slot slot(JsonFields fields) throws IOException {
      boolean isInput = fields.choice("role", "input", "state").equals("input");
      return new Slot(
          fields.text("name"),
          fields.integer("size", isInput ? 0 : 1),
          isInput,
          isInput ? null : fields.dl4jOrNull("activation", IActivation.class),
          !isInput && fields.flag("bias"),
          isInput ? null : fields.objectOrNull("copyOf", Deserializer::origin));
    }

    private static Slot.Origin origin(JsonFields fields) throws IOException {
      return new Slot.Origin(fields.text("slot"), fields.integer("step", 1));
    }

    private static Block block(
        JsonFields fields, Map<String, Integer> sizes, Map<String, IWeightInit> inits)
        throws IOException {
      int from = sizes.getOrDefault(fields.text("from"), 0);
      int to = sizes.getOrDefault(fields.text("to"), 0);
      Block block =
          new Block(
              fields.text("from"),
              fields.text("to"),
              fields.object("sparsity", pattern -> readPattern(pattern, from, to)),
              fields.objectOrNull("fixed", fixed -> FixedValuesJson.read(fixed, from, to)));
      IWeightInit init = fields.dl4jOrNull("weightInit", IWeightInit.class);
      if (init != null) {
        if (!block.isTrainable()) {
          throw fields.error("weightInit", "the weights are fixed; expected null");
        }
        inits.put(block.name(), init);
      }
      return block;
    }
  }
}
