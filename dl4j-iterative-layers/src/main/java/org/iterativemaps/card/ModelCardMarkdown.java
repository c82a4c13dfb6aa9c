package org.iterativemaps.card;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link ModelCard} as Markdown, with line feeds. */
final class ModelCardMarkdown {
  private final StringBuilder text = new StringBuilder();

  private ModelCardMarkdown() {}

  static String of(ModelCard card) {
    ModelCardMarkdown page = new ModelCardMarkdown();
    page.text.append("# ").append(card.title()).append('\n');
    card.sections()
        .forEach(
            (heading, section) -> {
              page.heading(heading);
              page.text.append(section.strip()).append('\n');
            });
    page.network(card.network());
    card.maps().forEach(page::map);
    page.training(card.training());
    if (card.data() != null) {
      page.data(card.data());
    }
    page.madeWith(card.madeWith());
    if (!card.papers().isEmpty()) {
      page.heading("Papers");
      card.papers().forEach(paper -> page.item(paper.toString()));
    }
    return page.text.toString();
  }

  private void heading(String heading) {
    text.append("\n## ").append(heading).append("\n\n");
  }

  private void item(String item) {
    text.append("* ").append(item.replace("\n", " ")).append('\n');
  }

  /** A header's or a row's cells. */
  private void row(Object... cells) {
    text.append(
            Stream.of(cells)
                .map(cell -> cell == null ? "" : cell.toString())
                .map(cell -> cell.replace("|", "\\|").replaceAll("\\R", " "))
                .collect(Collectors.joining(" | ", "| ", " |")))
        .append('\n');
  }

  private void header(String... names) {
    text.append('\n');
    row((Object[]) names);
    text.append("|---".repeat(names.length)).append("|\n");
  }

  private void network(NetworkFacts network) {
    heading("Network");
    item(network.kind() + " of type " + network.type());
    item(count(network.parameters()) + " parameters");
    boolean isGraph = network.layers().stream().anyMatch(layer -> !layer.inputs().isEmpty());
    header(
        isGraph
            ? new String[] {"layer", "kind", "parameters", "reads"}
            : new String[] {"layer", "kind", "parameters"});
    for (LayerFacts layer : network.layers()) {
      if (isGraph) {
        row(layer.name(), layer.kind(), count(layer.parameters()), joined(layer.inputs()));
      } else {
        row(layer.name(), layer.kind(), count(layer.parameters()));
      }
    }
  }

  private void map(MapFacts map) {
    heading("Map " + map.address());
    item(map.iteration() + " per token, injection " + map.injection());
    item("output " + map.output() + ", seed " + map.seed());
    item(
        count(map.parameters())
            + " parameters, "
            + count(map.trainableWeights())
            + " of them weights"
            + (map.isFrozen() ? ", frozen" : ""));
    if (map.hiddenProportion() != null) {
      item(
          "hidden proportion "
              + fraction(map.hiddenProportion())
              + (map.plannedHiddenProportion() == null
                  ? ""
                  : ", planned " + fraction(map.plannedHiddenProportion())));
    }
    header("slot", "role", "units", "activation", "bias", "normalisation", "update");
    for (SlotFacts slot : map.slots()) {
      row(
          slot.name(),
          slot.role(),
          slot.size(),
          slot.activation(),
          slot.hasBias() ? "yes" : "no",
          slot.normalisation(),
          slot.update());
    }
    header(
        "block",
        "function",
        "weights",
        "trained",
        "pattern",
        "entries",
        "density",
        "mask, SHA-256");
    map.blocks().forEach(this::block);
  }

  private void block(BlockFacts block) {
    String trained =
        block.fixedValues() != null
            ? "fixed, " + block.fixedValues()
            : block.parameters() > 0 ? "trained" : "";
    if (block.masks().isEmpty()) {
      row(block.name(), block.function(), "", trained, "", "", "", "");
    }
    for (MaskFacts mask : block.masks()) {
      row(
          block.name(),
          block.function(),
          mask.key(),
          trained,
          mask.pattern(),
          count(mask.entries()) + " of " + mask.toSize() + " x " + mask.fromSize(),
          fraction(mask.density()),
          mask.sha256());
    }
  }

  private void training(TrainingFacts training) {
    heading("Training");
    item(count(training.iterations()) + " iterations, " + count(training.epochs()) + " epochs");
    if (training.score() != null) {
      item("last score " + training.score());
    }
    training.updaters().forEach(updater -> item("updater " + updater));
    training.losses().forEach(loss -> item("loss " + loss));
    training.metrics().forEach((name, value) -> item(name + ": " + value));
  }

  private void data(DataSummary data) {
    heading("Training data");
    item(data.name() + ", " + count(data.examples()) + " examples");
    item("features of an example: " + joined(data.features()));
    if (!data.labels().isEmpty()) {
      item("labels of an example: " + joined(data.labels()));
    }
    if (data.sha256() != null) {
      item("SHA-256 of the values " + data.sha256());
    }
  }

  private void madeWith(MadeWith made) {
    heading("Made with");
    item("dl4j-iterative-layers " + made.library());
    item("Deeplearning4j " + made.dl4j() + ", ND4J on " + made.backend());
    item("Java " + made.java() + " on " + made.platform() + "; " + made.vectors());
    made.kernels().forEach((map, kernel) -> item("map " + map + " on the " + kernel));
  }

  private static String joined(List<String> texts) {
    return String.join(", ", texts);
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static String fraction(double number) {
    return String.format(Locale.ROOT, "%.4g", number);
  }
}
