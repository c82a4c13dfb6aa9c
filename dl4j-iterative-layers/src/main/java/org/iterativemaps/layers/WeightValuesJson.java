package org.iterativemaps.layers;

import java.io.IOException;
import org.iterativemaps.map.values.IdentityLeaning;
import org.iterativemaps.map.values.NormScaling;
import org.iterativemaps.map.values.OrthogonalValues;
import org.iterativemaps.map.values.ScatteredValues;
import org.iterativemaps.map.values.SpectralScaling;
import org.iterativemaps.map.values.VariancePreserving;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;

/** {@link WeightValues} as JSON: the name of the rule and its numbers. */
public final class WeightValuesJson {
  private WeightValuesJson() {}

  /** For a field of an initialiser. */
  static final class Write extends JsonSerializer<WeightValues> {
    @Override
    public void serialize(WeightValues values, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      write(values, json);
    }
  }

  /** For a field of an initialiser. */
  static final class Read extends JsonDeserializer<WeightValues> {
    @Override
    public WeightValues deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return JsonFields.read(parser, "fixed values", fields -> WeightValuesJson.read(fields, 0, 0));
    }

    @Override
    public WeightValues getNullValue(DeserializationContext context) throws JsonMappingException {
      throw new MapFormatException("fixed values: found null, expected an object", null);
    }
  }

  /**
   * Writes an object.
   *
   * @throws IOException if writing fails
   */
  public static void write(WeightValues values, JsonGenerator json) throws IOException {
    json.writeStartObject();
    if (values instanceof WeightValues.Constant constant) {
      write(json, "constant", "value", constant.value());
    } else if (values instanceof WeightValues.Gaussian gaussian) {
      write(json, "gaussian", "mean", gaussian.mean());
      json.writeNumberField("standardDeviation", gaussian.standardDeviation());
    } else if (values instanceof WeightValues.Uniform uniform) {
      write(json, "uniform", "low", uniform.low());
      json.writeNumberField("high", uniform.high());
    } else if (values instanceof WeightValues.Explicit explicit) {
      json.writeStringField("values", "explicit");
      json.writeStringField("packed", PackedNumbers.pack(explicit.values()));
    } else if (values instanceof VariancePreserving variance) {
      write(json, variance.average() ? "fanAverage" : "fanIn", "gain", variance.gain());
    } else if (values instanceof SpectralScaling spectral) {
      write(json, "spectralRadius", "radius", spectral.radius());
    } else if (values instanceof NormScaling scaling) {
      write(json, "spectralNorm", "norm", scaling.norm());
    } else if (values instanceof OrthogonalValues orthogonal) {
      write(json, "orthogonal", "gain", orthogonal.gain());
    } else if (values instanceof IdentityLeaning identity) {
      write(json, "identityLeaning", "scale", identity.scale());
      json.writeNumberField("noise", identity.noise());
    } else if (values instanceof ScatteredValues scattered) {
      json.writeStringField("values", "scattered");
      json.writeFieldName("pattern");
      SparsityJson.write(scattered.pattern(), json);
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
  public static WeightValues read(JsonFields fields, int fromSize, int toSize) throws IOException {
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
            "spectralNorm",
            "orthogonal",
            "identityLeaning",
            "scattered");
    return switch (values) {
      case "constant" -> WeightValues.constant(fields.number("value"));
      case "gaussian" ->
          WeightValues.gaussian(fields.number("mean"), fields.number("standardDeviation"));
      case "uniform" -> WeightValues.uniform(fields.number("low"), fields.number("high"));
      case "explicit" -> {
        long cells = (long) fromSize * toSize;
        yield WeightValues.explicit(
            PackedNumbers.unpack(fields.text("packed"), cells == 0 ? Long.MAX_VALUE : cells));
      }
      case "fanIn" -> WeightValues.fanIn(fields.number("gain"));
      case "fanAverage" -> WeightValues.fanAverage(fields.number("gain"));
      case "spectralRadius" -> WeightValues.spectralRadius(fields.number("radius"));
      case "spectralNorm" -> WeightValues.spectralNorm(fields.number("norm"));
      case "orthogonal" -> WeightValues.orthogonal(fields.number("gain"));
      case "identityLeaning" ->
          WeightValues.identityLeaning(fields.number("scale"), fields.number("noise"));
      default ->
          WeightValues.scattered(
              fields.object("pattern", pattern -> SparsityJson.read(pattern, fromSize, toSize)),
              fields.object("of", of -> read(of, fromSize, toSize)));
    };
  }
}
