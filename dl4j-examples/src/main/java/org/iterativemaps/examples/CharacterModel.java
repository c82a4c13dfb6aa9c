package org.iterativemaps.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.EnumeratedIntegerDistribution;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.iterativemaps.examples.data.Characters;
import org.iterativemaps.examples.data.Texts;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.surgery.LiveMaps;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;
import picocli.CommandLine.Option;

/** A character-level language model: an LSTM, and sparse gated maps of equally many weights. */
public final class CharacterModel implements Notebook<CharacterModel.Result> {
  static final int BATCH = 16;
  private static final int LENGTH = 200;
  static final int BACKWARD = 50;
  private static final int RARE = 5;
  static final String START = "The ";
  private static final int SAMPLE = 300;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "A text in UTF-8, in place of the bundled one; 50 000 characters are few.")
  private Path file;

  /**
   * What one kind of network did.
   *
   * @param name of it
   * @param weights of its recurrent layer, biases not counted
   * @param parameters of the whole network
   * @param bits per character of the test text, one per seed
   * @param validation bits per character of the validation text, [seed][epoch]
   * @param milliseconds of an update, the median
   * @param sample that the network of the first seed wrote
   */
  public record Trained(
      String name,
      long weights,
      long parameters,
      double[] bits,
      double[][] validation,
      double milliseconds,
      String sample) {}

  /**
   * What came out.
   *
   * @param characters how many the networks know
   * @param frequencyBits bits per character of the test text if only frequencies are known
   * @param all the networks that were compared
   */
  public record Result(int characters, double frequencyBits, List<Trained> all) {}

  /** A kind of network: its recurrent layer, whose mask has a seed. */
  private record Kind(String name, LongFunction<Layer> layer) {}

  /** How much is done; with the first characters of the text at most. */
  private record Size(int seeds, int units, int epochs, int length) {}

  /** What the networks learn from and are measured with. */
  private record Data(Characters characters, String training, DataSet validation, DataSet test) {}

  @Override
  public String title() {
    return "A character model: an LSTM beside sparse maps of equal weights";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // a time step is small
  }

  // region layers
  static Layer lstm(int units) {
    return new LSTM.Builder().nOut(units).activation(Activation.TANH).build();
  }

  /** As many weights as that LSTM has from tokens, and from its outputs, in twice the units. */
  static Layer sparseLstm(int units, int tokens, long seed) {
    return new IterativeMapRecurrentLayer.Builder()
        .lstm(2 * units)
        .trainableWeights(4L * units * (tokens + units))
        .hiddenProportion(units / (double) (tokens + units))
        .maskSeed(seed)
        .build();
  }

  static Layer sparseGru(int units, int tokens, long seed) {
    return new IterativeMapRecurrentLayer.Builder()
        .gru(2 * units)
        .trainableWeights(4L * units * (tokens + units))
        .hiddenProportion(units / (double) (tokens + units))
        .maskSeed(seed)
        .build();
  }

  // endregion

  // region network
  static MultiLayerNetwork network(Layer recurrent, int tokens, long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.FLOAT)
                .updater(new Adam(0.005))
                .list()
                .layer(recurrent)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(tokens)
                        .build())
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(BACKWARD)
                .setInputType(InputType.recurrent(tokens))
                .build());
    network.init();
    return network;
  }

  // endregion

  // region sample
  /** Writes on, each character drawn with the probability that the network gives it. */
  static String sample(
      MultiLayerNetwork network, Characters characters, String start, int length, long seed) {
    RandomGenerator random = new Well19937c(seed);
    int[] numbers = IntStream.range(0, characters.size()).toArray();
    network.rnnClearPreviousState();
    StringBuilder text = new StringBuilder(start);
    INDArray next = characters.oneHot(start);
    while (text.length() < length) {
      INDArray output = network.rnnTimeStep(next);
      double[] probabilities = output.slice(output.size(2) - 1, 2).toDoubleVector();
      int drawn = new EnumeratedIntegerDistribution(random, numbers, probabilities).sample();
      String character = characters.text(drawn);
      text.append(character);
      next = characters.oneHot(character);
    }
    return text.toString();
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    Size size = page.quick() ? new Size(1, 48, 2, 25_000) : new Size(3, 128, 14, Integer.MAX_VALUE);
    String text = file == null ? Texts.foundingDocuments() : Texts.read(file);
    Texts.Split split =
        Texts.split(text.substring(0, Math.min(text.length(), size.length)), 0.1, 0.1);
    if (split.training().length() <= BATCH * LENGTH) {
      throw new IllegalArgumentException(
          "--text: found "
              + split.training().length()
              + " characters to train with, expected more than the "
              + BATCH * LENGTH
              + " of a batch; take a longer text");
    }
    Characters characters = Characters.of(split.training(), RARE);
    int held = Math.min(1000, Math.min(split.validation().length(), split.test().length()) - 1);
    Data data =
        new Data(
            characters,
            split.training(),
            characters.all(split.validation(), held),
            characters.all(split.test(), held));
    introduce(page, split, characters, held);
    page.text(
        "Three recurrent layers with **equally many weights**: DL4J's LSTM, and sparse maps of gated"
            + " cells in twice as many units, at random places that differ from seed to seed:");
    page.code("layers");
    page.code("network");
    List<Trained> all = compare(page, size, data);
    double frequencyBits = frequencyBits(split.training(), split.test(), characters);
    CharacterReport.show(page, all, frequencyBits, characters.size());
    return new Result(characters.size(), frequencyBits, all);
  }

  private void introduce(Page page, Texts.Split split, Characters characters, int held) {
    page.text(
        (file == null
                ? "The text is the **Declaration of Independence** and the **Constitution of the"
                    + " United States** with its amendments, both in the public domain. "
                : "The text is " + file.getFileName() + ". ")
            + String.format(
                Locale.ROOT,
                "A network reads it character by character and tells the next one. It learns from"
                    + " the first %d characters; the next %d say after which epoch it was best, and"
                    + " the last %d how good it is then, in sequences of %d. There are %d characters;"
                    + " one that occurs less than %d times counts as its small letter, or as"
                    + " unknown.",
                split.training().length(),
                split.validation().length(),
                split.test().length(),
                held,
                characters.size(),
                RARE));
  }

  private static List<Trained> compare(Page page, Size size, Data data) {
    int units = size.units;
    int tokens = data.characters.size();
    List<Kind> kinds =
        List.of(
            new Kind("DL4J's LSTM, " + units + " units", seed -> lstm(units)),
            new Kind(
                "sparse LSTM map, " + 2 * units + " units",
                seed -> sparseLstm(units, tokens, seed)),
            new Kind(
                "sparse GRU map, " + 2 * units + " units", seed -> sparseGru(units, tokens, seed)));
    List<Trained> all = new ArrayList<>();
    int epochs = kinds.size() * size.seeds * size.epochs;
    try (Progress progress =
        page.progress("Train " + kinds.size() * size.seeds + " networks", epochs)) {
      for (Kind kind : kinds) {
        all.add(train(kind, size, data, page.seed(), progress));
      }
    }
    return all;
  }

  private static Trained train(Kind kind, Size size, Data data, long firstSeed, Progress progress) {
    double[] bits = new double[size.seeds];
    double[][] validation = new double[size.seeds][size.epochs];
    List<Double> milliseconds = new ArrayList<>();
    long weights = 0;
    long parameters = 0;
    String sample = "";
    for (int s = 0; s < size.seeds; s++) {
      long seed = firstSeed + s;
      MultiLayerNetwork network = network(kind.layer.apply(seed), data.characters.size(), seed);
      DataSetIterator batches = data.characters.sequences(data.training, LENGTH, BATCH, seed);
      INDArray best = network.params().dup();
      double least = Double.POSITIVE_INFINITY;
      for (int epoch = 0; epoch < size.epochs; epoch++) {
        milliseconds.addAll(fit(network, batches));
        validation[s][epoch] = bits(network, data.validation);
        if (validation[s][epoch] < least) {
          least = validation[s][epoch];
          best = network.params().dup();
        }
        progress.note(String.format(Locale.ROOT, "%s: %.3f", kind.name, validation[s][epoch]));
        progress.step();
      }
      network.setParams(best);
      bits[s] = bits(network, data.test);
      weights = weights(network);
      parameters = network.numParams();
      if (s == 0) {
        sample = sample(network, data.characters, START, SAMPLE, seed);
      }
    }
    double[] all = milliseconds.stream().mapToDouble(Double::doubleValue).toArray();
    return new Trained(
        kind.name, weights, parameters, bits, validation, Spread.of(all).median(), sample);
  }

  /** One epoch; milliseconds of an update in each full batch, which is some updates in a call. */
  private static List<Double> fit(MultiLayerNetwork network, DataSetIterator batches) {
    List<Double> milliseconds = new ArrayList<>();
    batches.reset();
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      long start = System.nanoTime();
      network.fit(batch);
      if (batch.numExamples() == BATCH) {
        milliseconds.add((System.nanoTime() - start) / 1e6 * BACKWARD / LENGTH);
      }
    }
    return milliseconds;
  }

  /** The mean of -log2 of the probability of the character that came next. */
  private static double bits(MultiLayerNetwork network, DataSet data) {
    INDArray right = network.output(data.getFeatures()).mul(data.getLabels()).sum(1);
    return -Transforms.log(right).meanNumber().doubleValue() / Math.log(2);
  }

  /**
   * The same for a model that knows the frequencies in the training text, each counted once more.
   */
  private static double frequencyBits(String training, String test, Characters characters) {
    double[] counts = new double[characters.size()];
    Arrays.fill(counts, 1);
    training.chars().forEach(c -> counts[characters.indexOf((char) c)]++);
    double total = Arrays.stream(counts).sum();
    return test.chars()
            .mapToDouble(c -> -Math.log(counts[characters.indexOf((char) c)] / total))
            .average()
            .orElseThrow()
        / Math.log(2);
  }

  private static long weights(MultiLayerNetwork network) {
    org.deeplearning4j.nn.api.Layer layer = network.getLayer(0);
    return layer.conf().getLayer() instanceof LSTM
        ? layer.getParam(LSTMParamInitializer.INPUT_WEIGHT_KEY).length()
            + layer.getParam(LSTMParamInitializer.RECURRENT_WEIGHT_KEY).length()
        : LiveMaps.settings(network, "#0").realized().trainableWeights();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new CharacterModel(), args);
  }
}
