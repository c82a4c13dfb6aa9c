package org.iterativemaps.examples;

import static org.iterativemaps.examples.DoubleMap.image;
import static org.iterativemaps.examples.DoubleMap.sigmoid;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.iterativemaps.examples.data.SelectiveCopying;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.map.GatedMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.parallel.ParallelEvaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * minGRU and minLSTM, whose gates read the token alone, beside GRU and LSTM.
 *
 * <p>Source: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio, H. Hajimirsadeghi, "Were RNNs All We
 * Needed?" (2024, arXiv:2410.01201), section 3.
 */
public final class MinimalGates implements Notebook<MinimalGates.Result> {
  /**
   * What came out.
   *
   * @param difference largest between maps and the paper's equations
   * @param newtonSteps until nothing was left to correct: of a minGRU and of a minLSTM
   * @param parallelDifference largest between those states and those computed in turn
   * @param all the networks that were compared
   */
  public record Result(
      double difference, int[] newtonSteps, double parallelDifference, List<Races.Trained> all) {}

  @Override
  public String title() {
    return "Minimal gates: minGRU and minLSTM";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  // region paper
  /** The paper's equations. */
  static double[][] byThePaper(boolean isLstm, MapWeights map, double[][] tokens) {
    double[][] states = new double[tokens.length][];
    double[] h = new double[map.map().output().size()];
    for (int t = 0; t < tokens.length; t++) {
      double[] f = image(map.matrix("x", "f"), tokens[t], map.bias("f"));
      double[] i = isLstm ? image(map.matrix("x", "i"), tokens[t], map.bias("i")) : null;
      double[] candidate = image(map.matrix("x", "h"), tokens[t], map.bias("h"));
      for (int u = 0; u < h.length; u++) {
        double forget = sigmoid(f[u]); // 1 - z of the paper's minGRU
        double write = isLstm ? sigmoid(i[u]) : 1 - forget;
        double sum = forget + write;
        h[u] = forget / sum * h[u] + write / sum * candidate[u];
      }
      states[t] = h.clone();
    }
    return states;
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "The gates of a **minGRU** and a **minLSTM** (Feng and others, 2024) read the token and not"
            + " what the network remembers. The two gates of a minLSTM are divided by their sum, so that"
            + " they are shares; no block of a map divides, but the share that is kept, f / (f + i), is"
            + " also sigmoid( log f - log i ), and the logarithm of a sigmoid is a - softplus(a). Both"
            + " cells are ready-made, and compared with the paper's equations:");
    page.code("compare");
    page.code("paper");
    double difference = page.step("Compare", () -> compare(page.quick() ? 3 : 20));
    page.check(
        String.format(
            Locale.ROOT, "Maps compute the paper's equations (difference %.0e)", difference),
        difference < 1e-12);
    page.text(
        "## All time steps at once\n\nA state enters the next one linearly, so Newton's method needs one"
            + " step; a second finds nothing left to correct.");
    int[] steps = new int[2];
    double parallel = page.step("Evaluate", () -> parallel(page, steps));
    page.check(
        "One step of Newton's method, and one that finds nothing", steps[0] == 2 && steps[1] == 2);

    CopyingRace race =
        page.quick()
            ? new CopyingRace(new SelectiveCopying(4, 2, 6), 800, 2, 1, 20)
            : new CopyingRace(new SelectiveCopying(8, 4, 20), 2700, 3, 3, 1200);
    List<Races.Trained> all = race.run(page);
    return new Result(difference, steps, parallel, all);
  }

  // region compare
  /** Over many random maps, the largest difference from the paper's equations. */
  private static double compare(int seeds) {
    double largest = 0;
    for (long seed = 1; seed <= seeds; seed++) {
      double[][] tokens = DoubleMap.tokens(seed, 12, 3);
      DoubleMap gru = new DoubleMap(GatedMaps.minGru(5).nIn(3).build(), seed);
      DoubleMap lstm = new DoubleMap(GatedMaps.minLstm(5).nIn(3).build(), seed);
      double ofGru =
          DoubleMap.difference(byThePaper(false, gru.weights(), tokens), gru.outputs(tokens));
      double ofLstm =
          DoubleMap.difference(byThePaper(true, lstm.weights(), tokens), lstm.outputs(tokens));
      largest = Math.max(largest, Math.max(ofGru, ofLstm)); // keeps a NaN
    }
    return largest;
  }

  // endregion

  /** Fills in the steps that were taken; the largest difference from states computed in turn. */
  private static double parallel(Page page, int[] steps) {
    Table table = Table.of("cell", "Newton steps", "largest correction in each");
    double largest = 0;
    double[][] tokens = DoubleMap.tokens(1, 400, 3);
    INDArray input = Nd4j.createFromArray(tokens).transpose().dup('c').reshape(1, 3, tokens.length);
    List<GatedMapBuilder> cells =
        List.of(GatedMaps.minGru(16), GatedMaps.minLstm(16), GatedMaps.gru(16));
    for (int c = 0; c < cells.size(); c++) {
      DoubleMap map = new DoubleMap(cells.get(c).nIn(3).build(), 1);
      ParallelEvaluation evaluation = ParallelEvaluation.of(map.weights(), null, DataType.DOUBLE);
      String name = List.of("minGRU", "minLSTM", "GRU").get(c);
      try {
        ParallelEvaluation.Result result = evaluation.newton(input, null, 1e-10, 5);
        double[][] states =
            result.output().tensorAlongDimension(0, 1, 2).transpose().toDoubleMatrix();
        largest = Math.max(largest, DoubleMap.difference(map.outputs(tokens), states));
        steps[c] = result.iterations();
        String corrections =
            result.changes().stream()
                .map(change -> String.format(Locale.ROOT, "%.0e", change))
                .collect(Collectors.joining(", "));
        table.row(name, result.iterations(), corrections);
      } catch (IllegalArgumentException refused) {
        table.row(name, "refused", refused.getMessage());
      }
    }
    page.table(table.caption("400 time steps, 16 units, random weights"));
    page.print(String.format(Locale.ROOT, "Difference from states in turn: %.0e", largest));
    return largest;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new MinimalGates(), args);
  }
}
