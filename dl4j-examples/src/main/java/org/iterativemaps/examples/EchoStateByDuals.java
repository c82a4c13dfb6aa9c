package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.Contraction;
import org.iterativemaps.dynamics.EchoState.Check;
import org.iterativemaps.dynamics.MapStep;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.SpectralNormConstraint;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.surgery.LiveMaps;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/**
 * A recurrent map is trained so that it provably forgets where it started, by multipliers of a
 * constraint; the source is named by {@link RowSumDuals}.
 */
public final class EchoStateByDuals implements Notebook<List<EchoStateByDuals.Way>> {
  private static final int UNITS = 64;
  private static final double LIMIT = 0.9; // of the multipliers, which hold it nearly
  private static final double OTHERS = 0.97; // what holds exactly may have more
  private static final double RATE = 0.001; // of the multipliers
  private static final IActivation TANH = Activation.TANH.getActivationFunction();

  @Mixin private DigitOptions digits = new DigitOptions();

  /** What is done about the constraint. */
  private enum Kind {
    FREE("free"),
    DUALS("multipliers"),
    SCALED("rows scaled"),
    SPECTRAL("spectral norm");

    private final String title;

    Kind(String title) {
      this.title = title;
    }
  }

  /**
   * What became of one kind of training.
   *
   * @param name of it
   * @param accuracy on the test images, by seed
   * @param largestSums [seed][epoch]: largest sum of a row of |W|
   * @param rates of {@link Contraction}, after training
   * @param exponents the largest of Lyapunov's along the test images
   * @param distances of the starts, at most, after the last image
   * @param multipliers the largest, after training
   */
  public record Way(
      String name,
      double[] accuracy,
      double[][] largestSums,
      double[] rates,
      double[] exponents,
      double[] distances,
      double[] multipliers) {

    /** Largest sums of a row after the last epoch, by seed. */
    public double[] lastSums() {
      return Arrays.stream(largestSums).mapToDouble(row -> row[row.length - 1]).toArray();
    }
  }

  /** How much is done; images are read one after the other to see echo states. */
  private record Size(int seeds, int epochs, int images) {}

  @Override
  public String title() {
    return "Echo states by multipliers";
  }

  /** Small arrays: threads would only wait for each other. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  // region network
  private static IterativeMapRecurrentLayer.Builder map(int units) {
    return new IterativeMapRecurrentLayer.Builder()
        .nOut(units)
        .hiddenSparsity(Sparsity.fanIn(8))
        .activation(Activation.TANH);
  }

  static MultiLayerNetwork network(
      IterativeMapRecurrentLayer map,
      int inputs,
      int classes,
      IUpdater updater,
      DataType type,
      long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(type)
                .updater(updater)
                .list()
                .layer(new LastTimeStep(map))
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(classes)
                        .build())
                .setInputType(InputType.recurrent(inputs))
                .build());
    network.init();
    return network;
  }

  // endregion

  @Override
  public List<Way> run(Page page) throws Exception {
    DigitSets data = digits.load(page.quick(), page.seed());
    Size size = page.quick() ? new Size(1, 3, 15) : new Size(5, 40, 60);
    page.text(
        "A recurrent map h ← tanh(V x + W h + b) has **echo states** if its state becomes a function"
            + " of what it heard, and where it started is forgotten. That is sure if every row of |W|"
            + " has a sum below 1, for then no step lets the largest difference of two states grow. So"
            + " it is trained under this constraint, every row's sum at most "
            + LIMIT
            + ", with a **multiplier** for every row: weights go down the Lagrangian, multipliers up.");
    page.code(RowSumDuals.class, "RowSumDuals");
    page.text(
        "Beside it: nothing done; rows with a sum above "
            + OTHERS
            + " made smaller after every update; the largest singular value kept at "
            + OTHERS
            + " by `SpectralNormConstraint`, which is another set of matrices. These limits hold"
            + " exactly; that of the multipliers is lower, for they hold theirs nearly. The task: to"
            + " read "
            + digits.name()
            + " row by row. "
            + digits.source());
    page.code("network");
    List<Way> ways = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      try (Progress progress = page.progress(kind.title, (long) size.seeds * size.epochs)) {
        ways.add(train(kind, data, size, page.seed(), progress));
      }
    }
    show(ways, size.images, page);
    return ways;
  }

  private static Way train(Kind kind, DigitSets data, Size size, long seed, Progress progress) {
    int seeds = size.seeds;
    int epochs = size.epochs;
    Way way =
        new Way(
            kind.title,
            new double[seeds],
            new double[seeds][epochs],
            new double[seeds],
            new double[seeds],
            new double[seeds],
            new double[seeds]);
    for (int s = 0; s < seeds; s++) {
      IterativeMapRecurrentLayer.Builder map = map(UNITS);
      if (kind == Kind.SPECTRAL) {
        map.constrainWeights(new SpectralNormConstraint(OTHERS, "h->h"));
      }
      int side = data.train().side();
      MultiLayerNetwork network =
          network(
              map.build(), side, DigitImages.CLASSES, new Adam(0.003), DataType.FLOAT, seed + s);
      RowSumDuals duals = new RowSumDuals(network, 0, "h", LIMIT, RATE);
      if (kind == Kind.DUALS) {
        network.addListeners(duals);
      } else if (kind == Kind.SCALED) {
        network.addListeners(new RowSumDuals(network, 0, "h", OTHERS, RATE).scaling());
      }
      DataSetIterator train = data.train().asRows(32, seed + s);
      for (int epoch = 0; epoch < epochs; epoch++) {
        if (epoch == 3 * epochs / 5 || epoch == 4 * epochs / 5) { // small steps at the end
          network.setLearningRate(epoch < 4 * epochs / 5 ? 0.001 : 0.0003);
        }
        network.fit(train);
        way.largestSums[s][epoch] = largestSum(LiveMaps.weights(network, "#0"));
        progress.step();
      }
      way.accuracy[s] = network.evaluate(data.test().asRows(250, 0)).accuracy();
      way.multipliers[s] = Arrays.stream(duals.multipliers()).max().orElseThrow();
      look(way, s, LiveMaps.weights(network, "#0"), data.test(), size.images);
    }
    return way;
  }

  private static double largestSum(MapWeights weights) {
    return Arrays.stream(RowSumDuals.rowSums(weights.mask("h", "h"), weights.weights("h", "h")))
        .max()
        .orElseThrow();
  }

  // region look
  /** A proof by norms, and what is seen along test images read one after the other. */
  private static void look(Way way, int s, MapWeights weights, DigitImages test, int images) {
    int side = test.side();
    double[][] tokens =
        IntStream.range(0, images * side)
            .mapToObj(t -> row(test.pixels().get(t / side), t % side, side))
            .toArray(double[][]::new);
    MapStep step = MapStep.of(weights, TANH, tokens[0]);
    var echo = Check.withSteps(1).along(step, tokens);
    way.rates[s] = Contraction.of(weights, TANH).rate();
    way.exponents[s] = echo.largestExponent();
    way.distances[s] = echo.lastDistance();
  }

