package org.iterativemaps.saving;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.layers.MapFormatException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Networks in files that are checked before they are believed.
 *
 * <pre>{@code
 * ModelFile.save(network, Path.of("model.zip"));
 * MultiLayerNetwork back = ModelFile.load(Path.of("model.zip")).multiLayerNetwork();
 * }</pre>
 *
 * <p>The files are those of DL4J's {@link ModelSerializer}, which reads them, with two entries
 * more: {@code modelCard.json}, the {@link ModelCard}, and {@code checksums.sha256}, the SHA-256 of
 * all others in the format of {@code sha256sum}. Any network of DL4J can be saved, with maps in it
 * or without.
 *
 * <p>Loading refuses, before ND4J reads anything and with a {@link ModelFileException} that says
 * what is wrong, a file that is cut off or has something appended; entries that were added,
 * removed, renamed, changed or exchanged, or are there twice; parameters and updater state of
 * another size than the configuration's or in a damaged frame; and entries that unpack to more than
 * the configuration has room for (the configuration itself to 256 MB). Files of {@code
 * ModelSerializer}, from DL4J 0.5 on, are loaded too. They have no SHA-256: of them the zip's own
 * checksums and all sizes are checked, which finds accidents, not what somebody changed and zipped
 * again. Nor do checksums say who wrote a file: that it is unchanged is all they say.
 *
 * <p>Preprocessors and objects that are kept in a file by Java serialization are never read.
 */
public final class ModelFile {
  /** The entry with the network's {@link ModelCard}. */
  public static final String CARD = "modelCard.json";

  private static final long MOST_CONFIGURATION_BYTES = 256L << 20;
  private static final long MOST_NORMALIZER_BYTES = 64L << 20;
  private static final long MOST_OTHER_BYTES = 256L << 20;
  private static final long MOST_CARD_BYTES = 64L << 20;
  // Numbers that updaters keep per parameter, at most, and the bytes of each.
  private static final long UPDATER_NUMBERS = 4;
  private static final long WIDEST = 8;

  private final Model network;
  private final Normalizer<?> normalizer;
  private final boolean hasChecksums;

  private ModelFile(Model network, Normalizer<?> normalizer, boolean hasChecksums) {
    this.network = network;
    this.normalizer = normalizer;
    this.hasChecksums = hasChecksums;
  }

  /**
   * Saves a network with its updater's state, without a normalizer.
   *
   * @throws IOException if it cannot be written; an older file is then as it was
   */
  public static void save(Model network, Path file) throws IOException {
    save(network, file, true, null);
  }

  /**
   * Saves a network. The file is written beside its place and moved there when it is whole:
   * whatever fails, an older file stays as it was.
   *
   * @param network a {@code MultiLayerNetwork} or {@code ComputationGraph} that has been
   *     initialised
   * @param file replaced if it exists
   * @param withUpdater whether the updater's state is saved, which training goes on from
   * @param normalizer of the data; null for none
   * @throws IOException if it cannot be written
   * @throws IllegalArgumentException if it is another kind of model, or a normalizer that is not
   *     made of numbers and arrays alone
   * @throws IllegalStateException if the network has not been initialised
   */
  public static void save(Model network, Path file, boolean withUpdater, Normalizer<?> normalizer)
      throws IOException {
    write(network, file, withUpdater, normalizer, ModelCard.of(network));
  }

  /**
   * The same with a card that says more than the network knows.
   *
   * @param card of the network as it is now, see {@link ModelCard#of}
   * @throws IllegalArgumentException also if the card is null, or of another network or this one
   *     before it was trained on
   */
  public static void save(
      Model network, Path file, boolean withUpdater, Normalizer<?> normalizer, ModelCard card)
      throws IOException {
    write(network, file, withUpdater, normalizer, checked(card, network));
  }

