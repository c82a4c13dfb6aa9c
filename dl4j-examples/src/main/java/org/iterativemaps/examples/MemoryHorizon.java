package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.Behaviour;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BehaviourPlot;
import org.iterativemaps.examples.plots.HeatMap;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * How far back a map remembers: K and the initial weights against what can be read from a state.
 */
public final class MemoryHorizon implements Notebook<List<MemoryHorizon.Remembered>> {
  private static final int[] STEPS = {1, 2, 3, 5};
  private static final int WASHOUT = 100;
  private static final double RIGHT = 0.9;

  /**
   * One kind of initial weights.
   *
   * @param name of it
   * @param behaviour the three measures of the map, its two tokens held
   * @param accuracy [index of K][distance]: share of bits read rightly, the mean over seeds
   */
  public record Remembered(String name, Behaviour behaviour, double[][] accuracy) {

    /**
     * How far back bits are read rightly, nine of ten.
     *
     * @param k index of K
     * @return the first distance that is not
     */
    public int horizon(int k) {
      int distance = 0;
      while (distance < accuracy[k].length && accuracy[k][distance] >= RIGHT) {
        distance++;
      }
      return distance;
    }
  }

  /** A rule for U. */
  private record Start(String name, Sparsity sparsity, WeightValues values) {}

  private static List<Start> starts() {
    Sparsity sparse = Sparsity.fanIn(10);
    return List.of(
        new Start("spectral radius 0.5", sparse, WeightValues.spectralRadius(0.5)),
        new Start("spectral radius 0.9", sparse, WeightValues.spectralRadius(0.9)),
        new Start("spectral radius 1.0", sparse, WeightValues.spectralRadius(1)),
        new Start("spectral radius 1.5", sparse, WeightValues.spectralRadius(1.5)),
        new Start("orthogonal", Sparsity.dense(), WeightValues.orthogonal(0.97)),
        new Start(
            "leaning to identity", Sparsity.dense(), WeightValues.identityLeaning(0.8, 0.15)));
  }

