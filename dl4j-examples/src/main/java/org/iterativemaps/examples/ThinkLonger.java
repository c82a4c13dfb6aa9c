package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.data.HeldTokens;
import org.iterativemaps.examples.data.PrefixParity;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.examples.plots.HeatMap;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.Picture;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** K at training and at test time: does a looped map solve longer problems by thinking longer? */
public final class ThinkLonger implements Notebook<List<ThinkLonger.Trained>> {
  static final int PLACES = 16;
  private static final int UNITS = 8;
  private static final int TRAINED_DISTANCE = 5;
  private static final int BATCH = 64;
  private static final int[] TEST_STEPS = {4, 8, 12, 16, 20, 24, 32, 64, 128, 256, 512};
  private static final int LONG_ENOUGH = 6; // index of K = 32: two steps for every place

  /** Whether units of a place read their own place. */
  private enum Loops {
    NONE,
    /** Initial weights as of the others. */
    YES,
    /** Initial weights of zero. */
    FROM_ZERO
  }

  /**
   * A way of training.
   *
   * @param name of it
   * @param loops whether units read their own place
   * @param least steps of an update
   * @param most steps of an update; how many is drawn anew for each
   * @param firstLoss the losses stand at the steps from this one on; at the last alone if 0
   * @param others steps that another string may have had the map before, at most
   * @param noise standard deviation of what is added to the input, anew in every step
   */
  private record Training(
      String name, Loops loops, int least, int most, int firstLoss, int others, double noise) {}

  private static final List<Training> TRAININGS =
      List.of(
          new Training("loss at K = 8", Loops.YES, 8, 8, 0, 0, 0),
          new Training("loss at a random K", Loops.YES, 7, 14, 0, 0, 0),
          new Training("losses at K = 7 to 16", Loops.YES, 16, 16, 7, 0, 0),
          new Training("+ other starts, noise", Loops.YES, 16, 16, 7, 16, 0.3),
          new Training("+ loops from zero", Loops.FROM_ZERO, 16, 16, 7, 16, 0.3),
          new Training("no loops, loss at K = 8", Loops.NONE, 8, 8, 0, 0, 0));

  /**
   * What came of a way of training.
   *
   * @param name of it
   * @param accuracy [seed][distance - 1][index of K]: share of right bits at this distance
   */
  public record Trained(String name, double[][][] accuracy) {}

  @Override
  public String title() {
    return "Think longer";
  }

  /** Small arrays: threads would only wait for each other. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  // region map
  /**
   * Each place has a few units that read its bit, the units of the place before, and themselves.
   */
  private static BlockMap map(Loops loops) {
    return BlockMap.builder()
        .input("x", 2 * PLACES)
        .state("h", UNITS * PLACES, Activation.TANH)
        .state("y", PLACES, Activation.IDENTITY)
        .connect("x", "h", places(2, UNITS, 0, 0))
        .connect("h", "h", places(UNITS, UNITS, 1, loops == Loops.NONE ? 1 : 0))
        .connect("h", "y", places(UNITS, 1, 0, 0))
        .output("y")
        .build();
  }

  /** Units of a place read those of the places that are so far before it. */
  static Sparsity places(int from, int to, int farthest, int nearest) {
    boolean[][] exists = new boolean[to * PLACES][from * PLACES];
    for (int unit = 0; unit < exists.length; unit++) {
      int place = unit / to;
      int end = Math.max(0, place + 1 - nearest);
      Arrays.fill(exists[unit], from * Math.max(0, place - farthest), from * end, true);
    }
    return Sparsity.explicit(WeightMask.ofMatrix(exists));
  }

  /** Normally distributed; where loops begin at zero, from the place before alone. */
  private static WeightValues initial(Loops loops) {
    WeightValues values = WeightValues.fanIn(1);
    return loops == Loops.FROM_ZERO
        ? WeightValues.scattered(places(UNITS, UNITS, 1, 1), values)
        : values;
  }

  // endregion

