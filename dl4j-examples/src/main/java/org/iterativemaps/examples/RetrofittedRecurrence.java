package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.Conversion;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.data.PrefixParity;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.surgery.RandomSteps;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * A trained stack of untied layers becomes a looped map, is trained a little further, and K is free
 * from then on.
 *
 * <p>Sources: McLeish and others, "Teaching Pretrained Language Models to Think Deeper with
 * Retrofitted Recurrence" (2025), arXiv:2511.07384, of which prelude, loop and coda from a trained
 * stack and the short training with drawn numbers of steps are taken; Geiping and others, "Scaling
 * up Test-Time Compute with Latent Reasoning" (2025), arXiv:2502.05171, of which the form is taken:
 * every step of the loop hears the prelude again. Theirs are transformers with text; here it is
 * tanh layers and parities, the loop is the average of the layers where theirs keeps some, and the
 * number of steps is drawn alike from first to last, where theirs grows over the training, by a
 * curriculum.
 */
public final class RetrofittedRecurrence implements Notebook<RetrofittedRecurrence.Result> {
  private static final int DEPTH = RecurrentStack.DEPTH;
  private static final int KEPT = 5; // the layer that is kept where one is
  private static final int PLACES = ThinkLonger.PLACES;
  private static final int TRAINED_DISTANCE = 5;
  private static final int BATCH = 64;
  private static final int[] TEST_STEPS = {4, 6, 8, 12, 16, 24, 32, 64, 128};
  private static final String RESULT_OF_TYING = "tied, trained on";
  private static final String FROM_NOTHING = "drawn anew, all of it";

  /**
   * What one way came to.
   *
   * @param name of it
   * @param parameters of the whole network
   * @param updates of the looped map
   * @param near [seed][index of K]: share of right bits at the distances trained on
   * @param far the same at distances never trained on; a stack has one K, its depth
   */
  public record Way(String name, long parameters, int updates, double[][] near, double[][] far) {}

  /**
   * What came out.
   *
   * @param ways the stack first
   * @param tyingLoss how far the layers were apart, by seed: sum |layer - average|² / sum |layer|²
   */
  public record Result(List<Way> ways, double[] tyingLoss) {}

  @Override
  public String title() {
    return "Retrofitted recurrence";
  }

  /** Small arrays: threads would only wait for each other. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  /** How much is done: a stack has so many updates, what comes of it so many more. */
  private record Size(int seeds, int updates, int more, int tests) {}

  @Override
  public Result run(Page page) throws Exception {
    Size size = page.quick() ? new Size(1, 100, 20, 30) : new Size(5, 1500, 300, 1000);
    page.text(
        "Every place of a string has to tell the **parity** of the bits since the last starting point"
            + " before it, as in `ThinkLonger`, and a step carries an answer one place. A **stack** of "
            + DEPTH
            + " layers between a prelude and a coda learns distances up to "
            + TRAINED_DISTANCE
            + ". It can go no further than its depth. Tied to one **looped** layer it can, once it has"
            + " been trained a little with another number of steps in every update.");
    page.code(RecurrentStack.class, "network");
    page.code(RecurrentStack.class, "retrofit");
    List<Way> ways = new ArrayList<>();
    double[] losses = new double[size.seeds];
    try (Progress progress = page.progress("seeds", size.seeds)) {
      for (int s = 0; s < size.seeds; s++) {
        losses[s] = one(s, size, page.seed() + s, ways);
        progress.step();
      }
    }
    Result result = new Result(ways, losses);
    show(result, page);
    return result;
  }

  /** All ways of one seed; gives back the tying loss. */
  private static double one(int s, Size size, long seed, List<Way> ways) {
    MultiLayerNetwork stack = RecurrentStack.stack(DataType.FLOAT, seed);
    train(stack, size.updates, RandomSource.of(seed, "strings"));
    Conversion<MultiLayerNetwork> conversion = RecurrentStack.tied(stack);
    MultiLayerNetwork tied = conversion.network();
    MultiLayerNetwork kept = tied.clone();
    RecurrentStack.keep(KEPT, stack, kept);
    MultiLayerNetwork other = tied.clone();
    MultiLayerNetwork scratch = RecurrentStack.looped(DataType.FLOAT, seed + 1000);
    LayerWeights.write(LayerWeights.read(scratch.getLayer(1)), other.getLayer(1));
    MultiLayerNetwork longer = scratch.clone();
    add("stack", 0, stack, s, size, seed, ways);
    add("tied", 0, tied, s, size, seed, ways);
    add(RESULT_OF_TYING, size.more, tied, s, size, seed, ways);
    add("layer " + KEPT + " kept, trained on", size.more, kept, s, size, seed, ways);
    add("loop drawn anew, trained on", size.more, other, s, size, seed, ways);
    add(FROM_NOTHING, size.more, scratch, s, size, seed, ways);
    add("the same, whole budget", size.updates + size.more, longer, s, size, seed, ways);
    return conversion.report().tyingLoss().orElseThrow();
  }

