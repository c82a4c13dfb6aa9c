package org.iterativemaps.card;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.iterativemaps.layers.MapFormatException;

/**
 * What a network is: its maps with sizes, patterns, seeds and hashes of the masks, its training,
 * the papers and versions behind it, and what its makers say of it. Every file of {@code
 * saving.ModelFile} has one.
 *
 * <pre>{@code
 * ModelCard card =
 *     ModelCard.of(network)
 *         .withTitle("Digits")
 *         .withSection(ModelCard.INTENDED_USE, "Handwritten digits on forms, 28 x 28 pixels.")
 *         .withSection(ModelCard.LIMITATIONS, "Letters are taken for digits.")
 *         .withData(DataSummary.of("MNIST, training set", iterator))
 *         .withMetric("accuracy on the test set", 0.971);
 * ModelFile.save(network, file, true, null, card);
 * }</pre>
 *
 * <p>A card has no date and nothing random: the same network, trained alike, has the same card on
 * every machine, but for {@link #madeWith()}. Source: Mitchell and others, "Model Cards for Model
 * Reporting", FAT* 2019, whose section 4 lists what to write about.
 *
 * @param title one line
 * @param sections texts of its makers by heading, one line each
 * @param network its layers
 * @param maps in the network's order
 * @param training what DL4J knows of it, and measures that were given
 * @param data of the training; null if nothing was said of them
 * @param madeWith versions, machine and kernels where the card was made
 * @param papers that the library implements; none for a network without maps
 */
public record ModelCard(
    String title,
    Map<String, String> sections,
    NetworkFacts network,
    List<MapFacts> maps,
    TrainingFacts training,
    DataSummary data,
    MadeWith madeWith,
    List<Paper> papers) {

  /** The heading of what the network is for, and what not. */
  public static final String INTENDED_USE = "Intended use";

  /** The heading of where it fails, and what it was not tried on. */
  public static final String LIMITATIONS = "Limitations";

  /** Copies lists and maps; checks title and headings. */
  public ModelCard {
    Headings.check("title", title);
    sections = Ordered.copy(sections);
    sections.forEach(
        (heading, text) -> {
          Headings.check("heading", heading);
          if (text == null || text.isBlank()) {
            throw new IllegalArgumentException(
                "section '" + heading + "': found no text, expected some; leave the section out");
          }
        });
    maps = List.copyOf(maps);
    papers = List.copyOf(papers);
  }

  /**
   * The card of a network as it is now.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph}, initialised
   * @throws IllegalArgumentException if it is another kind of model
   * @throws IllegalStateException if it has not been initialised
   */
  public static ModelCard of(Model network) {
    Described now = Described.of(network);
    return new ModelCard(
        "Model card",
        Map.of(),
        now.network(),
        now.maps(),
        now.training(),
        null,
        MadeWith.of(now.places(), now.type()),
        now.maps().isEmpty() ? List.of() : Paper.OF_MAPS);
  }

  /** The same under another title. */
  public ModelCard withTitle(String newTitle) {
    return new ModelCard(newTitle, sections, network, maps, training, data, madeWith, papers);
  }

  /**
   * The same with a text under a heading, in the place of what stood there.
   *
   * @param heading such as {@link #INTENDED_USE}, {@link #LIMITATIONS}, "Factors", "Evaluation
   *     data", "Ethical considerations"; one line
   * @param text in Markdown
   */
  public ModelCard withSection(String heading, String text) {
    Map<String, String> more = new LinkedHashMap<>(sections);
    more.put(heading, text);
    return new ModelCard(title, more, network, maps, training, data, madeWith, papers);
  }

  /** The same with what it was trained on. */
  public ModelCard withData(DataSummary newData) {
    return new ModelCard(title, sections, network, maps, training, newData, madeWith, papers);
  }

  /**
   * The same with a number that was measured.
   *
   * @param name what and on which data, as in "accuracy on the test set"
   * @param value a finite number
   */
  public ModelCard withMetric(String name, double value) {
    return new ModelCard(
        title, sections, network, maps, training.with(name, value), data, madeWith, papers);
  }

  /**
   * Why this is not the card of a network as it is now; empty if it is. What its makers say, the
   * score, what it was made with, and weights are not compared.
   *
   * @param network as {@link #of}
   */
  public Optional<String> obstacle(Model network) {
    Described now = Described.of(network);
    if (!this.network.equals(now.network())) {
      return Optional.of("its layers are others");
    }
    if (maps.size() != now.maps().size()) {
      return Optional.of(
          "it has " + maps.size() + " maps, the network has " + now.maps().size() + " now");
    }
    for (int i = 0; i < maps.size(); i++) {
      if (!maps.get(i).equals(now.maps().get(i))) {
        return Optional.of("map " + now.maps().get(i).address() + " is another one now");
      }
    }
    if (training.iterations() != now.training().iterations()
        || training.epochs() != now.training().epochs()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "it was made after %d iterations and %d epochs of training, now they are %d and %d",
              training.iterations(),
              training.epochs(),
              now.training().iterations(),
              now.training().epochs()));
    }
    return Optional.empty();
  }

  /**
   * Refuses a network that this is not the card of.
   *
   * @throws IllegalArgumentException if there is an {@link #obstacle}
   */
  public void requireOf(Model network) {
    obstacle(network)
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(
                  "card: is not of this network as it is now: "
                      + reason
                      + "; begin with ModelCard.of(network)");
            });
  }

  /** As JSON in ASCII characters, indented, with line feeds; {@link #fromJson} reads it. */
  public String toJson() {
    return ModelCardWriter.write(this);
  }

  /**
   * Reads what {@link #toJson} wrote.
   *
   * @throws MapFormatException if it is damaged or of another version; the message says where
   */
  public static ModelCard fromJson(String json) throws MapFormatException {
    return ModelCardReader.read(json);
  }

  /** As a page for people. */
  public String toMarkdown() {
    return ModelCardMarkdown.of(this);
  }
}