  @Override
  public List<Trained> run(Page page) throws Exception {
    page.text(
        "Every place of a string has to tell the **parity** of the bits since the last starting point"
            + " before it. In this map a place hears only of the one before, so an answer travels at"
            + " most one place per step, and K is how long the map may think. It is trained on"
            + " distances up to "
            + TRAINED_DISTANCE
            + " and tested on longer ones, with far more steps than it was trained with: a map that"
            + " thinks on must not spoil what it has.");
    page.code("map");
    page.picture(
        "map",
        BlockMaps.spy("Local blocks", map(Loops.YES).realize()).picture(),
        "Only what the mask has exists: 2,368 weights and 144 biases.");
    page.text(
        "A recurrent layer with one step per token, given one token T times, is the map iterated T"
            + " times with every iterate in sight. So a **loss can stand at many iterates**; the"
            + " sequence may **begin with another string**, from whose state the map then has to find"
            + " its way; and **noise** on the input, anew in every step, shakes the state along the"
            + " path; the **loops** by which a place reads itself may have initial weights of zero. After"
            + " training the weights go into a feed-forward layer, whose K is free.");
    page.code("batch");
    int updates = page.quick() ? 300 : 3000;
    int seeds = page.quick() ? 1 : 3;
    List<Trained> all = new ArrayList<>();
    for (Training training : TRAININGS) {
      double[][][] accuracy = new double[seeds][][];
      try (Progress progress = page.progress(training.name, (long) seeds * updates)) {
        for (int s = 0; s < seeds; s++) {
          accuracy[s] = test(train(training, page.seed() + s, updates, progress), page.seed() + s);
        }
      }
      all.add(new Trained(training.name, accuracy));
    }
    page.picture(
        "untrained",
        curves(all),
        "Median and range over the seeds; one half is chance. Every answer has had time to arrive from"
            + " K = "
            + TEST_STEPS[LONG_ENOUGH]
            + " on.");
    show("random-k", all.get(1), page);
    show("all-aids", all.get(4), page);
    conclude(all, page);
    return all;
  }

  // region batch
  private static DataSet batch(Training training, RandomSource random) {
    int steps = draw(training.least, training.most, random);
    PrefixParity strings = PrefixParity.make(BATCH, PLACES, TRAINED_DISTANCE, random);
    int firstLoss = training.firstLoss == 0 ? steps : training.firstLoss;
    DataSet data = HeldTokens.of(strings.features(), strings.labels(), steps, firstLoss);
    int before = draw(0, training.others, random);
    if (before > 0) {
      PrefixParity others = PrefixParity.make(BATCH, PLACES, TRAINED_DISTANCE, random);
      data = HeldTokens.after(others.features(), before, data);
    }
    return training.noise > 0 ? HeldTokens.shaken(data, training.noise, random) : data;
  }

  // endregion

  private static int draw(int least, int most, RandomSource random) {
    return least + (int) (random.nextDouble() * (most - least + 1));
  }