  @Override
  public String title() {
    return "The memory horizon";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  // region map
  private static BlockMap map(Start start, int units, long seed) {
    return BlockMap.builder()
        .input("x", 1)
        .stateWithoutBias("h", units, Activation.TANH)
        .connectFixed("x", "h", Sparsity.dense(), WeightValues.uniform(-0.3, 0.3))
        .connectFixed("h", "h", start.sparsity(), start.values())
        .output("h")
        .seed(seed)
        .build();
  }

  // endregion

  @Override
  public List<Remembered> run(Page page) throws Exception {
    int units = page.quick() ? 50 : 100;
    int length = page.quick() ? 1_200 : 4_000;
    int farthest = page.quick() ? 40 : 60;
    int seeds = page.quick() ? 2 : 5;
    page.text(
        "A recurrent map hears random bits, one per token, and takes **K steps** on each. What was d"
            + " tokens ago is to be read from its state, by a linear read-out that is solved for (ridge"
            + " regression), one for each d. Nothing else is trained, so the answer is about the map:"
            + " its initial weights U, and K.");
    page.code("map");
    List<Remembered> all = new ArrayList<>();
    try (Progress progress =
        page.progress("recall", (long) starts().size() * seeds * STEPS.length)) {
      for (Start start : starts()) {
        double[][] accuracy = new double[STEPS.length][farthest];
        for (int k = 0; k < STEPS.length; k++) {
          for (int s = 0; s < seeds; s++) {
            BlockMap map = map(start, units, page.seed() + s);
            double[] own = recall(map, STEPS[k], length, farthest, page.seed() + s);
            for (int d = 0; d < farthest; d++) {
              accuracy[k][d] += own[d] / seeds;
            }
            progress.step();
          }
        }
        MapWeights weights =
            new MapWeights(map(start, units, page.seed()).realize(), java.util.Map.of());
        Behaviour behaviour =
            Behaviour.of(
                weights,
                null,
                new Behaviour.Probe(1e-6, 300, 4, 1, page.seed()),
                held(1),
                held(-1));
        all.add(new Remembered(start.name(), behaviour, accuracy));
      }
    }
    show(all, farthest, page);
    conclude(all, page);
    return all;
  }

  private static double[] held(double bit) {
    return new double[] {bit};
  }

  // region recall
  /** Share of bits of a new sequence that are read rightly, by distance. */
  private static double[] recall(BlockMap map, int steps, int length, int farthest, long seed) {
    double[] bits = new double[2 * length];
    RandomSource random = RandomSource.of(seed, "bits");
    Arrays.setAll(bits, t -> random.nextDouble() < 0.5 ? -1 : 1);
    double[][] states = states(map, steps, bits);
    RealMatrix train = new Array2DRowRealMatrix(Arrays.copyOfRange(states, WASHOUT, length), false);
    RealMatrix square = train.transpose().multiply(train);
    for (int i = 0; i < square.getRowDimension(); i++) {
      square.addToEntry(i, i, 1e-3);
    }
    RealMatrix target = new Array2DRowRealMatrix(length - WASHOUT, farthest);
    for (int t = WASHOUT; t < length; t++) {
      for (int d = 0; d < farthest; d++) {
        target.setEntry(t - WASHOUT, d, bits[t - d]);
      }
    }
    RealMatrix readOut =
        new CholeskyDecomposition(square, 1e-9, 1e-12)
            .getSolver()
            .solve(train.transpose().multiply(target));
    double[] right = new double[farthest];
    for (int t = length + WASHOUT; t < bits.length; t++) {
      double[] answers = readOut.preMultiply(states[t]);
      for (int d = 0; d < farthest; d++) {
        right[d] += answers[d] * bits[t - d] > 0 ? 1.0 / (length - WASHOUT) : 0;
      }
    }
    return right;
  }

  // endregion

  /** [time][units], and a one for the read-out's constant. */
  private static double[][] states(BlockMap map, int steps, double[] bits) {
    int units = map.output().size();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nIn(units)
                        .nOut(1)
                        .build())
                .build());
    network.init();
    INDArray tokens = Nd4j.createFromArray(bits).reshape(1, 1, bits.length);
    INDArray states = network.feedForward(tokens, false).get(1); // [1, units, time]
    double[] numbers = states.permute(0, 2, 1).dup('c').data().asDouble();
    double[][] rows = new double[bits.length][units + 1];
    for (int t = 0; t < rows.length; t++) {
      System.arraycopy(numbers, t * units, rows[t], 0, units);
      rows[t][units] = 1;
    }
    return rows;
  }

  private static void show(List<Remembered> all, int farthest, Page page) {
    page.text(
        "## By the task\n\nAccuracy against distance and K: one half is chance. Each map takes K steps"
            + " per token, so what it keeps from one step to the next is forgotten K times as fast.");
    double[] distances = IntStream.range(0, farthest).asDoubleStream().toArray();
    LearningCurves byDistance =
        LearningCurves.of("Bits d tokens ago, K = 1", "distance d", "accuracy");
    for (Remembered one : all) {
      byDistance.curve(one.name, distances, new double[][] {one.accuracy[0]});
    }
    page.picture("recall", byDistance.picture(), "Read by a linear read-out from the state.");
    double[][] horizons = new double[all.size()][STEPS.length];
    for (int i = 0; i < horizons.length; i++) {
      Remembered one = all.get(i);
      Arrays.setAll(horizons[i], k -> one.horizon(k));
    }
    page.picture(
        "horizon",
        HeatMap.draw(
            "Tokens remembered",
            "K",
            Arrays.stream(STEPS).mapToObj(Integer::toString).toList(),
            "",
            IntStream.rangeClosed(1, all.size()).mapToObj(Integer::toString).toList(),
            horizons),
        "Distance up to which nine of ten bits are read rightly; rows: "
            + String.join(
                ", ",
                IntStream.range(0, all.size())
                    .mapToObj(i -> (i + 1) + " " + all.get(i).name)
                    .toList())
            + ".");
    Table byK = Table.of("initial weights", "K", "d = 0", "d = 5", "d = 10", "d = 20", "remembers");
    for (Remembered one : all) {
      for (int k = 0; k < STEPS.length; k++) {
        double[] a = one.accuracy[k];
        byK.row(one.name, STEPS[k], a[0], a[5], a[10], a[20], one.horizon(k));
      }
    }
    page.table(byK.caption("Accuracy by distance; remembers: tokens, nine of ten read rightly"));

    page.text(
        "## By the map alone\n\nTwo starts on the same held token: as long as they are apart, the map"
            + " remembers where it started. No task, no read-out.");
    BehaviourPlot behaviours = BehaviourPlot.of("The same maps, a token held");
    Table measures =
        Table.of("initial weights", "to a tenth", "to a thousandth", "settles on", "sensitivity");
    for (Remembered one : all) {
      behaviours.map(one.name, one.behaviour);
      measures.row(
          one.name,
          steps(one.behaviour.forgetsAfter(0.1)),
          steps(one.behaviour.forgetsAfter(1e-3)),
          Math.round(100 * one.behaviour.settledShare()) + " %",
          one.behaviour.medianSensitivity().isPresent()
              ? String.format(Locale.ROOT, "%.2f", one.behaviour.medianSensitivity().getAsDouble())
              : "-");
    }
    page.picture("behaviour", behaviours.picture(), "Up to 300 steps, from random starts.");
    page.table(measures.caption("Steps until all pairs of starts are that near"));
  }

  private static String steps(OptionalInt steps) {
    return steps.isPresent() ? "after " + steps.getAsInt() : "not in 300";
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(List<Remembered> all, Page page) {
    Remembered best = all.get(0);
    for (Remembered one : all) {
      best = one.horizon(0) > best.horizon(0) ? one : best;
    }
    page.print(
        String.format(
            Locale.ROOT,
            "With K = 1, %s remembers longest: %d tokens.",
            best.name,
            best.horizon(0)));
    for (Remembered one : all) {
      int last = STEPS.length - 1;
      page.print(
          String.format(
              Locale.ROOT,
              "%s: %d tokens with K = 1, %d with K = %d: %s; two starts are within a tenth: %s.",
              one.name,
              one.horizon(0),
              one.horizon(last),
              STEPS[last],
              one.horizon(last) < one.horizon(0)
                  ? "more steps per token cost memory"
                  : one.horizon(last) > one.horizon(0)
                      ? "more steps per token help here"
                      : "K makes no difference",
              steps(one.behaviour.forgetsAfter(0.1))));
    }
    List<Remembered> ranked =
        all.stream()
            .sorted(
                java.util.Comparator.comparingInt(
                    r -> r.behaviour.forgetsAfter(0.1).orElse(Integer.MAX_VALUE)))
            .toList();
    int agree = 0;
    int pairs = 0;
    for (int i = 0; i < ranked.size(); i++) {
      for (int j = i + 1; j < ranked.size(); j++) {
        int difference = ranked.get(j).horizon(0) - ranked.get(i).horizon(0);
        pairs += difference != 0 ? 1 : 0;
        agree += difference > 0 ? 1 : 0;
      }
    }
    page.print(
        String.format(
            Locale.ROOT,
            "Of %d pairs of maps that differ in tokens remembered, the one that forgets its start"
                + " later remembers more in %d.",
            pairs,
            agree));
    page.text(
        "To keep its start and to keep its input are not the same: a map that never forgets where it"
            + " started need not tell from its state what it heard. These are maps before training,"
            + " with a read-out that is linear.");
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new MemoryHorizon(), args);
  }
}