  // endregion

  private static double[] row(float[] image, int row, int side) {
    return IntStream.range(0, side).mapToDouble(i -> image[row * side + i]).toArray();
  }

  private static void show(List<Way> ways, int images, Page page) {
    int epochs = ways.get(0).largestSums[0].length;
    double[] numbers = IntStream.rangeClosed(1, epochs).asDoubleStream().toArray();
    LearningCurves curves =
        LearningCurves.of("Below 1 echo states are sure", "epoch", "largest sum of a row of |W|");
    Table table =
        Table.of(
            "training",
            "test accuracy",
            "largest row",
            "sure by rows",
            "rate",
            "sure by rate",
            "exponent",
            "starts apart",
            "multiplier");
    for (Way way : ways) {
      curves.curve(way.name, numbers, way.largestSums);
      table.row(
          way.name,
          Spread.of(way.accuracy),
          Spread.of(way.lastSums()),
          below(1, way.lastSums()),
          Spread.of(way.rates),
          below(1, way.rates),
          Spread.of(way.exponents),
          Spread.of(way.distances).max(),
          Spread.of(way.multipliers));
    }
    page.picture("rows", curves.picture(), "Median and range over the seeds.");
    page.table(
        table.caption(
            "Mean ± standard deviation over seeds, how many of them are sure; rate: that of"
                + " Contraction; exponent: the largest along "
                + images
                + " test images; starts apart: after these, at most; multiplier: the largest"));
    conclude(ways, page);
  }

  private static String below(double limit, double[] values) {
    return Arrays.stream(values).filter(value -> value < limit).count() + " of " + values.length;
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(List<Way> ways, Page page) {
    double[] own = ways.get(1).accuracy;
    for (Way other : ways) {
      if (other != ways.get(1)) {
        page.print(
            String.format(
                Locale.ROOT,
                "Accuracy: multipliers %.3f, %s %.3f (%s).",
                Spread.of(own).mean(),
                other.name,
                Spread.of(other.accuracy).mean(),
                Comparison.words(own, other.accuracy, ways.size() - 1)));
      }
    }
    page.print(sums(ways.get(1), LIMIT));
    page.print(sums(ways.get(2), OTHERS));
    page.text(
        "`Contraction` measures lengths by Euclid, the rows by the largest unit: neither proves what"
            + " the other does, and a map that neither proves may have echo states all the same.");
  }

  /** How far the constraint was kept, on the way and in the end. */
  private static String sums(Way way, double limit) {
    double[] highest =
        Arrays.stream(way.largestSums).mapToDouble(sums -> Spread.of(sums).max()).toArray();
    return String.format(
        Locale.ROOT,
        "Largest sum of a row, %s: after an epoch at most %.3f, after the last at most %.3f; the limit"
            + " is %s.",
        way.name,
        Spread.of(highest).max(),
        Spread.of(way.lastSums()).max(),
        limit);
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new EchoStateByDuals(), args);
  }
}
