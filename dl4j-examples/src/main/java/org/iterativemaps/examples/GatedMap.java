package org.iterativemaps.examples;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** An LSTM cell written as a block map is DL4J's {@code LSTM}: outputs and training. */
public final class GatedMap implements Notebook<GatedMap.Result> {
  private static final int N_IN = 6;
  private static final int UNITS = 10;
  private static final int TIME = 12;
  private static final int BATCH = 8;

  /**
   * How far the two LSTMs are apart.
   *
   * @param outputDifference largest difference of outputs from the same weights
   * @param trainedDifference the same after training both
   * @param firstScore loss before training
   * @param lastScore loss after it
   * @param sparseParameters of the GRU whose recurrent blocks are sparse
   * @param denseParameters of the same GRU, dense
   */
  public record Result(
      double outputDifference,
      double trainedDifference,
      double firstScore,
      double lastScore,
      long sparseParameters,
      long denseParameters) {}

  @Override
  public String title() {
    return "Gated cells are block maps";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  // region lstm
  static BlockMap lstm() {
    return BlockMap.builder()
        .input("x", N_IN)
        .wire("g", UNITS, Activation.TANH) // what may be written
        .wire("f", UNITS, Activation.SIGMOID) // what is kept
        .wire("o", UNITS, Activation.SIGMOID) // what is shown
        .wire("i", UNITS, Activation.SIGMOID) // how much is written
        .wireWithoutBias("memory", UNITS, Activation.IDENTITY)
        .wireWithoutBias("shown", UNITS, Activation.TANH)
        .stateWithoutBias("c", UNITS, Activation.IDENTITY)
        .stateWithoutBias("h", UNITS, Activation.IDENTITY)
        .connect("x", "g", Sparsity.dense())
        .connect("h", "g", Sparsity.dense())
        .connect("x", "f", Sparsity.dense())
        .connect("h", "f", Sparsity.dense())
        .connect("x", "o", Sparsity.dense())
        .connect("h", "o", Sparsity.dense())
        .connect("x", "i", Sparsity.dense())
        .connect("h", "i", Sparsity.dense())
        .connect(List.of("f", "c"), "memory", BlockFunctions.product()) // f * c + i * g
        .connect(List.of("i", "g"), "memory", BlockFunctions.product())
        .connect("memory", "c", BlockFunctions.identity())
        .connect("memory", "shown", BlockFunctions.identity())
        .connect(List.of("o", "shown"), "h", BlockFunctions.product()) // o * tanh(memory)
        .output("h")
        .build();
  }

  // endregion

  // region gru
  static BlockMap gru(Sparsity recurrent) {
    return BlockMap.builder()
        .input("x", N_IN)
        .wire("r", UNITS, Activation.SIGMOID) // reset
        .wire("u", UNITS, Activation.SIGMOID) // keep
        .wireWithoutBias("s", UNITS, Activation.IDENTITY)
        .state("h", UNITS, Activation.TANH)
        .connect("x", "r", Sparsity.dense())
        .connect("h", "r", recurrent)
        .connect("x", "u", Sparsity.dense())
        .connect("h", "u", recurrent)
        .connect(List.of("r", "h"), "s", BlockFunctions.product())
        .connect("x", "h", Sparsity.dense())
        .connect("s", "h", recurrent)
        .update("h", Update.gated("u")) // u * h + (1 - u) * tanh(…)
        .output("h")
        .build();
  }

  // endregion

  // region layer
  static Layer layer(BlockMap map) {
    return new IterativeMapRecurrentLayer.Builder().map(map).build();
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "With blocks that multiply slots, gates are slots like any other. An **LSTM** keeps a memory c"
            + " and an output h; its gates are *wires*, slots that are computed anew in every step:");
    page.code("lstm");
    page.text("In a network it is a layer, configured, saved and trained like any other:");
    page.code("layer");

    MultiLayerNetwork written =
        network(new LSTM.Builder().nIn(N_IN).nOut(UNITS).activation(Activation.TANH).build());
    MultiLayerNetwork map = network(layer(lstm()));
    page.step("Copy the weights of DL4J's LSTM", () -> copyWeights(written, map));
    DataSet data = data(page.seed());
    double outputs = difference(written, map, data);
    page.check(
        String.format(Locale.ROOT, "Outputs are those of DL4J's LSTM (difference %.0e)", outputs),
        outputs < 1e-12);

    double first = written.score(data);
    int updates = page.quick() ? 30 : 200;
    try (Progress progress = page.progress("training both", updates)) {
      for (int u = 0; u < updates; u++) {
        written.fit(data);
        map.fit(data);
        progress.step();
      }
    }
    double last = written.score(data);
    double trained = difference(written, map, data);
    page.check(
        String.format(
            Locale.ROOT,
            "After %d updates with Adam they still are (difference %.0e, loss %.3f to %.3f)",
            updates,
            trained,
            first,
            last),
        trained < 1e-8 && Math.abs(last - map.score(data)) < 1e-9);

    page.text(
        "A **GRU** is a gated update of its one state slot. Every block may be sparse, which DL4J's"
            + " own cells cannot be:");
    page.code("gru");
    long dense = network(layer(gru(Sparsity.dense()))).getLayer(0).numParams();
    MultiLayerNetwork sparse = network(layer(gru(Sparsity.fanIn(2))));
    page.table(
        Table.of("GRU", "parameters")
            .row("dense", dense)
            .row("two recurrent weights per unit", sparse.getLayer(0).numParams()));
    double before = sparse.score(data);
    for (int u = 0; u < updates; u++) {
      sparse.fit(data);
    }
    page.check(
        String.format(
            Locale.ROOT, "The sparse GRU learns: loss %.3f to %.3f", before, sparse.score(data)),
        sparse.score(data) < before);
    return new Result(outputs, trained, first, last, sparse.getLayer(0).numParams(), dense);
  }

