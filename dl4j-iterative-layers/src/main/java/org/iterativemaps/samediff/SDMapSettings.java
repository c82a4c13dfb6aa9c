package org.iterativemaps.samediff;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.layers.IterativeMapParamInitializer;
import org.iterativemaps.layers.JsonFields;
import org.iterativemaps.layers.MapFormatException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.databind.DeserializationContext;
import org.nd4j.shade.jackson.databind.JsonDeserializer;
import org.nd4j.shade.jackson.databind.JsonMappingException;
import org.nd4j.shade.jackson.databind.JsonSerializer;
import org.nd4j.shade.jackson.databind.SerializerProvider;
import org.nd4j.shade.jackson.databind.annotation.JsonDeserialize;
import org.nd4j.shade.jackson.databind.annotation.JsonSerialize;

/**
 * What the SameDiff layers and the vertex are configured with: a map, the number of steps and first
 * values of biases.
 *
 * <p>Immutable. Its JSON is versioned and readable; version 1 did not write what is null or empty.
 */
@JsonSerialize(using = SDMapSettings.Serializer.class)
@JsonDeserialize(using = SDMapSettings.Deserializer.class)
public final class SDMapSettings implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int VERSION = 2;

  /** Evaluations of blocks and slots of all K steps: SameDiff cannot build larger graphs. */
  public static final int MOST_OPERATIONS = 100_000;

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
   * @throws IllegalArgumentException if steps is below 1, all steps make more than {@value
   *     #MOST_OPERATIONS} operations, a block is Java code, or a bias with a first value does not
   *     exist
   */
  public SDMapSettings(SDBlockMap map, int steps, Map<String, Double> biasInits) {
    if (map == null) {
      throw new IllegalArgumentException("map: found none; give a block map with map(…)");
    }
    Checks.steps("layer", steps);
    if (map.operations() * steps > MOST_OPERATIONS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "steps: K = %d steps of %.0f blocks and slots are %.3g operations, at most %d make a"
                  + " SameDiff graph that can be built; use fewer steps, or an IterativeMapLayer for"
                  + " a map of linear blocks",
              steps,
              map.operations(),
              map.operations() * steps,
              MOST_OPERATIONS));
    }
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
      json.writeObjectFieldStart("biasInit");
      for (Map.Entry<String, Double> entry : settings.biasInits.entrySet()) {
        json.writeNumberField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      json.writeFieldName("map");
      SDBlockMapJson.write(settings.map, json);
      json.writeEndObject();
    }
  }

  static final class Deserializer extends JsonDeserializer<SDMapSettings> {
    @Override
    public SDMapSettings deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      return JsonFields.read(parser, "SameDiff map settings", Deserializer::settings);
    }

    @Override
    public SDMapSettings getNullValue(DeserializationContext context) throws JsonMappingException {
      throw new MapFormatException("SameDiff map settings: found null, expected an object", null);
    }

    private static SDMapSettings settings(JsonFields fields) throws IOException {
      fields.version(VERSION);
      return new SDMapSettings(
          fields.object("map", SDBlockMapJson::read),
          fields.integer("steps", 1),
          fields.isNull("biasInit") ? Map.of() : fields.object("biasInit", Deserializer::numbers));
    }

    private static Map<String, Double> numbers(JsonFields fields) throws IOException {
      Map<String, Double> numbers = new TreeMap<>();
      for (String name : fields.names()) {
        numbers.put(name, fields.number(name));
      }
      return numbers;
    }
  }
}
