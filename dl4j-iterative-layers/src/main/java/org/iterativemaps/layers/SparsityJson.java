package org.iterativemaps.layers;

import java.io.IOException;
import org.iterativemaps.map.pattern.BundledSparsity;
import org.iterativemaps.map.pattern.ClusteredSparsity;
import org.iterativemaps.map.pattern.GroupedSparsity;
import org.iterativemaps.map.pattern.JumpingRingSparsity;
import org.iterativemaps.map.pattern.LineSparsity;
import org.iterativemaps.map.pattern.RingSparsity;
import org.iterativemaps.map.pattern.SmallWorldSparsity;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.shade.jackson.core.JsonGenerator;

/**
 * A {@link Sparsity} as JSON: {@code {"pattern": "density", "value": 0.1}}. Patterns from a seed
 * are kept as their rule, explicit ones as {@link PackedNumbers}.
 */
final class SparsityJson {
  private SparsityJson() {}

  /** Writes an object. */
  static void write(Sparsity sparsity, JsonGenerator json) throws IOException {
    json.writeStartObject();
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
    } else if (sparsity instanceof GroupedSparsity groups) {
      json.writeStringField("pattern", "groups");
      json.writeNumberField("value", groups.count());
    } else if (sparsity instanceof BundledSparsity bundles) {
      writeBundles(bundles, json);
    } else if (sparsity instanceof RingSparsity) {
      json.writeStringField("pattern", "ring");
    } else if (sparsity instanceof LineSparsity line) {
      json.writeStringField("pattern", line.hasFeedback() ? "lineWithFeedback" : "line");
    } else if (sparsity instanceof JumpingRingSparsity ring) {
      json.writeStringField("pattern", "ringWithJumps");
      json.writeNumberField("value", ring.jump());
    } else if (sparsity instanceof SmallWorldSparsity world) {
      json.writeStringField("pattern", "smallWorld");
      json.writeNumberField("neighbours", world.neighbours());
      json.writeNumberField("rewiring", world.rewiring());
    } else if (sparsity instanceof ClusteredSparsity clusters) {
      json.writeStringField("pattern", "clusters");
      json.writeNumberField("value", clusters.count());
      json.writeNumberField("inside", clusters.inside());
      json.writeNumberField("between", clusters.between());
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
    json.writeEndObject();
  }

  private static void writeBundles(BundledSparsity bundles, JsonGenerator json) throws IOException {
    if (bundles.weights() instanceof Sparsity.Density density) {
      json.writeStringField("pattern", "bundles");
      json.writeNumberField("size", bundles.size());
      json.writeNumberField("value", density.density());
    } else if (bundles.weights() instanceof Sparsity.Entries entries) {
      json.writeStringField("pattern", "bundledEntries");
      json.writeNumberField("size", bundles.size());
      json.writeNumberField("value", entries.count());
    } else {
      throw new IllegalStateException("no JSON for " + bundles);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param fromSize units of the block's source slot; 0 if they are not known
   * @param toSize units of the block's target slot; 0 if they are not known
   */
  static Sparsity read(JsonFields fields, int fromSize, int toSize) throws IOException {
    String pattern =
        fields.choice(
            "pattern",
            "dense",
            "bernoulli",
            "density",
            "entries",
            "fanIn",
            "groups",
            "bundles",
            "bundledEntries",
            "ring",
            "line",
            "lineWithFeedback",
            "ringWithJumps",
            "smallWorld",
            "clusters",
            "diagonal",
            "explicit");
    return switch (pattern) {
      case "dense" -> Sparsity.dense();
      case "bernoulli" -> Sparsity.bernoulli(fields.number("value"));
      case "density" -> Sparsity.density(fields.number("value"));
      case "entries" -> Sparsity.entries(fields.wholeNumber("value", 1, Long.MAX_VALUE));
      case "fanIn" -> Sparsity.fanIn(fields.integer("value", 1));
      case "groups" -> Sparsity.groups(fields.integer("value", 1));
      case "bundles" -> Sparsity.bundles(fields.integer("size", 1), fields.number("value"));
      case "bundledEntries" ->
          Sparsity.bundledEntries(
              fields.integer("size", 1), fields.wholeNumber("value", 1, Long.MAX_VALUE));
      case "ring" -> Sparsity.ring();
      case "line" -> Sparsity.line();
      case "lineWithFeedback" -> Sparsity.lineWithFeedback();
      case "ringWithJumps" -> Sparsity.ringWithJumps(fields.integer("value", 2));
      case "smallWorld" ->
          Sparsity.smallWorld(fields.integer("neighbours", 2), fields.number("rewiring"));
      case "clusters" ->
          Sparsity.clusters(
              fields.integer("value", 1), fields.number("inside"), fields.number("between"));
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
}
