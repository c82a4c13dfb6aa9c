package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.examples.data.ControlCharts;
import org.iterativemaps.examples.data.Sequences;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.iterativemaps.surgery.LiveMaps;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** An LSTM swapped for a map in a line, exactly; then sparse, and pruned while it trains. */
public final class GatedMap implements Notebook<GatedMap.Result> {
  private static final int UNITS = 10;
  private static final int WIDE = 20;
  private static final int BATCH = 30;
  private static final int TESTS = 150;

  /**
   * What one kind of network did.
   *
   * @param name of it
   * @param weights of its recurrent layer, biases not counted, after training
   * @param accuracies on test charts, one per seed
   * @param milliseconds of a fit step of 30 charts, the median
   */
  public record Trained(String name, long weights, double[] accuracies, double milliseconds) {}

  /**
   * What came out.
   *
   * @param outputDifference largest difference of outputs from DL4J's LSTM, after the swap
   * @param trainedDifference the same after training both
   * @param all the networks that were compared
   */
  public record Result(double outputDifference, double trainedDifference, List<Trained> all) {}

  /** A kind of network: its recurrent layer, and the share that is pruned while it trains. */
  private record Kind(String name, Layer layer, double pruned) {}

  /** How much is done. */
  private record Size(int seeds, int charts, int epochs) {
    int iterations() {
      return epochs * ((charts + BATCH - 1) / BATCH);
    }
  }

