package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.examples.data.Spirals;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** From the triangular map of an MLP to a fully recurrent one, a group of blocks at a time. */
public final class FromMlpToRnn implements Notebook<List<FromMlpToRnn.Row>> {
  private static final int WIDTH = 12;
  private static final int[] STEPS = {3, 5, 8};

  /**
   * One map and one K.
   *
   * @param blocks which are open
   * @param steps K
   * @param weights that it has
   * @param accuracies on the test set, one per seed
   */
  public record Row(String blocks, int steps, long weights, double[] accuracies) {}

  // region opened
  /** What is opened, one group after the other: blocks from slot to slot. */
  private static final Map<String, String[][]> GROUPS = groups();

  private static Map<String, String[][]> groups() {
    Map<String, String[][]> groups = new LinkedHashMap<>();
    groups.put("triangular", new String[][] {});
    groups.put("+ skip", new String[][] {{"x", "h2"}, {"x", "y"}, {"h1", "y"}});
    groups.put("+ feedback", new String[][] {{"h2", "h1"}, {"y", "h1"}, {"y", "h2"}});
    groups.put("+ recurrence", new String[][] {{"h1", "h1"}, {"h2", "h2"}});
    return groups;
  }

  /** The same map with more blocks, whose weights start at zero: it computes what it did. */
  private static MapWeights opened(MapWeights before, String[][] more) {
    BlockMap map = before.map();
    BlockMapBuilder builder = BlockMap.builder();
    map.slots().forEach(builder::add);
    map.blocks().forEach(builder::add);
    Map<String, double[]> values = new LinkedHashMap<>();
    before.realized().parameters().forEach(p -> values.put(p.key(), before.values(p.key())));
    for (String[] block : more) {
      builder.connect(block[0], block[1], Sparsity.dense());
      int cells = map.slot(block[0]).size() * map.slot(block[1]).size();
      values.put(Parameter.weightKey(block[0], block[1]), new double[cells]);
    }
    return new MapWeights(builder.output(map.output().name()).build().realize(), values);
  }

  // endregion

  @Override
  public String title() {
    return "From an MLP to an RNN";
  }

