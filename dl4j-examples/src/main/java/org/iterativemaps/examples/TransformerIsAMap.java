package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.iterativemaps.examples.EncoderMaps.Sizes;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.samediff.SDIterative;
import org.iterativemaps.samediff.SDMap;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A transformer encoder as an iterated map: equal to SameDiff's own operations, then tied. */
public final class TransformerIsAMap implements Notebook<TransformerIsAMap.Result> {
  private static final int DEPTH = 3;
  private static final int BATCH = 64;
  private static final double LEARNING_RATE = 0.005;

  /**
   * What became of one encoder.
   *
   * @param name of it
   * @param parameters of the whole network
   * @param updates after which the accuracy was measured
   * @param accuracies on test digits, then
   */
  public record Trained(String name, long parameters, double[] updates, double[] accuracies) {
    /**
     * After the last update.
     *
     * @return a fraction
     */
    public double accuracy() {
      return accuracies[accuracies.length - 1];
    }
  }

  /**
   * All of it.
   *
   * @param attentionDifference largest between the attention of the map and SameDiff's
   * @param encoderDifference largest between the whole encoders
   * @param trained the tied and the untied encoder
   */
  public record Result(
      double attentionDifference, double encoderDifference, List<Trained> trained) {}

  @Override
  public String title() {
    return "A transformer is an iterated map";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "A block of a map may be any function from slot to slot. One encoder layer is then one step:"
            + " **attention** is a block from the slots of queries, keys and values, the"
            + " **feed-forward** part is two linear blocks, layer normalisation belongs to a slot, and"
            + " a residual connection is an identity block. Slots that keep nothing between steps are"
            + " *wires*.");
    page.code(EncoderMaps.class, "layer");
    page.text(
        "**Tied**: the layer goes from the state to itself, and K steps are K layers with the same"
            + " weights, as in the Universal Transformer (Dehghani and others, 2019). **Untied**: a"
            + " state slot for every layer, blocks below the diagonal.");
    page.code(EncoderMaps.class, "tied");
    page.code(EncoderMaps.class, "untied");

    page.text("## Equal to SameDiff's own operations");
    page.code(StandardEncoder.class, "standard");
    double[] differences = page.step("Compare", () -> compare(page)).clone();

