package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.LongFunction;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.RandomAnomaly;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.surgery.LiveMaps;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/** What it costs, and what it saves, that neighbouring units share their sources. */
public final class BundleStudy implements Notebook<List<BundleStudy.Trained>> {

  private static final int BATCH = 64;
  private static final int FRAME_SIDE = 20;

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * What came out of one pattern on one task.
   *
   * @param task its name
   * @param density of the map
   * @param bundle units of a bundle; 1 for random masks
   * @param weights of the map
   * @param accuracies on test data, one per seed
   * @param millisecondsPerStep of training, median
   */
  public record Trained(
      String task,
      double density,
      int bundle,
      long weights,
      double[] accuracies,
      double millisecondsPerStep) {}

  /** How large everything is. */
  private record Size(
      int width,
      int images,
      int sequences,
      int tests,
      int iterations,
      int seeds,
      double[] densities) {}

  /** What is learned: a layer, and data by seed. */
  private record Task(
      String name,
      String file,
      Layers layer,
      InputType input,
      int classes,
      int epochs,
      double rate,
      LongFunction<DataSetIterator> train,
      LongFunction<DataSetIterator> test) {}

  private interface Layers {
    Layer make(double density, int bundle, long seed);
  }

  @Override
  public String title() {
    return "Neighbours that share their sources";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the layers are small
  }

  // region layers
  private static Layer looped(int width, double density, int bundle, long seed) {
    return new IterativeMapLayer.Builder()
        .name("map")
        .nOut(width)
        .activation(Activation.TANH)
        .steps(3)
        .density(density)
        .bundles(bundle) // 1: every unit has sources of its own
        .maskSeed(seed)
        .build();
  }

  private static Layer recurrent(int width, double density, int bundle, long seed) {
    return new LastTimeStep(
        new IterativeMapRecurrentLayer.Builder()
            .name("map")
            .nOut(width)
            .activation(Activation.TANH)
            .density(density)
            .bundles(bundle)
            .maskSeed(seed)
            .build());
  }

  // endregion

  private static Task digits(Size size, String name, Map<Long, DigitSets> digits) {
    DigitImages some = digits.values().iterator().next().train();
    int batches = (some.count() + BATCH - 1) / BATCH;
    return new Task(
        name,
        "digits",
        (density, bundle, seed) -> looped(size.width, density, bundle, seed),
        InputType.feedForward(some.inputs()),
        DigitImages.CLASSES,
        Math.max(1, Math.round((float) size.iterations / batches)),
        0.002,
        seed -> digits.get(seed).train().asVectors(BATCH, seed),
        seed -> digits.get(seed).test().asVectors(250, 0));
  }

  private static Task anomaly(Size size, boolean drawn, Map<Long, DigitSets> digits) {
    return new Task(
        "Random Anomaly",
        "anomaly",
        (density, bundle, seed) -> recurrent(size.width, density, bundle, seed),
        InputType.recurrent(FRAME_SIDE * FRAME_SIDE, RandomAnomaly.FRAMES),
        RandomAnomaly.POSITIONS,
        1,
        0.006,
        seed ->
            RandomAnomaly.train(drawn ? null : digits.get(seed).train(), FRAME_SIDE, seed)
                .iterator(size.sequences, BATCH),
        seed ->
            RandomAnomaly.test(drawn ? null : digits.get(seed).test(), FRAME_SIDE, seed)
                .iterator(size.tests, 250));
  }

  @Override
  public List<Trained> run(Page page) throws Exception {
    Size size =
        page.quick()
            ? new Size(128, 2000, 2000, 400, 120, 2, new double[] {0.1})
            : new Size(256, 3000, 8000, 1000, 500, 5, new double[] {0.1, 0.05});
    Map<Long, DigitSets> sets = new LinkedHashMap<>();
    for (long seed = page.seed(); seed < page.seed() + size.seeds; seed++) {
      sets.put(seed, digits.load(page.quick(), seed).atMost(size.images, size.tests));
    }
    page.text(
        "Weights at random places cost a load for every product. In **bundles**, four or eight"
            + " neighbouring units have the same sources, each with weights of its own: one load"
            + " serves them all. The pattern is as sparse, and less free. Two tasks are learned with"
            + " equally many weights, at random and in bundles; whichever wins, wins.");
    page.code("layers");
    List<Trained> all = new ArrayList<>();
    int runs = 2 * 3 * size.densities.length * size.seeds;
    try (Progress progress = page.progress("Train " + runs + " networks", runs)) {
      for (Task task :
          List.of(digits(size, digits.name(), sets), anomaly(size, digits.drawn(), sets))) {
        for (double density : size.densities) {
          for (int bundle : new int[] {1, 4, 8}) {
            all.add(train(task, density, bundle, size, page, progress));
          }
        }
      }
    }
    show(page, all);
    page.text(digits.source());
    return all;
  }

  private static MultiLayerConfiguration network(Task task, double density, int bundle, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(task.rate))
        .list()
        .layer(task.layer.make(density, bundle, seed))
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(task.classes)
                .build())
        .setInputType(task.input)
        .build();
  }

  private static Trained train(
      Task task, double density, int bundle, Size size, Page page, Progress progress) {
    double[] accuracies = new double[size.seeds];
    double[] milliseconds = new double[size.seeds];
    RealizedMap map = null;
    for (int s = 0; s < size.seeds; s++) {
      long seed = page.seed() + s;
      MultiLayerNetwork network = new MultiLayerNetwork(network(task, density, bundle, seed));
      network.init();
      DataSetIterator data = task.train.apply(seed);
      network.fit(data, task.epochs);
      accuracies[s] = network.evaluate(task.test.apply(seed)).accuracy();
      data.reset();
      milliseconds[s] = stepTime(network, data.next());
      map = LiveMaps.settings(network, "map").realized();
      progress.note(
          String.format(Locale.ROOT, "%s, %s: %.3f", task.name, pattern(bundle), accuracies[s]));
      progress.step();
      System.gc(); // ND4J gives native memory back only then
    }
    if (bundle == 4 && density == size.densities[0]) {
      page.picture(
          task.file,
          BlockMaps.spy(task.name + ": bundles of 4", map).picture(),
          "Rows are target units: four neighbours have their weights in the same columns.");
    }
    return new Trained(
        task.name,
        density,
        bundle,
        map.trainableWeights(),
        accuracies,
        Spread.of(milliseconds).median());
  }

  private static double stepTime(MultiLayerNetwork network, DataSet batch) {
    double[] milliseconds = new double[15];
    for (int i = -5; i < milliseconds.length; i++) {
      long start = System.nanoTime();
      network.fit(batch);
      if (i >= 0) {
        milliseconds[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    return Spread.of(milliseconds).median();
  }

  private static String pattern(int bundle) {
    return bundle == 1 ? "random" : "bundles of " + bundle;
  }

  private static void show(Page page, List<Trained> all) {
    Table table = Table.of("task", "density", "pattern", "weights", "test accuracy", "ms per step");
    for (Trained one : all) {
      table.row(
          one.task,
          one.density,
          pattern(one.bundle),
          one.weights,
          Spread.of(one.accuracies),
          one.millisecondsPerStep);
    }
    page.table(
        table.caption(
            "Mean ± standard deviation over seeds; a whole training step: map, read-out, loss, Adam"));
    page.check(
        "At one density all patterns have as many weights",
        all.stream()
            .allMatch(
                one ->
                    all.stream()
                        .filter(o -> o.task.equals(one.task) && o.density == one.density)
                        .allMatch(o -> o.weights == one.weights)));
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new BundleStudy(), args);
  }
}
