package org.iterativemaps.layers;

import java.io.IOException;
import org.iterativemaps.layers.MapSettingsJson.Deserializer;
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
import org.nd4j.shade.jackson.databind.JsonNode;
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
      return read(parser.getCodec().readTree(parser));
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
   * @throws IOException if it is no such object
   */
  public static FixedValues read(JsonNode node) throws IOException {
    String values = Deserializer.need(node, "values").asText();
    return switch (values) {
      case "constant" -> FixedValues.constant(number(node, "value"));
      case "gaussian" ->
          FixedValues.gaussian(number(node, "mean"), number(node, "standardDeviation"));
      case "uniform" -> FixedValues.uniform(number(node, "low"), number(node, "high"));
      case "explicit" ->
          FixedValues.explicit(PackedNumbers.unpack(Deserializer.need(node, "packed").asText()));
      case "fanIn" -> FixedValues.fanIn(number(node, "gain"));
      case "fanAverage" -> FixedValues.fanAverage(number(node, "gain"));
      case "spectralRadius" -> FixedValues.spectralRadius(number(node, "radius"));
      case "orthogonal" -> FixedValues.orthogonal(number(node, "gain"));
      case "identityLeaning" ->
          FixedValues.identityLeaning(number(node, "scale"), number(node, "noise"));
      case "scattered" ->
          FixedValues.scattered(
              Deserializer.sparsity(Deserializer.need(node, "pattern")),
              read(Deserializer.need(node, "of")));
      default -> throw new IOException("iterative map settings: unknown fixed values " + values);
    };
  }

  private static double number(JsonNode node, String field) throws IOException {
    return Deserializer.need(node, field).asDouble();
  }
}