  private static MultiLayerNetwork train(
      Training training, long seed, int updates, Progress progress) {
    ISchedule rate = new StepSchedule(ScheduleType.ITERATION, 0.004, 0.3, 0.4 * updates);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(rate))
                .list()
                .layer(
                    new IterativeMapRecurrentLayer.Builder()
                        .map(map(training.loops))
                        .steps(1)
                        .weightInit("h", "h", initial(training.loops))
                        .build())
                .layer(
                    new RnnLossLayer.Builder(LossFunction.XENT)
                        .activation(Activation.SIGMOID)
                        .build())
                .setInputType(InputType.recurrent(2 * PLACES))
                .build());
    network.init();
    RandomSource random = RandomSource.of(seed, "think");
    for (int update = 0; update < updates; update++) {
      network.fit(batch(training, random));
      progress.step();
    }
    return network;
  }

  /** [distance - 1][index of K]: share of right bits. */
  private static double[][] test(MultiLayerNetwork trained, long seed) {
    MapWeights weights = LayerWeights.read(trained.getLayer(0));
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new IterativeMapLayer.Builder().map(weights.map()).steps(8).build())
                .layer(
                    new LossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build())
                .build());
    network.init();
    LayerWeights.write(weights, network.getLayer(0));
    PrefixParity test = PrefixParity.make(1000, PLACES, PLACES, RandomSource.of(seed, "test"));
    Map<Integer, INDArray> byK = MapKnobs.of(network).sweep(test.features(), TEST_STEPS);
    double[][] accuracy = new double[PLACES][TEST_STEPS.length];
    for (int k = 0; k < TEST_STEPS.length; k++) {
      double[] right = rightByDistance(byK.get(TEST_STEPS[k]), test);
      for (int d = 0; d < PLACES; d++) {
        accuracy[d][k] = right[d];
      }
    }
    return accuracy;
  }

  static double[] rightByDistance(INDArray output, PrefixParity test) {
    double[] right = new double[PLACES];
    double[] count = new double[PLACES];
    float[][] found = output.toFloatMatrix();
    float[][] expected = test.labels().toFloatMatrix();
    for (int b = 0; b < found.length; b++) {
      for (int i = 0; i < PLACES; i++) {
        int d = test.distances()[b][i] - 1;
        count[d]++;
        right[d] += (found[b][i] > 0.5) == (expected[b][i] > 0.5) ? 1 : 0;
      }
    }
    Arrays.setAll(right, d -> right[d] / count[d]);
    return right;
  }

  private static Picture curves(List<Trained> all) {
    LearningCurves curves =
        LearningCurves.of(
                "Distances 6 to 16, trained on 1 to 5", "K at test time", "share of right answers")
            .logarithmicPlaces();
    double[] steps = Arrays.stream(TEST_STEPS).asDoubleStream().toArray();
    for (Trained trained : all) {
      double[][] right = new double[trained.accuracy.length][steps.length];
      for (int k = 0; k < steps.length; k++) {
        double[] ofSeeds = overSeeds(trained, k, TRAINED_DISTANCE, PLACES);
        for (int s = 0; s < ofSeeds.length; s++) {
          right[s][k] = ofSeeds[s];
        }
      }
      curves.curve(trained.name, steps, right);
    }
    return curves.picture();
  }

  private static List<String> steps() {
    return Arrays.stream(TEST_STEPS).mapToObj(Integer::toString).toList();
  }

  private static void show(String name, Trained trained, Page page) {
    page.picture(
        name,
        HeatMap.draw(
            trained.name,
            "K at test time",
            steps(),
            "distance",
            IntStream.rangeClosed(1, PLACES).mapToObj(Integer::toString).toList(),
            trained.accuracy[0]),
        "Share of right answers by distance and K, first seed; one half is chance. Trained distances:"
            + " 1 to "
            + TRAINED_DISTANCE
            + ".");
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(List<Trained> all, Page page) {
    Table table =
        Table.of("training", "K at test", "distances 1-5", "6-8", "9-16", "least of 6-16");
    for (Trained trained : all) {
      for (int k = 0; k < TEST_STEPS.length; k++) {
        int at = k;
        table.row(
            trained.name,
            TEST_STEPS[k],
            Spread.of(overSeeds(trained, k, 0, TRAINED_DISTANCE)),
            Spread.of(overSeeds(trained, k, TRAINED_DISTANCE, 8)),
            Spread.of(overSeeds(trained, k, 8, PLACES)),
            Arrays.stream(trained.accuracy)
                .flatMapToDouble(
                    seed -> IntStream.range(TRAINED_DISTANCE, PLACES).mapToDouble(d -> seed[d][at]))
                .min()
                .orElseThrow());
      }
    }
    page.table(
        table.caption(
            "Share of right answers over the seeds, one half being chance; the last column has the"
                + " worst distance of the worst seed"));
    for (Trained trained : all) {
      double[] worst = worst(trained);
      double lowest = Arrays.stream(worst).skip(LONG_ENOUGH).min().orElseThrow();
      double fall = 0;
      double best = 0;
      for (double accuracy : worst) {
        best = Math.max(best, accuracy);
        fall = Math.max(fall, best - accuracy);
      }
      page.print(
          String.format(
              Locale.ROOT,
              "%s: at distances never trained on, %.4f of the worst seed right with K = %d, %.4f with"
                  + " K = %d; %s.",
              trained.name,
              worst[LONG_ENOUGH],
              TEST_STEPS[LONG_ENOUGH],
              worst[worst.length - 1],
              TEST_STEPS[worst.length - 1],
              lowest >= 0.99 && fall <= 0.001
                  ? "at least 0.99 from there on, and it does not fall"
                  : lowest >= 0.99
                      ? String.format(
                          Locale.ROOT, "at least 0.99 from there on, though it falls by %.4f", fall)
                      : String.format(
                          Locale.ROOT, "it falls short of 0.99 by %.4f", 0.99 - lowest)));
    }
    page.text(
        "This is one task and one size, and the map was given its locality by hand: that an answer"
            + " can travel farther with more steps is built in, that it arrives intact and stays is"
            + " learnt or not. Where a place does not read itself there is nothing to be spoilt: such"
            + " a map forgets its start after 17 steps whatever its weights are, and settles. That is"
            + " the cheaper way where a task allows it; the losses, starts and noise are for maps with"
            + " loops.");
  }

  /** By K, over the distances never trained on, of the seed that does worst. */
  private static double[] worst(Trained trained) {
    return IntStream.range(0, TEST_STEPS.length)
        .mapToDouble(k -> Spread.of(overSeeds(trained, k, TRAINED_DISTANCE, PLACES)).min())
        .toArray();
  }

  private static double[] overSeeds(Trained trained, int k, int from, int to) {
    return Arrays.stream(trained.accuracy)
        .mapToDouble(
            seed ->
                Spread.of(IntStream.range(from, to).mapToDouble(d -> seed[d][k]).toArray()).mean())
        .toArray();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new ThinkLonger(), args);
  }
}
