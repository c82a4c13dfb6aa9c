package org.iterativemaps.samediff;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
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
 * What the SameDiff layers and the vertex are configured with: a map and the number of steps.
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
  private transient List<SDParameter> parameters; // their masks drawn once: networks ask often

  /**
   * Checks that it can be saved.
   *
   * @param map of typed blocks only
   * @param steps K, steps per token, at least 1
   * @throws IllegalArgumentException if steps is below 1, or a block is Java code
   */
  public SDMapSettings(SDBlockMap map, int steps) {
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
    this.map = map;
    this.steps = steps;
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
        : new SDMapSettings(map.withInputSize(Math.toIntExact(size)), steps);
  }

  SDMapSettings withOutputSize(long size) {
    return size < 1 || size == map.output().size()
        ? this
        : new SDMapSettings(map.withSlotSize(map.output().name(), Math.toIntExact(size)), steps);
  }

  /**
   * The first value of a parameter.
   *
   * @param seed of the network
   */
  static void init(
      SDParameter parameter, IWeightInit weights, double bias, INDArray view, long seed) {
    switch (parameter.role()) {
      case WEIGHT ->
          IterativeMapParamInitializer.initWeights(
              weights, Spread.block(parameter.key(), "", parameter.mask()), view, seed);
      case BIAS -> view.assign(bias);
      case GAIN -> view.assign(1);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SDMapSettings that && map.equals(that.map) && steps == that.steps;
  }

  @Override
  public int hashCode() {
    return 31 * map.hashCode() + steps;
  }

  @Override
  public String toString() {
    return "SDMapSettings(steps=" + steps + ", map=" + map + ")";
  }

  static final class Serializer extends JsonSerializer<SDMapSettings> {
    @Override
    public void serialize(SDMapSettings settings, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeNumberField("steps", settings.steps);
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
      return new SDMapSettings(
          SDBlockMapJson.read(SDBlockMapJson.need(tree, "map")),
          SDBlockMapJson.need(tree, "steps").asInt());
    }
  }
}
