package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.Races.Taught;
import org.iterativemaps.examples.Races.Trained;
import org.iterativemaps.examples.data.SelectiveCopying;
import org.iterativemaps.examples.notebook.Page;
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
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The networks of {@link MinimalGates} learn selective copying, all with about as many weights of
 * the recurrent layers.
 *
 * @param task what they learn
 * @param weights of all recurrent layers, biases not counted, as near as whole units come
 * @param layers of minimal cells, from one to so many
 * @param seeds how many
 * @param updates of each training
 */
record CopyingRace(SelectiveCopying task, int weights, int layers, int seeds, int updates) {
  private static final int BATCH = 32;
  private static final int MEASURED = 10;

  /** Layers of cells. */
  record Kind(String name, int layers, Supplier<GatedMapBuilder> cell) {}

  /** Trains all and shows what came out. */
  List<Trained> run(Page page) {
    page.text(
        String.format(
            Locale.ROOT,
            "## Selective copying\n\n%d of %d time steps hold one of %d symbols, the others a blank; then"
                + " the symbols are to be told in their order. All networks have about %d weights"
                + " in their recurrent layers, from the token and from the state; what a minimal cell"
                + " saves, it has in units and layers.",
            task.copied(),
            task.length(),
            task.symbols(),
            weights));
    page.code("network");
    List<Trained> all = Races.run(page, seeds, kinds(), Kind::name, this::teach);
    show(page, all);
    return all;
  }

  // region network
  private MultiLayerNetwork network(Kind kind, long seed) {
    var layers = Races.adam(0.01, seed).list();
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
    for (int deep = 1; deep <= layers; deep++) {
      int gru = units(2, 0, deep);
      int lstm = units(3, 0, deep);
      kinds.add(new Kind(name("minGRU", deep, gru), deep, () -> GatedMaps.minGru(gru)));
      kinds.add(new Kind(name("minLSTM", deep, lstm), deep, () -> GatedMaps.minLstm(lstm)));
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

  private Taught teach(Kind kind, long seed, CoreTime time) {
    double[] accuracies = new double[MEASURED];
    MultiLayerNetwork network = network(kind, seed);
    RandomSource random = RandomSource.of(seed, "train");
    DataSet test = task.draw(500, RandomSource.of(seed, "test"));
    for (int m = 0; m < MEASURED; m++) {
      for (int u = 0; u < updates / MEASURED; u++) {
        Races.update(network, task.draw(BATCH, random), time);
      }
      accuracies[m] = Races.accuracy(network, test);
    }
    return new Taught(weights(network, kind.layers), network.numParams(), accuracies);
  }

  private static long weights(MultiLayerNetwork network, int layers) {
    return IntStream.range(0, layers)
        .mapToLong(l -> LiveMaps.settings(network, "#" + l).realized().trainableWeights())
        .sum();
  }

  private void show(Page page, List<Trained> all) {
    Table table =
        Table.of("network", "weights of recurrent layers", "parameters", "accuracy", "update, ms");
    for (Trained one : all) {
      table.row(
          one.name(),
          one.counted(),
          one.parameters(),
          Spread.of(one.last()),
          String.format(Locale.ROOT, "%.2f", one.milliseconds()));
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
    double[] places =
        IntStream.rangeClosed(1, MEASURED).mapToDouble(m -> m * (updates / MEASURED)).toArray();
    for (String cell : List.of("GRU", "LSTM")) {
      LearningCurves curves =
          LearningCurves.of("Selective copying", "update", "share of symbols copied");
      all.stream()
          .filter(one -> one.name().contains(cell))
          .forEach(one -> curves.curve(one.name(), places, one.scores()));
      page.picture(
          cell.toLowerCase(Locale.ROOT), curves.picture(), "Median and range over the seeds.");
    }
  }
}