  /** Trains it further, if at all, and tests it. */
  private static void add(
      String name,
      int updates,
      MultiLayerNetwork network,
      int s,
      Size size,
      long seed,
      List<Way> ways) {
    if (updates > 0) {
      network.setListeners(new RandomSteps(DEPTH - 1, 2 * DEPTH - 2, seed));
      train(network, updates, RandomSource.of(seed, "more strings"));
    }
    if (s == 0) {
      double[][] near = new double[size.seeds][];
      double[][] far = new double[size.seeds][];
      ways.add(new Way(name, network.numParams(), updates, near, far));
    }
    Way way = ways.stream().filter(w -> w.name.equals(name)).findFirst().orElseThrow();
    int[] steps = name.equals("stack") ? new int[] {DEPTH} : TEST_STEPS;
    PrefixParity test =
        PrefixParity.make(size.tests, PLACES, PLACES, RandomSource.of(seed, "test"));
    Map<Integer, INDArray> byK = MapKnobs.of(network).sweep(test.features(), steps);
    double[][] right = new double[steps.length][];
    Arrays.setAll(right, k -> ThinkLonger.rightByDistance(byK.get(steps[k]), test));
    way.near[s] = Arrays.stream(right).mapToDouble(r -> mean(r, 0, TRAINED_DISTANCE)).toArray();
    way.far[s] = Arrays.stream(right).mapToDouble(r -> mean(r, TRAINED_DISTANCE, PLACES)).toArray();
  }

  private static double mean(double[] byDistance, int from, int to) {
    return Spread.of(Arrays.copyOfRange(byDistance, from, to)).mean();
  }

  // region train
  private static void train(MultiLayerNetwork network, int updates, RandomSource random) {
    network.setLearningRate(0.004);
    for (int update = 0; update < updates; update++) {
      if (update == 3 * updates / 5) {
        network.setLearningRate(0.0012);
      }
      PrefixParity strings = PrefixParity.make(BATCH, PLACES, TRAINED_DISTANCE, random);
      network.fit(new DataSet(strings.features(), strings.labels()));
    }
  }

  // endregion

  private static void show(Result result, Page page) {
    LearningCurves curves =
        LearningCurves.of(
                "Distances 6 to 16, trained on 1 to 5", "K at test time", "share of right answers")
            .logarithmicPlaces();
    Table table = Table.of("way", "parameters", "updates", "K", "distances 1-5", "6-16");
    double[] places = Arrays.stream(TEST_STEPS).asDoubleStream().toArray();
    for (Way way : result.ways) {
      boolean isLooped = way.far[0].length > 1;
      if (isLooped) {
        curves.curve(way.name, places, way.far);
      }
      for (int k = 0; k < way.far[0].length; k++) {
        int steps = isLooped ? TEST_STEPS[k] : DEPTH;
        if (!isLooped || steps == DEPTH || steps == 16 || steps >= 64) {
          table.row(
              way.name,
              way.parameters,
              way.updates,
              steps,
              Spread.of(Spread.column(way.near, k)),
              Spread.of(Spread.column(way.far, k)));
        }
      }
    }
    page.picture("by-k", curves.picture(), "Median and range over the seeds; one half is chance.");
    page.table(
        table.caption(
            "Share of right answers, mean ± standard deviation over seeds; updates of the looped map"));
    conclude(result, page);
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(Result result, Page page) {
    page.print(
        "`tie` takes the average of the layers. They were apart from it by "
            + Spread.of(result.tyingLoss)
            + " of their sum of squares.");
    double[] own = last(way(RESULT_OF_TYING, result));
    List<Way> others = result.ways.subList(3, result.ways.size());
    for (Way other : others) {
      double[] theirs = last(other);
      page.print(
          String.format(
              Locale.ROOT,
              "Distances never trained on, K = %d: %s %.3f, %s %.3f (%s).",
              TEST_STEPS[TEST_STEPS.length - 1],
              RESULT_OF_TYING,
              Spread.of(own).mean(),
              other.name,
              Spread.of(theirs).mean(),
              Comparison.words(own, theirs, others.size())));
    }
    page.text(
        "Where a loop drawn anew between the trained prelude and coda does as well as the tied one,"
            + " what was worth keeping of the stack is what is around the loop. One task and one size;"
            + " in the papers' transformers a layer adds to what it is given, so that layers are more"
            + " alike than these are.");
  }

  private static Way way(String name, Result result) {
    return result.ways.stream().filter(way -> way.name.equals(name)).findFirst().orElseThrow();
  }

  private static double[] last(Way way) {
    return Spread.column(way.far, TEST_STEPS.length - 1);
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new RetrofittedRecurrence(), args);
  }
}