  /** Small arrays: threads would only wait for each other. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  @Override
  public List<Row> run(Page page) throws Exception {
    page.text(
        "The same matrix of blocks holds an MLP and a recurrent network; the difference is which"
            + " blocks are there. This notebook starts from a small MLP that has begun to tell two"
            + " spirals apart and opens the other blocks group by group: **skip**"
            + " connections below the diagonal, **feedback** above it, **recurrence** on it. New"
            + " weights start at zero, so that nothing changes until they are trained.");
    page.code("opened");
    int seeds = page.quick() ? 2 : 3;
    int epochs = page.quick() ? 60 : 200;
    Map<String, double[][]> accuracies = new LinkedHashMap<>();
    Map<String, Long> sizes = new LinkedHashMap<>();
    GROUPS.keySet().forEach(group -> accuracies.put(group, new double[STEPS.length][seeds]));
    MapWeights whole = null;
    double startsAt = 0;
    try (Progress progress =
        page.progress("training", (long) seeds * GROUPS.size() * STEPS.length)) {
      for (int seed = 0; seed < seeds; seed++) {
        DataSet train = Spirals.make(300, page.seed() + seed);
        DataSet test = Spirals.make(600, page.seed() + seed + 1000);
        MapWeights start = trainedMlp(page.seed() + seed, train, epochs);
        INDArray before = network(start, 3).output(test.getFeatures());
        for (Map.Entry<String, String[][]> group : GROUPS.entrySet()) {
          start = opened(start, group.getValue());
          sizes.put(group.getKey(), start.realized().trainableWeights());
          whole = start;
          for (int k = 0; k < STEPS.length; k++) {
            MultiLayerNetwork network = network(start, STEPS[k]);
            startsAt =
                Math.max(
                    startsAt,
                    Magnitude.largestDifference(before, network.output(test.getFeatures())));
            for (int epoch = 0; epoch < epochs; epoch++) {
              network.fit(train);
            }
            accuracies.get(group.getKey())[k][seed] = accuracy(network, test);
            progress.step();
          }
        }
      }
    }
    page.picture(
        "open",
        BlockMaps.spy("Every block open", whole.realized()).picture(),
        "The last map: the MLP's blocks and all that were opened.");
    page.check(
        String.format(
            Locale.ROOT,
            "Before training every map and every K answers what the MLP does: the largest difference"
                + " is %.1e, in single precision",
            startsAt),
        startsAt <= 1e-6);
    List<Row> result = new ArrayList<>();
    Table table = Table.of("blocks", "weights", "K = 3", "K = 5", "K = 8");
    accuracies.forEach(
        (group, byK) -> {
          for (int k = 0; k < STEPS.length; k++) {
            result.add(new Row(group, STEPS[k], sizes.get(group), byK[k]));
          }
          table.row(
              group, sizes.get(group), Spread.of(byK[0]), Spread.of(byK[1]), Spread.of(byK[2]));
        });
    page.table(
        table.caption(
            "Test accuracy after "
                + epochs
                + " more epochs for every map, mean ± standard deviation over "
                + seeds
                + " seeds"));
    page.text(
        "The first row is the control: as much training without a new block; with a held input K"
            + " makes no difference there. Skips change what is computed at K = 3 already. Loops"
            + " need K above the depth to come round; what they and the larger K bring is in the"
            + " table. Each row also has more weights than the one before, so this is no"
            + " comparison at equal size.");
    page.text(
        "With a sequence in place of the held input and K = 1 the last map is an ordinary recurrent"
            + " network: `IterativeMapRecurrentLayer` takes the same map and the same weights. Nothing"
            + " jumps on the way: with its recurrent weights turned up from zero, a map is DL4J's own"
            + " dense layers at one end, and its own `SimpleRnn` from there to the other.");
    page.code(Continuum.class, "measure");
    Continuum continuum = Continuum.measure(page.seed());
    page.check(
        String.format(
            Locale.ROOT,
            "The largest difference is %.1e from the dense layers, %.1e from SimpleRnn",
            continuum.fromMlp(),
            continuum.fromRnn()),
        continuum.fromMlp() <= 1e-12 && continuum.fromRnn() <= 1e-12);
    return result;
  }

  private static MapWeights trainedMlp(long seed, DataSet train, int epochs) {
    MultiLayerNetwork mlp =
        new MultiLayerNetwork(
            conf(seed)
                .list()
                .layer(new DenseLayer.Builder().name("h1").nOut(WIDTH).build())
                .layer(new DenseLayer.Builder().name("h2").nOut(WIDTH).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("y")
                        .activation(Activation.SOFTMAX)
                        .nOut(2)
                        .build())
                .setInputType(InputType.feedForward(2))
                .build());
    mlp.init();
    for (int epoch = 0; epoch < epochs; epoch++) {
      mlp.fit(train);
    }
    return LayerWeights.read(IterativeMaps.fromMlp(mlp).network().getLayer(0));
  }

  private static MultiLayerNetwork network(MapWeights weights, int steps) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(1)
                .list()
                .layer(new IterativeMapLayer.Builder().map(weights.map()).steps(steps).build())
                .layer(
                    new LossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    network.init();
    LayerWeights.write(weights, network.getLayer(0));
    return network;
  }

  private static NeuralNetConfiguration.Builder conf(long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(0.01))
        .activation(Activation.TANH);
  }

  private static double accuracy(MultiLayerNetwork network, DataSet test) {
    return network
        .output(test.getFeatures())
        .argMax(1)
        .eq(test.getLabels().argMax(1))
        .castTo(DataType.DOUBLE)
        .meanNumber()
        .doubleValue();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new FromMlpToRnn(), args);
  }
}
