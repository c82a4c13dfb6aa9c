package org.iterativemaps.layers;

import java.io.IOException;
import org.iterativemaps.map.FixedValues;
import org.iterativemaps.map.IdentityLeaning;
import org.iterativemaps.map.OrthogonalValues;
import org.iterativemaps.map.ScatteredValues;
import org.iterativemaps.map.SpectralScaling;
import org.iterativemaps.map.VariancePreserving;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;

/** {@link FixedValues} as JSON: the name of the rule and its numbers. */
public final class FixedValuesJson {
  private FixedValuesJson() {}

  /** For a field of an initialiser. */
  static final class Write extends JsonSerializer<FixedValues> {
    @Override
    public void serialize(FixedValues values, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      write(values, json);
    }
  }

  /** For a field of an initialiser. */
  static final class Read extends JsonDeserializer<FixedValues> {
    @Override
    public FixedValues deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return JsonFields.read(parser, "fixed values", fields -> FixedValuesJson.read(fields, 0, 0));
    }

    @Override
    public FixedValues getNullValue(DeserializationContext context) throws JsonMappingException {
      throw new MapFormatException("fixed values: found null, expected an object", null);
    }
  }

  /**
   * Writes an object.
   *
   * @throws IOException if writing fails
   */
  public static void write(FixedValues values, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (values instanceof FixedValues.Constant constant) {
      write(json, "constant", "value", constant.value());
    } else if (values instanceof FixedValues.Gaussian gaussian) {
      write(json, "gaussian", "mean", gaussian.mean());
      json.writeNumberField("standardDeviation", gaussian.standardDeviation());
    } else if (values instanceof FixedValues.Uniform uniform) {
      write(json, "uniform", "low", uniform.low());
      json.writeNumberField("high", uniform.high());
    } else if (values instanceof FixedValues.Explicit explicit) {
      json.writeStringField("values", "explicit");
      json.writeStringField("packed", PackedNumbers.pack(explicit.values()));
    } else if (values instanceof VariancePreserving variance) {
      write(json, variance.average() ? "fanAverage" : "fanIn", "gain", variance.gain());
    } else if (values instanceof SpectralScaling spectral) {
      write(json, "spectralRadius", "radius", spectral.radius());
    } else if (values instanceof OrthogonalValues orthogonal) {
      write(json, "orthogonal", "gain", orthogonal.gain());
    } else if (values instanceof IdentityLeaning identity) {
      write(json, "identityLeaning", "scale", identity.scale());
      json.writeNumberField("noise", identity.noise());
    } else if (values instanceof ScatteredValues scattered) {
      json.writeStringField("values", "scattered");
      json.writeObjectFieldStart("pattern");
      MapSettingsJson.Serializer.write(scattered.pattern(), json);
      json.writeEndObject();
      json.writeFieldName("of");
      write(scattered.values(), json);
    } else {
      throw new IllegalStateException("no JSON for " + values);
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String rule, String field, double value)
      throws IOException {
    json.writeStringField("values", rule);
    json.writeNumberField(field, value);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param fromSize units of the block's source slot; 0 if they are not known
   * @param toSize units of the block's target slot; 0 if they are not known
   * @throws IOException if it is no such object
   */
  public static FixedValues read(JsonFields fields, int fromSize, int toSize) throws IOException {
    String values =
        fields.choice(
            "values",
            "constant",
            "gaussian",
            "uniform",
            "explicit",
            "fanIn",
            "fanAverage",
            "spectralRadius",
            "orthogonal",
            "identityLeaning",
            "scattered");
    return switch (values) {
      case "constant" -> FixedValues.constant(fields.number("value"));
      case "gaussian" ->
          FixedValues.gaussian(fields.number("mean"), fields.number("standardDeviation"));
      case "uniform" -> FixedValues.uniform(fields.number("low"), fields.number("high"));
      case "explicit" -> {
        long cells = (long) fromSize * toSize;
        yield FixedValues.explicit(
            PackedNumbers.unpack(fields.text("packed"), cells == 0 ? Long.MAX_VALUE : cells));
      }
      case "fanIn" -> FixedValues.fanIn(fields.number("gain"));
      case "fanAverage" -> FixedValues.fanAverage(fields.number("gain"));
      case "spectralRadius" -> FixedValues.spectralRadius(fields.number("radius"));
      case "orthogonal" -> FixedValues.orthogonal(fields.number("gain"));
      case "identityLeaning" ->
          FixedValues.identityLeaning(fields.number("scale"), fields.number("noise"));
      default ->
          FixedValues.scattered(
              fields.object(
                  "pattern", pattern -> MapSettingsJson.readPattern(pattern, fromSize, toSize)),
              fields.object("of", of -> read(of, fromSize, toSize)));
    };
  }
}
