package org.iterativemaps.samediff;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.layers.IterativeMapParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * What the SameDiff layers and the vertex are configured with: a map, the number of steps and first
 * values of biases.
 *
 * <p>Immutable. Its JSON is versioned and readable.
 */
@JsonSerialize(using = SDMapSettings.Serializer.class)
@JsonDeserialize(using = SDMapSettings.Deserializer.class)
public final class SDMapSettings implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 1;

  private final SDBlockMap map;
  private final int steps;
  private final TreeMap<String, Double> biasInits; // by slot, in the order of the JSON
  private transient List<SDParameter> parameters; // their masks drawn once: networks ask often

  /**
   * A map whose biases all begin at the layer's value.
   *
   * @throws IllegalArgumentException if steps is below 1, or a block is Java code
   */
  public SDMapSettings(SDBlockMap map, int steps) {
    this(map, steps, Map.of());
  }

  /**
   * Checks that it can be saved.
   *
   * @param map of typed blocks only
   * @param steps K, steps per token, at least 1
   * @param biasInits first values of biases by slot, where they are not the layer's
   * @throws IllegalArgumentException if steps is below 1, a block is Java code, or a bias with a
   *     first value does not exist
   */
  public SDMapSettings(SDBlockMap map, int steps, Map<String, Double> biasInits) {
    if (map == null) {
      throw new IllegalArgumentException("map: found none; give a block map with map(…)");
    }
    Checks.steps("layer", steps);
    map.unsavable()
        .ifPresent(
            connection -> {
              throw new IllegalArgumentException(
                  "block "
                      + connection.name()
                      + ": "
                      + connection.block()
                      + " is Java code, which a DL4J configuration cannot hold; use the typed blocks"
                      + " of SDBlocks, or build the map into a SameDiff graph with SDIterative");
            });
    for (String slot : biasInits.keySet()) {
      if (!map.slot(slot).slot().hasBias()) {
        throw new IllegalArgumentException(
            "biasInit: slot '" + slot + "' has no bias; leave it out, or give the slot one");
      }
    }
    this.map = map;
    this.steps = steps;
    this.biasInits = new TreeMap<>(biasInits);
  }

  /** The block map. */
  public SDBlockMap map() {
    return map;
  }

  /** K: steps per token. */
  public int steps() {
    return steps;
  }

  /** All that is trained, as {@link SDBlockMap#parameters}. */
  public synchronized List<SDParameter> parameters() {
    if (parameters == null) {
      parameters = map.parameters();
    }
    return parameters;
  }

  SDMapSettings withInputSize(long size) {
    return size < 1 || size == map.input().size()
        ? this
        : new SDMapSettings(map.withInputSize(Math.toIntExact(size)), steps, biasInits);
  }

  SDMapSettings withOutputSize(long size) {
    return size < 1 || size == map.output().size()
        ? this
        : new SDMapSettings(
            map.withSlotSize(map.output().name(), Math.toIntExact(size)), steps, biasInits);
  }

  /**
   * The first value of a parameter.
   *
   * @param bias the layer's first value of biases
   * @param seed of the network
   */
  void init(SDParameter parameter, IWeightInit weights, double bias, INDArray view, long seed) {
    switch (parameter.role()) {
      case WEIGHT ->
          IterativeMapParamInitializer.initWeights(
              weights, Spread.block(parameter.key(), "", parameter.mask()), view, seed);
      case BIAS -> view.assign(firstBias(parameter.key(), bias));
      case GAIN -> view.assign(1);
    }
  }

  private double firstBias(String key, double ofTheLayer) {
    return biasInits.entrySet().stream()
        .filter(entry -> SDBlockMap.biasKey(entry.getKey()).equals(key))
        .mapToDouble(Map.Entry::getValue)
        .findFirst()
        .orElse(ofTheLayer);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SDMapSettings that
        && map.equals(that.map)
        && steps == that.steps
        && biasInits.equals(that.biasInits);
  }

  @Override
  public int hashCode() {
    return 31 * map.hashCode() + steps;
  }

  @Override
  public String toString() {
    return "SDMapSettings(steps="
        + steps
        + (biasInits.isEmpty() ? "" : ", biasInits=" + biasInits)
        + ", map="
        + map
        + ")";
  }

  static final class Serializer extends JsonSerializer<SDMapSettings> {
    @Override
    public void serialize(SDMapSettings settings, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeNumberField("steps", settings.steps);
      if (!settings.biasInits.isEmpty()) {
        json.writeObjectFieldStart("biasInit");
        for (Map.Entry<String, Double> entry : settings.biasInits.entrySet()) {
          json.writeNumberField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      json.writeFieldName("map");
      SDBlockMapJson.write(settings.map, json);
      json.writeEndObject();
    }
  }

  static final class Deserializer extends JsonDeserializer<SDMapSettings> {
    @Override
    public SDMapSettings deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      JsonNode tree = parser.getCodec().readTree(parser);
      int version = SDBlockMapJson.need(tree, "version").asInt();
      if (version != VERSION) {
        throw new IOException(
            "SameDiff map settings: found version "
                + version
                + ", this library reads version "
                + VERSION
                + "; use the library version the model was saved with, or a newer one");
      }
      Map<String, Double> biasInits = new TreeMap<>();
      tree.path("biasInit")
          .fields()
          .forEachRemaining(entry -> biasInits.put(entry.getKey(), entry.getValue().asDouble()));
      return new SDMapSettings(
          SDBlockMapJson.read(SDBlockMapJson.need(tree, "map")),
          SDBlockMapJson.need(tree, "steps").asInt(),
          biasInits);
    }
  }
}
