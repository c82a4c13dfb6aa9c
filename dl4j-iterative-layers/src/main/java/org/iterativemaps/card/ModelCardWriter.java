package org.iterativemaps.card;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonGenerator;
import org.nd4j.shade.jackson.core.json.JsonWriteFeature;
import org.nd4j.shade.jackson.core.util.DefaultIndenter;
import org.nd4j.shade.jackson.core.util.DefaultPrettyPrinter;

/** Writes a {@link ModelCard} as JSON. A new field is a new version. */
final class ModelCardWriter {
  static final int VERSION = 1;

  private ModelCardWriter() {}

  static String write(ModelCard card) {
    StringWriter text = new StringWriter();
    DefaultIndenter lines = new DefaultIndenter("  ", "\n"); // not the platform's
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(lines);
    printer.indentArraysWith(lines);
    JsonFactory ascii = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    try (JsonGenerator json = ascii.createGenerator(text)) {
      json.setPrettyPrinter(printer);
      write(card, json);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter throws none
    }
    return text.append('\n').toString();
  }

  private static void write(ModelCard card, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeNumberField("version", VERSION);
    json.writeStringField("title", card.title());
    pairs("sections", "heading", "text", card.sections(), json);
    network(card.network(), json);
    json.writeArrayFieldStart("maps");
    for (MapFacts map : card.maps()) {
      map(map, json);
    }
    json.writeEndArray();
    training(card.training(), json);
    data(card.data(), json);
    madeWith(card.madeWith(), json);
    json.writeArrayFieldStart("papers");
    for (Paper paper : card.papers()) {
      json.writeStartObject();
      json.writeStringField("authors", paper.authors());
      json.writeNumberField("year", paper.year());
      json.writeStringField("title", paper.title());
      json.writeStringField("identifier", paper.identifier());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void network(NetworkFacts network, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("network");
    json.writeStringField("kind", network.kind());
    json.writeStringField("type", network.type());
    json.writeNumberField("parameters", network.parameters());
    json.writeArrayFieldStart("layers");
    for (LayerFacts layer : network.layers()) {
      json.writeStartObject();
      json.writeStringField("name", layer.name());
      json.writeStringField("kind", layer.kind());
      json.writeNumberField("parameters", layer.parameters());
      texts("inputs", layer.inputs(), json);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void map(MapFacts map, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("address", map.address());
    json.writeBooleanField("frozen", map.isFrozen());
    json.writeNumberField("seed", map.seed());
    json.writeStringField("injection", map.injection());
    json.writeStringField("iteration", map.iteration());
    json.writeStringField("output", map.output());
    json.writeNumberField("trainableWeights", map.trainableWeights());
    json.writeNumberField("parameters", map.parameters());
    number("plannedHiddenProportion", map.plannedHiddenProportion(), json);
    number("hiddenProportion", map.hiddenProportion(), json);
    json.writeArrayFieldStart("slots");
    for (SlotFacts slot : map.slots()) {
      json.writeStartObject();
      json.writeStringField("name", slot.name());
      json.writeStringField("role", slot.role());
      json.writeNumberField("size", slot.size());
      json.writeStringField("activation", slot.activation());
      json.writeBooleanField("bias", slot.hasBias());
      json.writeStringField("normalisation", slot.normalisation());
      json.writeStringField("update", slot.update());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("blocks");
    for (BlockFacts block : map.blocks()) {
      block(block, json);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void block(BlockFacts block, JsonGenerator json) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", block.name());
    json.writeStringField("function", block.function());
    json.writeStringField("fixedValues", block.fixedValues());
    json.writeNumberField("parameters", block.parameters());
    json.writeArrayFieldStart("masks");
    for (MaskFacts mask : block.masks()) {
      json.writeStartObject();
      json.writeStringField("key", mask.key());
      json.writeStringField("pattern", mask.pattern());
      json.writeNumberField("fromSize", mask.fromSize());
      json.writeNumberField("toSize", mask.toSize());
      json.writeNumberField("entries", mask.entries());
      json.writeNumberField("density", mask.density());
      json.writeStringField("sha256", mask.sha256());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void training(TrainingFacts training, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("training");
    json.writeNumberField("iterations", training.iterations());
    json.writeNumberField("epochs", training.epochs());
    number("score", training.score(), json);
    texts("updaters", training.updaters(), json);
    texts("losses", training.losses(), json);
    pairs("metrics", "name", "value", training.metrics(), json);
    json.writeEndObject();
  }

  private static void data(DataSummary data, JsonGenerator json) throws IOException {
    if (data == null) {
      json.writeNullField("data");
      return;
    }
    json.writeObjectFieldStart("data");
    json.writeStringField("name", data.name());
    json.writeNumberField("examples", data.examples());
    texts("features", data.features(), json);
    texts("labels", data.labels(), json);
    json.writeStringField("sha256", data.sha256());
    json.writeEndObject();
  }

  private static void madeWith(MadeWith made, JsonGenerator json) throws IOException {
    json.writeObjectFieldStart("madeWith");
    json.writeStringField("library", made.library());
    json.writeStringField("dl4j", made.dl4j());
    json.writeStringField("backend", made.backend());
    json.writeStringField("java", made.java());
    json.writeStringField("platform", made.platform());
    json.writeStringField("vectors", made.vectors());
    pairs("kernels", "map", "kernel", made.kernels(), json);
    json.writeEndObject();
  }

  private static void number(String field, Double value, JsonGenerator json) throws IOException {
    if (value == null) {
      json.writeNullField(field);
    } else {
      json.writeNumberField(field, value);
    }
  }

  private static void texts(String field, List<String> texts, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  /** A map whose order counts. */
  private static void pairs(
      String field, String key, String value, Map<String, ?> pairs, JsonGenerator json)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (Map.Entry<String, ?> pair : pairs.entrySet()) {
      json.writeStartObject();
      json.writeStringField(key, pair.getKey());
      if (pair.getValue() instanceof Double number) {
        json.writeNumberField(value, number);
      } else {
        json.writeStringField(value, pair.getValue().toString());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
