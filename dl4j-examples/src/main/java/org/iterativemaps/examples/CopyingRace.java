package org.iterativemaps.examples;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.utilty.SingletonDataSetIterator;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.SelectiveCopying;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.surgery.LiveMaps;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The networks of {@link MinimalGates} learn selective copying, all with about as many recurrent
 * weights.
 *
 * @param task what they learn
 * @param weights of all recurrent layers, as near as whole units come
 * @param seeds how many
 * @param updates of each training
 */
record CopyingRace(SelectiveCopying task, int weights, int seeds, int updates) {
  private static final int BATCH = 32;
  private static final int MEASURED = 10;
  // Of this thread alone: whatever else the machine does is not counted.
  private static final ThreadMXBean CORE = ManagementFactory.getThreadMXBean();

  /**
   * What one kind of network did.
   *
   * @param name of it
   * @param weights of its recurrent layers, biases not counted
   * @param updates after which it was measured
   * @param accuracies of copied symbols, [seed][measurement]
   * @param milliseconds of a core for an update, the median
   */
  record Trained(
      String name, long weights, double[] updates, double[][] accuracies, double milliseconds) {

    /** After the last update, one for each seed. */
    double[] last() {
      return Arrays.stream(accuracies).mapToDouble(a -> a[a.length - 1]).toArray();
    }
  }

  /** Layers of cells. */
  record Kind(String name, int layers, Supplier<GatedMapBuilder> cell) {}

  /** Trains all and shows what came out. */
  List<Trained> run(Page page) {
    page.text(
        String.format(
            Locale.ROOT,
            "## Selective copying\n\n%d of %d time steps hold one of %d symbols, the others a blank; then"
                + " the symbols are to be told in their order. All networks have about %d recurrent"
                + " weights; what a minimal cell saves, it has in units and layers.",
            task.copied(),
            task.length(),
            task.symbols(),
            weights));
    page.code("network");
    List<Trained> all = new ArrayList<>();
    List<Kind> kinds = kinds();
    try (Progress progress = page.progress("Train", (long) kinds.size() * seeds)) {
      for (Kind kind : kinds) {
        all.add(train(kind, page.seed(), progress));
      }
    }
    show(page, all);
    return all;
  }

  // region network
  private MultiLayerNetwork network(Kind kind, long seed) {
    var layers =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(new Adam(0.01))
            .gradientNormalization(GradientNormalization.ClipL2PerLayer)
            .gradientNormalizationThreshold(1)
            .list();
    for (int layer = 0; layer < kind.layers; layer++) {
      layers.layer(new IterativeMapRecurrentLayer.Builder().map(kind.cell.get()).build());
    }
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            layers
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(task.symbols())
                        .build())
                .setInputType(InputType.recurrent(task.features()))
                .build());
    network.init();
    return network;
  }

  // endregion

  private List<Kind> kinds() {
    List<Kind> kinds = new ArrayList<>();
    for (int layers = 1; layers <= 3; layers++) {
      int gru = units(2, 0, layers);
      int lstm = units(3, 0, layers);
      kinds.add(new Kind(name("minGRU", layers, gru), layers, () -> GatedMaps.minGru(gru)));
      kinds.add(new Kind(name("minLSTM", layers, lstm), layers, () -> GatedMaps.minLstm(lstm)));
    }
    int gru = units(3, 3, 1);
    int lstm = units(4, 4, 1);
    kinds.add(new Kind(name("GRU", 1, gru), 1, () -> GatedMaps.gru(gru)));
    kinds.add(new Kind(name("LSTM", 1, lstm), 1, () -> GatedMaps.lstm(lstm)));
    return kinds;
  }

  private static String name(String cell, int layers, int units) {
    return cell + ", " + (layers == 1 ? "1 layer of " : layers + " layers of ") + units;
  }

  /** Units that come nearest, with so many blocks from the token and from the state. */
  private int units(int fromToken, int fromState, int layers) {
    return IntStream.rangeClosed(1, weights)
        .boxed()
        .min(
            Comparator.comparingLong(
                u -> {
                  long deeper = (layers - 1L) * u;
                  long read =
                      fromToken * (task.features() + deeper) + (long) fromState * layers * u;
                  return Math.abs(weights - u * read);
                }))
        .orElseThrow();
  }

  private Trained train(Kind kind, long firstSeed, Progress progress) {
    double[] places = new double[MEASURED];
    double[][] accuracies = new double[seeds][MEASURED];
    List<Double> milliseconds = new ArrayList<>();
    long found = 0;
    for (int s = 0; s < seeds; s++) {
      long seed = firstSeed + s;
      MultiLayerNetwork network = network(kind, seed);
      RandomSource random = RandomSource.of(seed, "train");
      DataSet test = task.draw(500, RandomSource.of(seed, "test"));
      for (int u = 1; u <= updates; u++) {
        DataSet batch = task.draw(BATCH, random);
        long start = CORE.getCurrentThreadCpuTime();
        network.fit(batch);
        if (u > updates / 2) { // compiled
          milliseconds.add((CORE.getCurrentThreadCpuTime() - start) / 1e6);
        }
        if (u % (updates / MEASURED) == 0) {
          int m = u / (updates / MEASURED) - 1;
          places[m] = u;
          accuracies[s][m] = network.evaluate(new SingletonDataSetIterator(test)).accuracy();
        }
      }
      found = weights(network, kind.layers);
      progress.note(String.format(Locale.ROOT, "%s: %.3f", kind.name, accuracies[s][MEASURED - 1]));
      progress.step();
    }
    double[] all = milliseconds.stream().mapToDouble(Double::doubleValue).toArray();
    return new Trained(kind.name, found, places, accuracies, Spread.of(all).median());
  }

  private static long weights(MultiLayerNetwork network, int layers) {
    return IntStream.range(0, layers)
        .mapToLong(l -> LiveMaps.settings(network, "#" + l).realized().trainableWeights())
        .sum();
  }

  private void show(Page page, List<Trained> all) {
    Table table = Table.of("network", "weights", "accuracy", "update, ms");
    for (Trained one : all) {
      table.row(
          one.name,
          one.weights,
          Spread.of(one.last()),
          String.format(Locale.ROOT, "%.2f", one.milliseconds));
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "Symbols of 500 new sequences, mean ± deviation of %d seeds; chance is %.3f. An update"
                    + " is %d sequences; its time is a core's",
                seeds,
                1.0 / task.symbols(),
                BATCH)));
    for (String cell : List.of("GRU", "LSTM")) {
      LearningCurves curves =
          LearningCurves.of("Selective copying", "update", "share of symbols copied");
      all.stream()
          .filter(one -> one.name.contains(cell))
          .forEach(one -> curves.curve(one.name, one.updates, one.accuracies));
      page.picture(
          cell.toLowerCase(Locale.ROOT), curves.picture(), "Median and range over the seeds.");
    }
  }
}
