package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.examples.Races.Taught;
import org.iterativemaps.examples.Races.Trained;
import org.iterativemaps.examples.data.DelayedRecall;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The networks of {@link LongerMemory} learn to recall a symbol, all with about as many parameters.
 *
 * @param task what they learn
 * @param longest delay in training; there, all delays are equally likely
 * @param delays at which they are tested
 * @param seeds how many
 * @param updates of each training
 */
record RecallRace(DelayedRecall task, int longest, int[] delays, int seeds, int updates) {
  private static final int BATCH = 32;
  private static final int TESTS = 500;

  /** A kind of network: a recurrent layer, and whether the read-out is part of it. */
  private record Kind(String name, Layer recurrent, boolean isWhole) {}

  /** Trains all and shows what came out. */
  List<Trained> run(Page page) {
    page.text(
        String.format(
            Locale.ROOT,
            "## To recall a symbol\n\nOne time step holds one of %d symbols, all others distractors; at the"
                + " end the symbol is asked for. Trained with delays of 0 to %d, tested with longer"
                + " ones, too. All networks have about as many parameters; the LSTM is DL4J's, made a"
                + " map for speed.",
            task.symbols(),
            longest));
    page.code("networks");
    List<Trained> all = Races.run(page, seeds, kinds(), Kind::name, this::teach);
    show(page, all);
    return all;
  }

  // region networks
  private List<Kind> kinds() {
    double open = Math.log(LongerMemory.ALPHA / (1 - LongerMemory.ALPHA));
    return List.of(
        new Kind("slow units, alpha 0.95", map(scrn(false)).build(), true),
        new Kind("slow units, alpha trained", map(scrn(true)).biasInit("q", open).build(), true),
        new Kind("sigmoid map", map(plain(Activation.SIGMOID)).build(), false),
        new Kind("tanh map", map(plain(Activation.TANH)).build(), false),
        new Kind("LSTM", new LSTM.Builder().nOut(9).activation(Activation.TANH).build(), false));
  }

  private BlockMap scrn(boolean isTrained) {
    return LongerMemory.scrn(task.features(), 9, 16, task.symbols(), isTrained);
  }

  private static BlockMap plain(Activation activation) {
    return BlockMap.builder()
        .input("x")
        .stateWithoutBias("h", 22, activation)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.dense())
        .output("h")
        .build();
  }

  private static IterativeMapRecurrentLayer.Builder map(BlockMap map) {
    return new IterativeMapRecurrentLayer.Builder().map(map);
  }

  private MultiLayerNetwork network(Kind kind, long seed) {
    BaseLayer last =
        new OutputLayer.Builder(LossFunction.MCXENT)
            .activation(Activation.SOFTMAX)
            .hasBias(false)
            .nOut(task.symbols())
            .build();
    Layer loss = new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build();
    var layers =
        Races.adam(0.005, seed)
            .list()
            .layer(new LastTimeStep(kind.recurrent.clone()))
            .layer(kind.isWhole ? loss : last);
    if (!kind.isWhole) {
      layers.setInputType(InputType.recurrent(task.features()));
    }
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    return kind.recurrent instanceof LSTM ? IterativeMaps.fromRnn(network).network() : network;
  }

  // endregion

  private Taught teach(Kind kind, long seed, CoreTime time) {
    MultiLayerNetwork network = network(kind, seed);
    RandomSource random = RandomSource.of(seed, "train");
    for (int u = 0; u < updates; u++) {
      Races.update(network, task.draw(BATCH, longest + 1, 0, longest, random), time);
    }
    RandomSource tests = RandomSource.of(seed, "test");
    double[] accuracies = new double[delays.length];
    for (int d = 0; d < delays.length; d++) {
      int length = Math.max(longest, delays[d]) + 1;
      accuracies[d] =
          Races.accuracy(network, task.draw(TESTS, length, delays[d], delays[d], tests));
    }
    return new Taught(network.numParams(), network.numParams(), accuracies);
  }

  private void show(Page page, List<Trained> all) {
    List<String> columns = new ArrayList<>(List.of("network", "parameters"));
    Arrays.stream(delays).forEach(delay -> columns.add("delay " + delay));
    Table table = Table.of(columns.toArray(String[]::new));
    LearningCurves curves =
        LearningCurves.of("Symbols recalled", "delay", "share of right answers");
    double[] places = Arrays.stream(delays).asDoubleStream().toArray();
    for (Trained one : all) {
      List<Object> row = new ArrayList<>(List.of(one.name(), one.parameters()));
      for (int d = 0; d < delays.length; d++) {
        row.add(Spread.of(one.at(d)));
      }
      table.row(row.toArray());
      curves.curve(one.name(), places, one.scores());
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "Accuracy on %d new sequences, mean ± deviation of %d seeds; chance is %.3f, trained"
                    + " delays are 0 to %d",
                TESTS,
                seeds,
                1.0 / task.symbols(),
                longest)));
    page.picture("recall", curves.picture(), "Median and range over the seeds.");
  }
}