  @Override
  public String title() {
    return "An LSTM as a map: exact, then sparse";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  // region swap
  static MultiLayerNetwork swapped(MultiLayerNetwork lstm) {
    return IterativeMaps.fromRnn(lstm).network();
  }

  // endregion

  // region sparse
  /** As many weights as an LSTM of ten units has, in twice as many units. */
  static Layer sparse() {
    int weights = 4 * (1 * UNITS + UNITS * UNITS);
    int fromToken = 4 * WIDE;
    return new IterativeMapRecurrentLayer.Builder()
        .lstm(WIDE)
        .hiddenSparsity(Sparsity.entries((weights - fromToken) / 4))
        .build();
  }

  static BlockMap gru() {
    return GatedMaps.gru(WIDE).density(0.2).build(); // or minGru, coupled, gravesLstm
  }

  // endregion

  // region pruning
  static TrainingListener pruning(double share, int iterations) {
    int every = Math.max(1, iterations / 40);
    return new GradualPruning(
        BlockChoice.all(),
        SparsitySchedule.cubic(share, iterations / 10, 2 * iterations / 3, every),
        Scope.GLOBAL);
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    Size size = page.quick() ? new Size(1, 150, 2) : new Size(5, 300, 30);
    page.text(
        "Gates are slots like any other, so an **LSTM** is a map. A trained network becomes one in"
            + " a line:");
    page.code("swap");
    double[] differences = page.step("Swap and train both", () -> exactly(page));
    page.check(
        String.format(
            Locale.ROOT, "Outputs are those of DL4J's LSTM (difference %.0e)", differences[0]),
        differences[0] < 1e-12);
    page.check(
        String.format(
            Locale.ROOT,
            "After training both with Adam they still are (difference %.0e)",
            differences[1]),
        differences[1] < 1e-8);

    page.text(
        "The same cells are ready-made, and every block of them may be sparse. Weights may also go"
            + " while the network trains:");
    page.code("sparse");
    page.code("pruning");
    page.text(
        String.format(
            Locale.ROOT,
            "The task: which of six kinds a curve of %d points is (synthetic control charts, drawn"
                + " anew for every seed; %d to train with, %d to test).",
            ControlCharts.TIME,
            size.charts,
            TESTS));
    List<Trained> all = compare(page, size);
    Table table = Table.of("recurrent layer", "weights", "accuracy", "fit step, ms");
    for (Trained one : all) {
      table.row(
          one.name,
          one.weights,
          Spread.of(one.accuracies),
          String.format(Locale.ROOT, "%.2f", one.milliseconds));
    }
    page.table(table.caption("Accuracy over the seeds; a fit step is 30 charts, on one thread."));
    page.text(
        String.format(
            Locale.ROOT,
            "The map trains %.1f times as fast as the LSTM that it is.",
            all.get(0).milliseconds / all.get(1).milliseconds));
    return new Result(differences[0], differences[1], all);
  }

  /** Differences from DL4J's LSTM in DOUBLE, before and after training. */
  private static double[] exactly(Page page) {
    MultiLayerNetwork lstm = network(lstm(UNITS), DataType.DOUBLE, page.seed());
    MultiLayerNetwork map = swapped(lstm);
    DataSet charts = ControlCharts.make(24, page.seed()).iterator(24, 0).next();
    charts.setFeatures(charts.getFeatures().castTo(DataType.DOUBLE));
    charts.setLabels(charts.getLabels().castTo(DataType.DOUBLE));
    double before = difference(lstm, map, charts.getFeatures());
    for (int i = 0; i < (page.quick() ? 5 : 50); i++) {
      lstm.fit(charts);
      map.fit(charts);
    }
    return new double[] {before, difference(lstm, map, charts.getFeatures())};
  }

  private static double difference(MultiLayerNetwork one, MultiLayerNetwork other, INDArray input) {
    return Magnitude.largestDifference(one.output(input), other.output(input));
  }

  private static Layer lstm(int units) {
    return new LSTM.Builder().nOut(units).activation(Activation.TANH).build();
  }

  private static List<Trained> compare(Page page, Size size) throws Exception {
    Layer wide = new IterativeMapRecurrentLayer.Builder().lstm(WIDE).build();
    Layer plain =
        new IterativeMapRecurrentLayer.Builder().nOut(WIDE).activation(Activation.TANH).build();
    List<Kind> kinds =
        List.of(
            new Kind("DL4J's LSTM, 10 units", lstm(UNITS), 0),
            new Kind("the same as a map", null, 0),
            new Kind("sparse gated map, 20 units", sparse(), 0),
            new Kind("gated map, 20 units, pruned to 90 %", wide, 0.9),
            new Kind("tanh map without gates, 20 units", plain, 0));
    List<Trained> all = new ArrayList<>();
    int runs = kinds.size() * size.seeds;
    try (Progress progress = page.progress("Train " + runs + " networks", runs)) {
      for (Kind kind : kinds) {
        all.add(train(kind, size, page, progress));
      }
    }
    return all;
  }

  private static Trained train(Kind kind, Size size, Page page, Progress progress) {
    double[] accuracies = new double[size.seeds];
    List<Double> milliseconds = new ArrayList<>();
    long weights = 0;
    for (int s = 0; s < size.seeds; s++) {
      long seed = page.seed() + s;
      Sequences charts = ControlCharts.make(size.charts + TESTS, seed);
      MultiLayerNetwork network =
          kind.layer == null
              ? swapped(network(lstm(UNITS), DataType.FLOAT, seed))
              : network(kind.layer.clone(), DataType.FLOAT, seed);
      if (kind.pruned > 0) {
        network.setListeners(pruning(kind.pruned, size.iterations()));
      }
      DataSetIterator batches = charts.range(0, size.charts).iterator(BATCH, seed);
      // The last quarter of the steps: compiled, and as sparse as it gets.
      int first = size.iterations() * 3 / 4;
      int step = 0;
      for (int epoch = 0; epoch < size.epochs; epoch++) {
        batches.reset();
        while (batches.hasNext()) {
          DataSet batch = batches.next();
          long start = System.nanoTime();
          network.fit(batch);
          if (step++ >= first) {
            milliseconds.add((System.nanoTime() - start) / 1e6);
          }
        }
      }
      Sequences tests = charts.range(size.charts, size.charts + TESTS);
      accuracies[s] = network.evaluate(tests.iterator(TESTS, 0)).accuracy();
      weights = weights(network);
      if (kind.pruned > 0 && s == 0) {
        page.picture(
            "pruned",
            BlockMaps.spy("The gates' blocks after pruning to 90 %", map(network)).picture(),
            "One threshold for all blocks: gates keep different shares of their weights.");
      }
      progress.note(String.format(Locale.ROOT, "%s: %.3f", kind.name, accuracies[s]));
      progress.step();
    }
    double[] last = milliseconds.stream().mapToDouble(Double::doubleValue).toArray();
    return new Trained(kind.name, weights, accuracies, Spread.of(last).median());
  }

  private static RealizedMap map(MultiLayerNetwork network) {
    return LiveMaps.settings(network, "#0").realized();
  }

  private static long weights(MultiLayerNetwork network) {
    Layer inner =
        ((LastTimeStep) network.getLayerWiseConfigurations().getConf(0).getLayer()).getUnderlying();
    return inner instanceof LSTM ? 4L * (UNITS + UNITS * UNITS) : map(network).trainableWeights();
  }

  private static MultiLayerNetwork network(Layer layer, DataType type, long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(type)
                .updater(new Adam(0.005))
                .list()
                .layer(new LastTimeStep(layer))
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(ControlCharts.KINDS)
                        .build())
                .setInputType(InputType.recurrent(1))
                .build());
    network.init();
    return network;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new GatedMap(), args);
  }
}