  private static void write(
      Model network, Path file, boolean withUpdater, Normalizer<?> normalizer, ModelCard card)
      throws IOException {
    String json = ascii(configuration(network));
    byte[] cardJson = card.toJson().getBytes(StandardCharsets.US_ASCII);
    INDArray updater = withUpdater ? updaterState(network) : null;
    byte[] statistics = normalizer == null ? null : NormalizerBytes.write(normalizer);
    AtomicFile.write(
        file,
        out -> {
          CheckedZipWriter writer = new CheckedZipWriter(out);
          writer.entry(
              ModelSerializer.CONFIGURATION_JSON,
              entry -> entry.write(json.getBytes(StandardCharsets.US_ASCII)));
          INDArray parameters = network.params();
          boolean hasParameters = parameters != null && parameters.length() > 0;
          writer.entry(
              ModelSerializer.COEFFICIENTS_BIN,
              entry -> {
                if (hasParameters) {
                  write(parameters, entry);
                }
              });
          if (!hasParameters) {
            writer.entry(ModelSerializer.NO_PARAMS_MARKER, entry -> {});
          }
          if (updater != null && updater.length() > 0) {
            writer.entry(ModelSerializer.UPDATER_BIN, entry -> write(updater, entry));
          }
          if (statistics != null) {
            writer.entry(ModelSerializer.NORMALIZER_BIN, entry -> entry.write(statistics));
          }
          writer.entry(CARD, entry -> entry.write(cardJson));
          writer.finish();
        });
  }

  private static ModelCard checked(ModelCard card, Model network) {
    if (card == null) {
      throw new IllegalArgumentException(
          "card: found null, expected a ModelCard; without the argument the network's own is saved");
    }
    card.requireOf(network);
    return card;
  }

  /**
   * The card of a file that {@link #save} wrote, without the network: its own checksums are
   * checked, and nothing else is read.
   *
   * @throws ModelFileException if there is none, or it is damaged or of a later version; the
   *     message says what
   * @throws IOException if the file cannot be read
   */
  public static ModelCard card(Path file) throws IOException {
    return read(
        file,
        zip -> {
          if (!zip.has(CARD)) {
            throw new ModelFileException(
                "has no entry '"
                    + CARD
                    + "'; files of ModelFile.save have one: load the network and save it again");
          }
          String json = new String(zip.read(CARD, MOST_CARD_BYTES), StandardCharsets.UTF_8);
          try {
            return ModelCard.fromJson(json);
          } catch (MapFormatException e) {
            throw new ModelFileException(CARD + ": " + e.getOriginalMessage(), e);
          }
        });
  }

  /** Of a network that has a card. */
  private static String configuration(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getLayerWiseConfigurations().toJson()
        : ((ComputationGraph) network).getConfiguration().toJson();
  }

