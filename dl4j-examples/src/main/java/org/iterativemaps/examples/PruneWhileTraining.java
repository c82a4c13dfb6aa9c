package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.MapCourse;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.RewiringSchedule;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.iterativemaps.surgery.LiveMaps;
import org.iterativemaps.surgery.SparseRewiring;
import org.iterativemaps.watch.MapSample;
import org.iterativemaps.watch.MapWatch;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/** How far a map can be pruned while it trains, how much faster it gets, and two other ways. */
public final class PruneWhileTraining implements Notebook<List<PruneWhileTraining.Trained>> {

  private static final int BATCH = 64;

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * What became of one way of getting sparse, at one sparsity.
   *
   * @param way how
   * @param sparsity fraction of the map's cells without a weight
   * @param weights how many weights the map has in the end
   * @param accuracies on the test images, one per seed
   * @param millisecondsPerStep of training in the end, median
   */
  public record Trained(
      String way, double sparsity, long weights, double[] accuracies, double millisecondsPerStep) {}

  /** How large everything is. */
  private record Size(
      int width, int images, int tests, int iterations, int seeds, double[] sparsities) {}

  /** What a network of one seed is trained with, and tested. */
  private record Data(long seed, DigitSets sets, int epochs) {
    static Data of(DigitSets sets, long seed, Size size) {
      return new Data(
          seed, sets, Math.max(1, Math.round((float) size.iterations / batches(sets.train()))));
    }

    int iterations() {
      return epochs * batches(sets.train());
    }

    private static int batches(DigitImages images) {
      return (images.count() + BATCH - 1) / BATCH;
    }
  }

  /** A way of getting sparse: what the network starts with, and what happens while it trains. */
  private record Way(String name, boolean startsSparse, Listener listener) {}

  private interface Listener {
    TrainingListener make(double sparsity, int iterations);
  }

