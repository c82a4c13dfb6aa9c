package org.iterativemaps.card;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.iterativemaps.layers.JsonFields;
import org.iterativemaps.layers.MapFormatException;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;

/**
 * Reads what {@link ModelCardWriter} writes, strictly: every field has to be there, and no other.
 */
final class ModelCardReader {
  private static final String CARD = "model card";

  private ModelCardReader() {}

  static ModelCard read(String text) throws MapFormatException {
    if (text == null) {
      throw new MapFormatException(CARD + ": found null, expected JSON", null);
    }
    try (JsonParser parser = new JsonFactory().createParser(text)) {
      ModelCard card = JsonFields.read(parser, CARD, ModelCardReader::card);
      if (parser.nextToken() != null) {
        throw new MapFormatException(CARD + ": found more behind its end", null);
      }
      return card;
    } catch (MapFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new MapFormatException(CARD + ": is no JSON: " + e.getMessage(), e);
    }
  }

  private static ModelCard card(JsonFields fields) throws IOException {
    fields.version(ModelCardWriter.VERSION);
    return new ModelCard(
        fields.text("title"),
        pairs(fields, "sections", "heading", pair -> pair.text("text")),
        fields.object("network", ModelCardReader::network),
        fields.objects("maps", ModelCardReader::map),
        fields.object("training", ModelCardReader::training),
        fields.objectOrNull("data", ModelCardReader::data),
        fields.object("madeWith", ModelCardReader::madeWith),
        fields.objects("papers", ModelCardReader::paper));
  }

  private static NetworkFacts network(JsonFields fields) throws IOException {
    return new NetworkFacts(
        fields.text("kind"),
        fields.text("type"),
        count(fields, "parameters"),
        fields.objects(
            "layers",
            layer ->
                new LayerFacts(
                    layer.text("name"),
                    layer.text("kind"),
                    count(layer, "parameters"),
                    layer.texts("inputs"))));
  }

  private static MapFacts map(JsonFields fields) throws IOException {
    return new MapFacts(
        fields.text("address"),
        fields.flag("frozen"),
        fields.seed("seed"),
        fields.text("injection"),
        fields.text("iteration"),
        fields.text("output"),
        count(fields, "trainableWeights"),
        count(fields, "parameters"),
        numberOrNull(fields, "plannedHiddenProportion"),
        numberOrNull(fields, "hiddenProportion"),
        fields.objects("slots", ModelCardReader::slot),
        fields.objects("blocks", ModelCardReader::block));
  }

  private static SlotFacts slot(JsonFields fields) throws IOException {
    return new SlotFacts(
        fields.text("name"),
        fields.choice("role", "input", "state", "wire"),
        fields.integer("size", 1),
        textOrNull(fields, "activation"),
        fields.flag("bias"),
        fields.text("normalisation"),
        fields.text("update"));
  }

  private static BlockFacts block(JsonFields fields) throws IOException {
    return new BlockFacts(
        fields.text("name"),
        fields.text("function"),
        textOrNull(fields, "fixedValues"),
        count(fields, "parameters"),
        fields.objects("masks", ModelCardReader::mask));
  }

  private static MaskFacts mask(JsonFields fields) throws IOException {
    MaskFacts mask =
        new MaskFacts(
            fields.text("key"),
            fields.text("pattern"),
            fields.integer("fromSize", 1),
            fields.integer("toSize", 1),
            fields.integer("entries", 1),
            fields.text("sha256"));
    if (fields.number("density") != mask.density()) {
      throw fields.error("density", "is not entries over cells, which is " + mask.density());
    }
    return mask;
  }

  private static TrainingFacts training(JsonFields fields) throws IOException {
    return new TrainingFacts(
        fields.integer("iterations", 0),
        fields.integer("epochs", 0),
        numberOrNull(fields, "score"),
        fields.texts("updaters"),
        fields.texts("losses"),
        pairs(fields, "metrics", "name", pair -> pair.number("value")));
  }

  private static DataSummary data(JsonFields fields) throws IOException {
    return new DataSummary(
        fields.text("name"),
        count(fields, "examples"),
        fields.texts("features"),
        fields.texts("labels"),
        textOrNull(fields, "sha256"));
  }

  private static MadeWith madeWith(JsonFields fields) throws IOException {
    return new MadeWith(
        fields.text("library"),
        fields.text("dl4j"),
        fields.text("backend"),
        fields.text("java"),
        fields.text("platform"),
        fields.text("vectors"),
        pairs(fields, "kernels", "map", pair -> pair.text("kernel")));
  }

  private static Paper paper(JsonFields fields) throws IOException {
    return new Paper(
        fields.text("authors"),
        fields.integer("year", 1),
        fields.text("title"),
        fields.text("identifier"));
  }

  private static long count(JsonFields fields, String field) throws IOException {
    return fields.wholeNumber(field, 0, Long.MAX_VALUE);
  }

  private static Double numberOrNull(JsonFields fields, String field) throws IOException {
    return fields.isNull(field) ? null : Double.valueOf(fields.number(field));
  }

  private static String textOrNull(JsonFields fields, String field) throws IOException {
    return fields.isNull(field) ? null : fields.text(field);
  }

  private static <V> Map<String, V> pairs(
      JsonFields fields, String field, String key, JsonFields.Reader<V> value) throws IOException {
    Map<String, V> pairs = new LinkedHashMap<>();
    for (Map.Entry<String, V> pair :
        fields.objects(field, one -> Map.entry(one.text(key), value.read(one)))) {
      if (pairs.put(pair.getKey(), pair.getValue()) != null) {
        throw fields.error(field, "found '" + pair.getKey() + "' twice");
      }
    }
    return pairs;
  }
}