    page.text(
        "## Tied against untied\n\nBoth learn to give sequences of digits back **in ascending order**: every"
            + " place has to find the digit that belongs there among all others.");
    page.code(EncoderNetwork.class, "network");
    Sizes sizes = new Sizes(page.quick() ? 4 : 8, 32, 4, 64);
    int updates = page.quick() ? 100 : 500;
    List<Trained> trained = new ArrayList<>();
    long seed = page.seed();
    trained.add(
        train(
            "tied, K = " + DEPTH,
            new EncoderNetwork(EncoderMaps.tied(sizes, seed), sizes, DEPTH, seed),
            sizes,
            updates,
            page));
    trained.add(
        train(
            "untied, " + DEPTH + " layers",
            new EncoderNetwork(EncoderMaps.untied(sizes, DEPTH, seed), sizes, DEPTH, seed),
            sizes,
            updates,
            page));
    show(trained, sizes, page);
    return new Result(differences[0], differences[1], trained);
  }

  /** Largest differences of the attention alone and of whole encoders, tied and untied. */
  private static double[] compare(Page page) {
    Sizes sizes = new Sizes(5, 12, 3, 20);
    double attention = 0;
    double encoder = 0;
    for (boolean tied : new boolean[] {true, false}) {
      SameDiff graph = SameDiff.create();
      SDIterative iterative = new SDIterative(graph);
      SDMap map =
          iterative.blockMap(
              "map",
              tied ? EncoderMaps.tied(sizes, 7) : EncoderMaps.untied(sizes, DEPTH, 7),
              DataType.DOUBLE);
      StandardEncoder standard = new StandardEncoder(map, sizes, graph);
      SDVariable start = graph.placeHolder("start", DataType.DOUBLE, -1, sizes.width());
      SDVariable places = graph.placeHolder("places", DataType.DOUBLE, -1, sizes.time());
      Map<String, SDVariable> end =
          iterative.iterate("run", map, Map.of("p", places, "h", start), DEPTH);
      SDVariable h = start;
      for (int l = 1; l <= DEPTH; l++) {
        String from = l == 1 ? "h" : "h" + (l - 1);
        h =
            tied
                ? standard.layer("l", "h", "h", h, places)
                : standard.layer("l" + l, from, "h" + l, h, places);
      }
      String first = tied ? "l" : "l1";
      SDVariable attended = standard.attention(first, graph.getVariable("run/" + first + "n/1"));
      SDVariable ofMap =
          graph.getVariable("run/" + first + "m/1").sub(graph.getVariable("run/" + first + "c/1"));
      attended.sub("attention", ofMap);
      h.sub("encoder", end.get(map.description().output().name()));
      int rows = 4 * sizes.time();
      INDArray placed = Nd4j.zeros(DataType.DOUBLE, rows, sizes.time());
      for (int row = 0; row < rows; row++) {
        placed.putScalar(row, row % sizes.time(), 1);
      }
      Map<String, INDArray> found =
          graph.output(
              Map.of("start", normal(rows, sizes.width()), "places", placed),
              "attention",
              "encoder");
      attention = Math.max(attention, largest(found.get("attention")));
      encoder = Math.max(encoder, largest(found.get("encoder")));
    }
    page.check(
        String.format(
            Locale.ROOT,
            "The attention block is SameDiff's multiHeadDotProductAttention (difference %.0e)",
            attention),
        attention < 1e-12);
    page.check(
        String.format(
            Locale.ROOT,
            "%d steps are %d layers in SameDiff's operations (difference %.0e, of layer"
                + " normalisation: SameDiff's adds nothing under its root)",
            DEPTH,
            DEPTH,
            encoder),
        encoder < 1e-3);
    return new double[] {attention, encoder};
  }

  private static INDArray normal(int rows, int columns) {
    RandomSource random = RandomSource.of(1);
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape(rows, columns);
  }

  private static double largest(INDArray difference) {
    return Magnitude.largest(difference);
  }

  private static Trained train(
      String name, EncoderNetwork network, Sizes sizes, int updates, Page page) {
    int measured = 10;
    double[] at = new double[measured];
    double[] accuracies = new double[measured];
    SortedDigits test = SortedDigits.draw(300, sizes.time(), RandomSource.of(page.seed(), "test"));
    RandomSource random = RandomSource.of(page.seed(), "train");
    network.prepare(LEARNING_RATE);
    try (Progress progress = page.progress(name, updates)) {
      for (int u = 1; u <= updates; u++) {
        network.fit(SortedDigits.draw(BATCH, sizes.time(), random));
        progress.step();
        if (u % (updates / measured) == 0) {
          int m = u / (updates / measured) - 1;
          at[m] = u;
          accuracies[m] = network.accuracy(test);
          progress.note(String.format(Locale.ROOT, "accuracy %.3f", accuracies[m]));
        }
      }
    }
    return new Trained(name, network.parameters(), at, accuracies);
  }

  private static void show(List<Trained> trained, Sizes sizes, Page page) {
    Table table = Table.of("encoder", "parameters", "accuracy of digits", "updates");
    LearningCurves curves =
        LearningCurves.of("Sorting " + sizes.time() + " digits", "update", "test accuracy");
    for (Trained one : trained) {
      int updates = (int) one.updates[one.updates.length - 1];
      table.row(one.name, one.parameters, one.accuracy(), updates);
      curves.curve(one.name, one.updates, new double[][] {one.accuracies});
    }
    page.table(table.caption("One seed; chance is 0.1"));
    page.picture("accuracy", curves.picture(), "A third of the weights does.");
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new TransformerIsAMap(), args);
  }
}