  private static final Way DENSE = new Way("dense", false, (sparsity, n) -> null);
  private static final Way PRUNED = new Way("gradual pruning", false, PruneWhileTraining::pruning);
  private static final List<Way> WAYS =
      List.of(
          PRUNED,
          new Way("rewired by gradient", true, (sparsity, n) -> rewiring(n)),
          new Way("sparse from the start", true, (sparsity, n) -> null));

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the layers are small
  }

  // region pruning
  private static TrainingListener pruning(double sparsity, int iterations) {
    // From a tenth to two thirds of the training; the rest is for what is left to settle.
    int begin = iterations / 10;
    int end = 2 * iterations / 3;
    int every = Math.max(1, iterations / 40);
    return new GradualPruning(
        BlockChoice.all(), SparsitySchedule.cubic(sparsity, begin, end, every), Scope.GLOBAL);
  }

  // endregion

  // region rewiring
  private static TrainingListener rewiring(int iterations) {
    int every = Math.max(1, iterations / 20);
    return SparseRewiring.byGradient(
        BlockChoice.all(), new RewiringSchedule(0.3, every, 3 * iterations / 4, every));
  }

  // endregion

  // region network
  private static MultiLayerNetwork network(int inputs, int width, double density, long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(0.002))
                .activation(Activation.TANH)
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .name("map")
                        .nIn(inputs)
                        .nOut(width)
                        .steps(3)
                        .density(density)
                        .maskSeed(seed)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nIn(width)
                        .nOut(DigitImages.CLASSES)
                        .build())
                .build());
    network.init();
    return network;
  }

  // endregion

  @Override
  public List<Trained> run(Page page) throws Exception {
    Size size =
        page.quick()
            ? new Size(64, 2000, 500, 160, 1, new double[] {0.9, 0.99})
            : new Size(256, 3000, 1000, 500, 2, new double[] {0.8, 0.9, 0.95, 0.98, 0.99, 0.995});
    List<Data> data = new ArrayList<>();
    for (long seed = page.seed(); seed < page.seed() + size.seeds; seed++) {
      DigitSets sets = digits.load(page.quick(), seed).atMost(size.images, size.tests);
      data.add(Data.of(sets, seed, size));
    }
    page.text(
        "A dense looped map learns to read digits. **While it trains**, its smallest weights go, a few"
            + " at a time (Zhu and Gupta 2017):");
    page.code("pruning");
    page.text(
        "The other way is to stay sparse throughout: start from a random mask, and now and then move"
            + " the smallest weights to where the loss is steepest (RigL, Evci et al. 2019). For"
            + " comparison a third network keeps its random mask.");
    page.code("rewiring");
    page.code("network");
    List<Trained> all = new ArrayList<>();
    int runs = (1 + WAYS.size() * size.sparsities.length) * size.seeds;
    try (Progress progress = page.progress("Train " + runs + " networks", runs)) {
      all.add(train(DENSE, 0, size.width, data, page, progress));
      for (Way way : WAYS) {
        for (double sparsity : size.sparsities) {
          all.add(train(way, sparsity, size.width, data, page, progress));
        }
      }
    }
    show(page, size, data.get(0).sets.train(), all);
    return all;
  }

  private static Trained train(
      Way way, double sparsity, int width, List<Data> seeds, Page page, Progress progress) {
    double[] accuracies = new double[seeds.size()];
    double milliseconds = 0;
    MultiLayerNetwork network = null;
    boolean isShown = way == PRUNED && sparsity == 0.9;
    MapWatch watch = null;
    for (int s = 0; s < accuracies.length; s++) {
      Data data = seeds.get(s);
      DigitImages train = data.sets.train();
      network = network(train.inputs(), width, way.startsSparse ? 1 - sparsity : 1, data.seed);
      TrainingListener listener = way.listener.make(sparsity, data.iterations());
      if (listener != null) {
        network.setListeners(listener);
      }
      if (isShown) {
        watch = MapWatch.every(2).build();
        network.addListeners(watch); // behind what prunes: sees what is left
      }
      DataSetIterator images = train.asVectors(BATCH, data.seed);
      network.fit(images, data.epochs);
      accuracies[s] = network.evaluate(data.sets.test().asVectors(250, 0)).accuracy();
      network.setListeners();
      images.reset();
      milliseconds += stepTime(network, images.next()) / accuracies.length;
      progress.note(String.format(Locale.ROOT, "%s %.2f: %.3f", way.name, sparsity, accuracies[s]));
      progress.step();
      System.gc(); // ND4J gives native memory back only then
    }
    RealizedMap map = LiveMaps.settings(network, "map").realized();
    if (isShown) {
      courses(page, watch.samples());
      page.picture(
          "pruned",
          BlockMaps.spy("The map after pruning to 90 %", map).picture(),
          "One threshold for both blocks; of the columns of x, those at the rim keep least.");
    }
    return new Trained(way.name, sparsity, map.trainableWeights(), accuracies, milliseconds);
  }

  private static void courses(Page page, List<MapSample> samples) {
    for (String measure : List.of("density", "hidden proportion", "spectral radius")) {
      page.picture(
          measure.replace(' ', '-'),
          MapCourse.draw("The map on its way to 90 %", samples, "map", measure),
          "");
    }
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

  private void show(Page page, Size size, DigitImages images, List<Trained> all) {
    Table table = Table.of("way", "sparsity", "weights", "test accuracy", "ms per step");
    for (Trained one : all) {
      table.row(
          one.way, one.sparsity, one.weights, Spread.of(one.accuracies), one.millisecondsPerStep);
    }
    page.table(
        table.caption(
            "Test images of " + digits.name() + "; mean ± standard deviation over seeds"));
    page.text(digits.source());
    String left = "weights left, log10";
    LearningCurves accuracy =
        LearningCurves.of("What is left does the work", left, "test accuracy");
    LearningCurves time = LearningCurves.of("Fewer weights, less time", left, "ms per step");
    for (Way way : WAYS) {
      List<Trained> own = all.stream().filter(t -> t.way.equals(way.name)).toList();
      double[] weights = own.stream().mapToDouble(t -> Math.log10(t.weights)).toArray();
      double[][] accuracies = new double[size.seeds][];
      for (int s = 0; s < size.seeds; s++) {
        int seed = s;
        accuracies[s] = own.stream().mapToDouble(t -> t.accuracies[seed]).toArray();
      }
      accuracy.curve(way.name, weights, accuracies);
      time.curve(
          way.name,
          weights,
          new double[][] {own.stream().mapToDouble(Trained::millisecondsPerStep).toArray()});
    }
    page.picture("accuracy", accuracy.picture(), "");
    page.picture("time", time.picture(), "A whole training step: map, read-out, loss and Adam.");
    long cells = (images.inputs() + size.width) * (long) size.width;
    page.check(
        "Every map has as many weights as its sparsity leaves of " + cells + " cells",
        all.stream().allMatch(t -> Math.abs(t.weights - (1 - t.sparsity) * cells) <= 2));
    double dense = Spread.of(all.get(0).accuracies).mean();
    double pruned = Spread.of(all.get(1).accuracies).mean();
    page.check(
        String.format(
            Locale.ROOT,
            "Pruned to %.0f %% it reads %.3f of the test images, %.3f without pruning: nearly as many",
            100 * all.get(1).sparsity,
            pruned,
            dense),
        pruned > dense - 0.05);
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new PruneWhileTraining(), args);
  }
}