  /** Readable in any character set, as DL4J reads it in that of the platform. */
  private static String ascii(String json) {
    StringBuilder ascii = new StringBuilder(json.length());
    for (char c : json.toCharArray()) {
      if (c < 0x80) {
        ascii.append(c);
      } else {
        ascii.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return ascii.toString();
  }

  private static INDArray updaterState(Model network) {
    return network instanceof MultiLayerNetwork layers
        ? layers.getUpdater().getStateViewArray()
        : ((ComputationGraph) network).getUpdater().getStateViewArray();
  }

  private static void write(INDArray array, OutputStream out) throws IOException {
    DataOutputStream data = new DataOutputStream(out);
    Nd4j.write(array, data);
    data.flush();
  }

  /**
   * Loads a file that {@link #save} or DL4J's {@link ModelSerializer} wrote.
   *
   * @throws ModelFileException if anything in it is refused; the message says what
   * @throws IOException if it cannot be read
   */
  public static ModelFile load(Path file) throws IOException {
    return read(file, ModelFile::load);
  }

  /** Takes something out of a file. */
  private interface Reader<T> {
    T read(CheckedZip zip) throws IOException;
  }

  private static <T> T read(Path file, Reader<T> reader) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw Files.exists(file)
          ? new ModelFileException(file + ": is no file")
          : new NoSuchFileException(file.toString());
    }
    try (CheckedZip zip = new CheckedZip(file)) {
      return reader.read(zip);
    } catch (ModelFileException e) {
      throw new ModelFileException(file + ": " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      throw new ModelFileException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static ModelFile load(CheckedZip zip) throws IOException {
    SavedConfiguration configuration =
        SavedConfiguration.of(
            zip.read(ModelSerializer.CONFIGURATION_JSON, MOST_CONFIGURATION_BYTES));
    long count = configuration.parameterCount();
    String coefficients = ModelSerializer.COEFFICIENTS_BIN;
    byte[] parameters = zip.read(coefficients, count * WIDEST + SavedArray.MAX_HEADER);
    String updater = ModelSerializer.UPDATER_BIN;
    byte[] state =
        zip.has(updater)
            ? zip.read(updater, UPDATER_NUMBERS * count * WIDEST + SavedArray.MAX_HEADER)
            : null;
    byte[] statistics =
        zip.has(ModelSerializer.NORMALIZER_BIN)
            ? zip.read(ModelSerializer.NORMALIZER_BIN, MOST_NORMALIZER_BYTES)
            : null;
    if (zip.hasChecksums()) {
      zip.checkTheOthers(MOST_OTHER_BYTES);
    }
    // All is what was saved, as far as the file can tell; now ND4J reads it.
    Model network = network(configuration, count, parameters);
    if (state != null) {
      readUpdater(network, state);
    }
    Normalizer<?> normalizer =
        statistics == null ? null : NormalizerBytes.read("normalizer.bin", statistics);
    return new ModelFile(network, normalizer, zip.hasChecksums());
  }

  private static Model network(SavedConfiguration configuration, long count, byte[] parameters)
      throws IOException {
    if (count == 0) { // the entry is empty, or an array without elements
      return configuration.network(null, null);
    }
    String what = ModelSerializer.COEFFICIENTS_BIN;
    SavedArray array = whole(what, parameters, count);
    String typeInJson = configuration.typeInJson();
    if (typeInJson != null && !array.type().name().equals(typeInJson)) {
      throw new ModelFileException(
          what + ": found type " + array.type() + ", but the configuration says " + typeInJson);
    }
    DataType type = array.type();
    return configuration.network(type, array.read(parameters).reshape(1, count));
  }

  private static void readUpdater(Model network, byte[] bytes) throws IOException {
    INDArray state = updaterState(network);
    long length = state == null ? 0 : state.length();
    SavedArray array = whole(ModelSerializer.UPDATER_BIN, bytes, length);
    state.assign(array.read(bytes).reshape(state.shape()));
  }

  /** One array of this length, and nothing behind it. */
  private static SavedArray whole(String what, byte[] bytes, long length)
      throws ModelFileException {
    SavedArray array = SavedArray.of(what, bytes, 0);
    if (array.length() != length) {
      throw new ModelFileException(
          what
              + ": found "
              + array.length()
              + " numbers, but the configuration has "
              + length
              + (what.equals(ModelSerializer.UPDATER_BIN) ? " of updater state" : " parameters"));
    }
    if (array.end() != bytes.length) {
      throw new ModelFileException(
          what + ": " + (bytes.length - array.end()) + " bytes are left over");
    }
    return array;
  }

  /** The network: a {@code MultiLayerNetwork} or a {@code ComputationGraph}. */
  public Model network() {
    return network;
  }

  /**
   * The network.
   *
   * @throws IllegalStateException if the file holds a {@code ComputationGraph}
   */
  public MultiLayerNetwork multiLayerNetwork() {
    if (network instanceof MultiLayerNetwork layers) {
      return layers;
    }
    throw new IllegalStateException(
        "the file holds a ComputationGraph, expected a MultiLayerNetwork; ask for"
            + " computationGraph()");
  }

  /**
   * The graph.
   *
   * @throws IllegalStateException if the file holds a {@code MultiLayerNetwork}
   */
  public ComputationGraph computationGraph() {
    if (network instanceof ComputationGraph graph) {
      return graph;
    }
    throw new IllegalStateException(
        "the file holds a MultiLayerNetwork, expected a ComputationGraph; ask for"
            + " multiLayerNetwork()");
  }

  /** The normalizer of the data, if one was saved. */
  public Optional<Normalizer<?>> normalizer() {
    return Optional.ofNullable(normalizer);
  }

  /**
   * Whether SHA-256 of all entries was there and right; not in files of {@code ModelSerializer}.
   */
  public boolean hasChecksums() {
    return hasChecksums;
  }
}