  private static MultiLayerNetwork network(Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .updater(new Adam(0.01))
                .list()
                .layer(layer)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .nOut(1)
                        .build())
                .setInputType(InputType.recurrent(N_IN))
                .build());
    network.init();
    return network;
  }

  // region copy
  /** DL4J keeps W[nIn, 4 units], RW[units, 4 units] and b, columns in the order g, f, o, i. */
  private static void copyWeights(MultiLayerNetwork from, MultiLayerNetwork to) {
    String[] gates = {"g", "f", "o", "i"};
    for (int gate = 0; gate < gates.length; gate++) {
      String name = gates[gate];
      put(to, Parameter.weightKey("x", name), columns(from, "0_W", gate).transpose());
      put(to, Parameter.weightKey("h", name), columns(from, "0_RW", gate).transpose());
      put(to, Parameter.biasKey(name), columns(from, "0_b", gate));
    }
    to.setParam("1_W", from.getParam("1_W"));
    to.setParam("1_b", from.getParam("1_b"));
  }

  private static INDArray columns(MultiLayerNetwork network, String parameter, int gate) {
    return network
        .getParam(parameter)
        .get(NDArrayIndex.all(), NDArrayIndex.interval(gate * UNITS, (gate + 1) * UNITS));
  }

  private static void put(MultiLayerNetwork network, String key, INDArray matrix) {
    INDArray rows = matrix.dup('c');
    network.setParam("0_" + key, rows.reshape('c', new long[] {rows.length()}));
  }

  // endregion

  private static double difference(MultiLayerNetwork one, MultiLayerNetwork other, DataSet data) {
    INDArray input = data.getFeatures();
    return Magnitude.largestDifference(one.output(input), other.output(input));
  }

  /** The sum of the first feature over the last three tokens is asked for. */
  private static DataSet data(long seed) {
    RandomSource random = RandomSource.of(seed, "gated");
    INDArray input = Nd4j.zeros(DataType.DOUBLE, BATCH, N_IN, TIME);
    INDArray target = Nd4j.zeros(DataType.DOUBLE, BATCH, 1, TIME);
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t < TIME; t++) {
        for (int i = 0; i < N_IN; i++) {
          input.putScalar(new int[] {b, i, t}, random.nextGaussian());
        }
        double sum = 0;
        for (int back = 0; back < 3 && back <= t; back++) {
          sum += input.getDouble(b, 0, t - back);
        }
        target.putScalar(new int[] {b, 0, t}, sum);
      }
    }
    return new DataSet(input, target);
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new GatedMap(), args);
  }
}
