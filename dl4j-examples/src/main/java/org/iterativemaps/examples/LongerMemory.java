package org.iterativemaps.examples;

import static org.iterativemaps.examples.DoubleMap.image;
import static org.iterativemaps.examples.DoubleMap.sigmoid;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.iterativemaps.examples.data.DelayedRecall;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/**
 * A recurrent network with slow units, the paper's "context units", whose block is near the
 * identity.
 *
 * <p>Source: T. Mikolov, A. Joulin, S. Chopra, M. Mathieu, M. Ranzato, "Learning Longer Memory in
 * Recurrent Neural Networks" (2014, arXiv:1412.7753), section 3: structurally constrained recurrent
 * networks, and those that learn their self-recurrent weights.
 */
public final class LongerMemory implements Notebook<LongerMemory.Result> {
  static final double ALPHA = 0.95;

  /**
   * What came out.
   *
   * @param differences largest between maps and the paper's equations: of one alpha that is given,
   *     of one for each unit that is trained
   * @param delays at which symbols were asked for
   * @param all the networks that were compared
   */
  public record Result(double[] differences, int[] delays, List<Races.Trained> all) {}

  @Override
  public String title() {
    return "Longer memory: slow units beside fast ones";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  // region scrn
  /** Slots s and h are remembered; a wire gives each of them in the step that computes it. */
  static BlockMap scrn(int inputs, int slow, int fast, int outputs, boolean isTrained) {
    BlockMapBuilder map = BlockMap.builder().input("x", inputs);
    map.wireWithoutBias("e", slow, Activation.IDENTITY).connect("x", "e", Sparsity.dense()); // B
    if (isTrained) {
      trained(map, slow);
    } else {
      given(map, slow);
    }
    return map.stateWithoutBias("s", slow, Activation.IDENTITY)
        .wireWithoutBias("fast", fast, Activation.SIGMOID) // h of this token
        .stateWithoutBias("h", fast, Activation.IDENTITY)
        .stateWithoutBias("y", outputs, Activation.IDENTITY)
        .connect("slow", "s", BlockFunctions.identity())
        .connect("slow", "fast", Sparsity.dense()) // P
        .connect("x", "fast", Sparsity.dense()) // A
        .connect("h", "fast", Sparsity.dense()) // R
        .connect("fast", "h", BlockFunctions.identity())
        .connect("fast", "y", Sparsity.dense()) // U
        .connect("slow", "y", Sparsity.dense()) // V
        .output("y")
        .build();
  }

  /** The s of this token, (1 - alpha) B x + alpha s. */
  static void given(BlockMapBuilder map, int slow) {
    map.wireWithoutBias("slow", slow, Activation.IDENTITY)
        .connectFixed("e", "slow", Sparsity.diagonal(), WeightValues.constant(1 - ALPHA))
        .connectFixed("s", "slow", Sparsity.diagonal(), WeightValues.constant(ALPHA));
  }

  /** With q, the sigmoid of a bias: (1 - q) B x + q s = B x + q (s - B x). */
  static void trained(BlockMapBuilder map, int slow) {
    map.wire("q", slow, Activation.SIGMOID)
        .wireWithoutBias("d", slow, Activation.IDENTITY)
        .wireWithoutBias("slow", slow, Activation.IDENTITY)
        .connect("s", "d", BlockFunctions.identity())
        .connectFixed("e", "d", Sparsity.diagonal(), WeightValues.constant(-1))
        .connect("e", "slow", BlockFunctions.identity())
        .connect(List.of("q", "d"), "slow", BlockFunctions.product());
  }

  // endregion

  // region paper
  /** The paper's equations, but for the softmax of y. */
  static double[][] byThePaper(boolean isTrained, MapWeights map, double[][] tokens) {
    double[] s = new double[map.map().slot("s").size()];
    double[] h = new double[map.map().slot("h").size()];
    double[][] outputs = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      double[] e = image(map.matrix("x", "e"), tokens[t], null);
      for (int i = 0; i < s.length; i++) {
        double alpha = isTrained ? sigmoid(map.bias("q")[i]) : ALPHA;
        s[i] = (1 - alpha) * e[i] + alpha * s[i];
      }
      double[] sum = image(map.matrix("slow", "fast"), s, null);
      sum = image(map.matrix("x", "fast"), tokens[t], sum);
      sum = image(map.matrix("h", "fast"), h, sum);
      for (int i = 0; i < h.length; i++) {
        h[i] = sigmoid(sum[i]);
      }
      outputs[t] = image(map.matrix("slow", "y"), s, image(map.matrix("fast", "y"), h, null));
    }
    return outputs;
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "Mikolov and others (2014) give a recurrent network a second slot, s, whose block to itself is"
            + " near the identity and which has no activation: it forgets slowly, whatever else is"
            + " learned. The hidden units h read it.\n\n"
            + "    s(t) = (1 - alpha) B x(t) + alpha s(t-1)\n"
            + "    h(t) = sigmoid( P s(t) + A x(t) + R h(t-1) )\n"
            + "    y(t) = softmax( U h(t) + V s(t) )\n\n"
            + "A block that reads a state slot gets what it was before the step, s(t-1). The equations"
            + " read s(t) and h(t), so that each has a **wire** in front, whose value is of this step."
            + " In the paper's variant alpha is trained, one for each unit.");
    page.code("scrn");
    page.picture(
        "map",
        BlockMaps.spy("Slow and fast units", scrn(16, 9, 16, 8, false).realize()).picture(),
        "A diagonal from s, of one number; all other weights are trained.");
    page.code("paper");
    double[] differences = page.step("Compare", () -> compare(page.quick() ? 3 : 20)).clone();
    for (int i = 0; i < 2; i++) {
      page.check(
          String.format(
              Locale.ROOT,
              "With alpha %s the map computes the paper's equations (difference %.0e)",
              i == 0 ? "given" : "trained",
              differences[i]),
          differences[i] < 1e-12);
    }
    RecallRace race =
        page.quick()
            ? new RecallRace(new DelayedRecall(4), 9, new int[] {0, 9, 19}, 1, 30)
            : new RecallRace(
                new DelayedRecall(8), 59, new int[] {0, 5, 10, 20, 40, 59, 90, 120}, 3, 1500);
    return new Result(differences, race.delays(), race.run(page));
  }

  /** Over many random maps, the largest differences from the paper's equations. */
  private static double[] compare(int seeds) {
    double[] largest = new double[2];
    for (long seed = 1; seed <= seeds; seed++) {
      double[][] tokens = DoubleMap.tokens(seed, 12, 3);
      for (int i = 0; i < 2; i++) {
        DoubleMap map = new DoubleMap(scrn(3, 4, 5, 2, i == 1), seed);
        double own =
            DoubleMap.difference(byThePaper(i == 1, map.weights(), tokens), map.outputs(tokens));
        largest[i] = Math.max(largest[i], own); // keeps a NaN
      }
    }
    return largest;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new LongerMemory(), args);
  }
}
