package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.data.PrefixParity;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.examples.plots.HeatMap;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** K at training and at test time: does a looped map solve longer problems by thinking longer? */
public final class ThinkLonger implements Notebook<List<ThinkLonger.Trained>> {
  private static final int PLACES = 16;
  private static final int UNITS = 8;
  private static final int TRAINED_DISTANCE = 5;
  private static final int[] TEST_STEPS = {4, 6, 8, 12, 18, 26};

  /**
   * One way of training.
   *
   * @param name of it
   * @param accuracy [distance - 1][index of K]: share of right bits at this distance
   */
  public record Trained(String name, double[][] accuracy) {}

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
  /** Each place has a few units that read its bit, themselves and the units of the place before. */
  private static BlockMap map() {
    return BlockMap.builder()
        .input("x", 2 * PLACES)
        .state("h", UNITS * PLACES, Activation.TANH)
        .state("y", PLACES, Activation.IDENTITY)
        .connect("x", "h", places(2, UNITS, 0))
        .connect("h", "h", places(UNITS, UNITS, 1))
        .connect("h", "y", places(UNITS, 1, 0))
        .output("y")
        .build();
  }

  private static Sparsity places(int from, int to, int reach) {
    boolean[][] exists = new boolean[to * PLACES][from * PLACES];
    for (int unit = 0; unit < exists.length; unit++) {
      int place = unit / to;
      Arrays.fill(exists[unit], from * Math.max(0, place - reach), from * (place + 1), true);
    }
    return Sparsity.explicit(WeightMask.ofMatrix(exists));
  }

  // endregion

  @Override
  public List<Trained> run(Page page) throws Exception {
    page.text(
        "Every place of a string has to tell the **parity** of the bits since the last starting point"
            + " before it. In this map a place hears only of the one before, so an answer travels one"
            + " place per step: distance d takes about d + 1 steps, and K is how long the map may"
            + " think. It is trained on distances up to "
            + TRAINED_DISTANCE
            + " and tested on longer ones, with more steps than it was trained with.");
    page.code("map");
    page.picture(
        "map",
        BlockMaps.spy("Local blocks", map().realize()).picture(),
        "Only what the mask has exists: 2,368 weights and 144 biases.");
    int updates = page.quick() ? 250 : 2500;
    List<Trained> all = new ArrayList<>();
    all.add(train("K = 8 in training", new int[] {8}, updates, page));
    all.add(train("K from 7 to 14, at random", IntStream.range(7, 15).toArray(), updates, page));
    for (int i = 0; i < all.size(); i++) {
      show(all.get(i), i, page);
    }
    conclude(all, page);
    return all;
  }

  private static Trained train(String name, int[] steps, int updates, Page page) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(page.seed())
                .updater(new Adam(0.004))
                .list()
                .layer(new IterativeMapLayer.Builder().map(map()).steps(steps[0]).build())
                .layer(
                    new LossLayer.Builder(LossFunction.XENT).activation(Activation.SIGMOID).build())
                .build());
    network.init();
    MapKnobs knobs = MapKnobs.of(network);
    RandomSource random = RandomSource.of(page.seed(), "think", name);
    try (Progress progress = page.progress(name, updates)) {
      for (int update = 0; update < updates; update++) {
        if (steps.length > 1) {
          knobs.steps(steps[(int) (random.nextDouble() * steps.length)]);
        }
        PrefixParity batch = PrefixParity.make(64, PLACES, TRAINED_DISTANCE, random);
        network.fit(new DataSet(batch.features(), batch.labels()));
        progress.step();
      }
    }
    PrefixParity test =
        PrefixParity.make(1000, PLACES, PLACES, RandomSource.of(page.seed(), "test"));
    double[][] accuracy = new double[PLACES][TEST_STEPS.length];
    for (int k = 0; k < TEST_STEPS.length; k++) {
      double[] right = rightByDistance(knobs.output(test.features(), TEST_STEPS[k]), test);
      for (int d = 0; d < PLACES; d++) {
        accuracy[d][k] = right[d];
      }
    }
    return new Trained(name, accuracy);
  }

  private static double[] rightByDistance(INDArray output, PrefixParity test) {
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

  private static void show(Trained trained, int index, Page page) {
    page.picture(
        "accuracy-" + (index + 1),
        HeatMap.draw(
            trained.name,
            "K at test time",
            Arrays.stream(TEST_STEPS).mapToObj(Integer::toString).toList(),
            "distance",
            IntStream.rangeClosed(1, PLACES).mapToObj(Integer::toString).toList(),
            trained.accuracy),
        "Share of right answers by distance and K; one half is chance. Trained distances: 1 to "
            + TRAINED_DISTANCE
            + ".");
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(List<Trained> all, Page page) {
    Table table = Table.of("training", "K at test", "distances 1-5", "6-8", "9-16");
    for (Trained trained : all) {
      for (int k = 0; k < TEST_STEPS.length; k++) {
        table.row(
            trained.name,
            TEST_STEPS[k],
            mean(trained, k, 0, TRAINED_DISTANCE),
            mean(trained, k, TRAINED_DISTANCE, 8),
            mean(trained, k, 8, PLACES));
      }
    }
    page.table(table.caption("Share of right answers; one half is chance"));
    for (Trained trained : all) {
      double few = mean(trained, 2, TRAINED_DISTANCE, PLACES);
      double many = mean(trained, TEST_STEPS.length - 1, TRAINED_DISTANCE, PLACES);
      page.print(
          String.format(
              Locale.ROOT,
              "%s: on distances it was never trained on, %.3f right with K = 8 and %.3f with K = 26;"
                  + " %s.",
              trained.name,
              few,
              many,
              many > 0.95
                  ? "thinking longer extrapolates"
                  : many > few + 0.05
                      ? "thinking longer helps, but does not solve them"
                      : "thinking longer does not help"));
    }
    page.text(
        "This is one task, one size and one seed, and the map was given its locality by hand: that an"
            + " answer can travel farther with more steps is built in, that it arrives intact is"
            + " learnt or not.");
  }

  private static double mean(Trained trained, int k, int from, int to) {
    return IntStream.range(from, to)
        .mapToDouble(d -> trained.accuracy[d][k])
        .average()
        .orElseThrow();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new ThinkLonger(), args);
  }
}
