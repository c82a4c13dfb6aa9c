package org.iterativemaps.layers;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.TreeMap;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.plan.MapPlan;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;

/**
 * How {@link MapSettings} are written into DL4J's JSON and YAML, so that a saved model finds its
 * masks again: {@code {"version": 3, "steps": 4, …, "plan": null}}, with the map's fields as {@link
 * BlockMapJson} has them; a loop that settles has "untilSettled" in the place of "steps". A map
 * that was planned has its {@link MapPlan} under "plan".
 *
 * <p>It is read strictly, by {@link JsonFields}. A new field is a new version.
 */
final class MapSettingsJson {
  private static final int VERSION = 3;

  private MapSettingsJson() {}

  static final class Serializer extends JsonSerializer<MapSettings> {
    @Override
    public void serialize(MapSettings settings, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      if (settings.iteration() instanceof UntilSettled until) {
        json.writeFieldName("untilSettled");
        UntilSettledJson.write(until, json);
      } else {
        json.writeNumberField("steps", settings.steps());
      }
      BlockMapJson.write(
          settings.map(),
          new BlockMapJson.Inits(settings.weightInits(), settings.biasInits()),
          json);
      json.writeFieldName("plan");
      if (settings.plan().isEmpty()) {
        json.writeNull();
      } else {
        MapPlanJson.write(settings.plan().get(), settings.map(), json);
      }
      json.writeEndObject();
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
      BlockMapJson.Inits inits = new BlockMapJson.Inits(new LinkedHashMap<>(), new TreeMap<>());
      BlockMap map = BlockMapJson.read(fields, inits);
      return new MapSettings(
          map,
          fields.has("untilSettled")
              ? fields.object("untilSettled", UntilSettledJson::read)
              : Iteration.steps(fields.integer("steps", 1)),
          inits.weights(),
          inits.biases(),
          fields.objectOrNull("plan", plan(map)));
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
  }
}
