package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;

/**
 * A trellis network as an iterated map, and a truncated recurrent network as a sparse trellis.
 *
 * <p>Source: S. Bai, J. Z. Kolter, V. Koltun, "Trellis Networks for Sequence Modeling" (2018,
 * arXiv:1810.06682), sections 3 and 4 and theorem 1.
 */
public final class TrellisIsAMap implements Notebook<TrellisIsAMap.Result> {

  /**
   * What came out.
   *
   * @param tiedDifference largest between the map and the paper's equations, weights tied
   * @param untiedDifference the same of weights of their own for every level
   * @param theoremDifference largest between a sparse trellis and a truncated recurrent network
   * @param all the networks that were compared
   */
  public record Result(
      double tiedDifference,
      double untiedDifference,
      double theoremDifference,
      List<Races.Trained> all) {}

  @Override
  public String title() {
    return "A trellis network is an iterated map";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "In a **trellis network** (Bai, Kolter, Koltun 2018) every level of every token computes the"
            + " same from the level below, at the token and at the one before it, and hears of the"
            + " input again:\n\n"
            + "    z(t, i+1) = tanh( V1 x(t-1) + W1 z(t-1, i) + V2 x(t) + W2 z(t, i) + b )\n\n"
            + "(Instead of tanh it may be anything; the paper's experiments take an LSTM's gates.)"
            + " Weights are tied across time and depth, so **a level is a step** of a map whose input is"
            + " held. Rows of the map are tokens. To look back by one is attention whose queries and"
            + " keys are places, fixed and sharp:");
    page.code(TrellisMaps.class, "back");
    page.code(TrellisMaps.class, "level");
    page.code(TrellisMaps.class, "paper");
    double[] found = page.step("Compare", () -> compare(page.quick() ? 4 : 20)).clone();
    check(page, "Tied, K steps are the paper's K levels", found[0]);
    check(page, "Untied, too", found[1]);
    page.text(
        "## A truncated recurrent network is a sparse trellis\n\nThe paper's theorem: a recurrent network"
            + " of L layers that hears of the last M tokens alone is a trellis of M + L - 1 levels, of"
            + " which most weights do not exist. Here L = 2; the second layer has no bias, for in the"
            + " trellis it would act before there is anything to hear.");
    page.code(TrellisMaps.class, "theorem");
    check(page, "The sparse trellis computes the recurrent network", found[2]);

    TrellisRace race =
        page.quick()
            ? new TrellisRace(8, 16, 3, 1, 30, 20_000)
            : new TrellisRace(16, 64, 6, 3, 600, Integer.MAX_VALUE);
    return new Result(found[0], found[1], found[2], race.run(page));
  }

  private static void check(Page page, String claim, double difference) {
    page.check(
        String.format(Locale.ROOT, "%s (difference %.0e)", claim, difference), difference < 1e-12);
  }

  /** Over random maps, the largest differences of tied, untied and sparse ones. */
  private static double[] compare(int seeds) {
    double[] largest = new double[3];
    TrellisMaps maps = new TrellisMaps(3, 6, 8);
    for (long seed = 1; seed <= seeds; seed++) {
      double[][] tokens = DoubleMap.tokens(seed, 6, 3);
      double[][] rows = maps.placed(tokens);
      int depth = 2 + (int) (seed % 4);
      DoubleMap tied = new DoubleMap(maps.tied(maps.all()), depth, seed);
      DoubleMap untied = new DoubleMap(maps.untied(depth), depth, seed);
      DoubleMap sparse = new DoubleMap(maps.tied(maps.ofTwoLayers()), depth + 1, seed);
      sparse.withoutBiases("z", 4);
      double[] own = {
        DoubleMap.difference(maps.byThePaper(tied.weights(), depth, true, tokens), tied.rows(rows)),
        DoubleMap.difference(
            maps.byThePaper(untied.weights(), depth, false, tokens), untied.rows(rows)),
        DoubleMap.difference(
            secondHalf(maps.truncated(sparse.weights(), depth, tokens)),
            secondHalf(sparse.rows(rows)))
      };
      Arrays.setAll(largest, i -> Math.max(largest[i], own[i])); // keeps a NaN
    }
    return largest;
  }

  /** The second layer of the recurrent network: the first hears of one token more. */
  private static double[][] secondHalf(double[][] rows) {
    return Arrays.stream(rows)
        .map(row -> Arrays.copyOfRange(row, row.length / 2, row.length))
        .toArray(double[][]::new);
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new TrellisIsAMap(), args);
  }
}
