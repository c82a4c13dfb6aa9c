package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.iterativemaps.dynamics.Attractor;
import org.iterativemaps.dynamics.Attractors;
import org.iterativemaps.dynamics.Behaviour;
import org.iterativemaps.dynamics.ImpulseResponse;
import org.iterativemaps.dynamics.MapStep;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.Basins;
import org.iterativemaps.examples.plots.Bifurcation;
import org.iterativemaps.examples.plots.Cobweb;
import org.iterativemaps.examples.plots.ImpulsePlot;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/** What a map does when it is iterated: settle, go round, go where its start says, or forget. */
public final class FixedPoints implements Notebook<FixedPoints.Result> {
  /**
   * The numbers of the notebook.
   *
   * @param fork largest difference of a single unit's points from m = tanh(u m), solved by
   *     bisection
   * @param goRound gains of the swept map at which some start ended in a cycle
   * @param basins of the map of two units
   * @param forgets steps after which the feed-forward map's output has forgotten its start
   * @param layers the three measures of the layers, by name
   * @param accuracy of the trained layers by K, by name
   */
  public record Result(
      double fork,
      List<Double> goRound,
      Attractors basins,
      OptionalInt forgets,
      Map<String, Behaviour> layers,
      Map<String, double[]> accuracy) {}

  @Override
  public String title() {
    return "Fixed points";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  // region map
  /** h ← tanh(U h + x) with the token x held. */
  private static MapStep step(double[][] u, double... token) {
    double[] weights = Arrays.stream(u).flatMapToDouble(Arrays::stream).toArray();
    BlockMap map =
        BlockMap.builder()
            .input("x", u.length)
            .stateWithoutBias("h", u.length, Activation.TANH)
            .connectFixed("x", "h", Sparsity.diagonal(), WeightValues.constant(1))
            .connectFixed("h", "h", Sparsity.dense(), WeightValues.explicit(weights))
            .output("h")
            .build();
    return MapStep.of(new MapWeights(map.realize(), Map.of()), null, token);
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "An iterative map applies one function again and again: h ← tanh(U h + W x + b). Where does"
            + " that lead? With K steps in training one may not care; with more of them, it decides"
            + " what the map can do (arXiv:2404.00880).");
    double fork = page.step("One unit", () -> oneUnit(page));
    List<Double> goRound = new ArrayList<>();
    page.step(
        "The gain of U",
        () -> {
          goRound.addAll(sweep(page));
        });
    Attractors[] basins = new Attractors[1];
    page.step("Two units and their basins", () -> basins[0] = basins(page));
    OptionalInt[] forgets = new OptionalInt[1];
    page.step("An impulse", () -> forgets[0] = impulse(page));
    Map<String, Behaviour> layers = new LinkedHashMap<>();
    Map<String, double[]> accuracy = new LinkedHashMap<>();
    page.step("Layers that read digits", () -> new SettlingLayers(page, layers, accuracy).run());
    return new Result(fork, goRound, basins[0], forgets[0], layers, accuracy);
  }

  private static double oneUnit(Page page) {
    page.text(
        "A **fixed point** is a state that a step does not change. A cobweb shows the way there: up to"
            + " the curve, across to the diagonal. A slope between -1 and 1 where they cross, and the"
            + " way leads in; beyond, it leads out.");
    page.code(FixedPoints.class, "map");
    double[] gains = {0.7, 1.8, -1.8};
    String[] names = {"settles", "fork", "cycle"};
    double worst = 0;
    Table table = Table.of("u", "attractors", "at", "left again");
    for (int i = 0; i < gains.length; i++) {
      double u = gains[i];
      MapStep step = step(new double[][] {{u}}, 0);
      page.picture(
          "cobweb-" + names[i],
          Cobweb.draw("h to tanh(" + u + " h)", h -> Math.tanh(u * h), -1.2, 1.2, 0.1, 20),
          i == 0
              ? "It forgets its start: all of them end at zero."
              : i == 1 ? "Two fixed points, one for each sign." : "A cycle of two states.");
      Attractors found = Attractors.of(step, Attractors.Search.of(50, 2).withSeed(page.seed()));
      table.row(u, kinds(found), states(found.all()), states(found.unreached()));
      double m = Math.abs(u) > 1 ? positive(Math.abs(u)) : 0;
      for (Attractor attractor : found.all()) {
        worst = Math.max(worst, Math.abs(Math.abs(attractor.state(0)[0]) - m));
      }
    }
    page.table(table.caption("Found from 50 random starts, and by Newton's method"));
    page.check(
        String.format(
            Locale.ROOT,
            "They are the solutions of m = tanh(|u| m), to %.0e",
            Math.max(1e-16, worst)),
        worst < 1e-10);
    return worst;
  }

  private static String kinds(Attractors found) {
    return String.join(
        ", ",
        found.all().stream()
            .map(
                a ->
                    a.stability().name().toLowerCase(Locale.ROOT)
                        + (a.isFixedPoint() ? " point" : " cycle of " + a.period()))
            .toList());
  }

  private static String states(List<Attractor> attractors) {
    return String.join(
        ", ",
        attractors.stream()
            .flatMap(a -> IntStream.range(0, a.period()).mapToObj(i -> a.state(i)[0]))
            .map(h -> String.format(Locale.ROOT, "%.4f", Math.abs(h) < 5e-5 ? 0 : h))
            .toList());
  }

  /** The positive solution of m = tanh(u m), by bisection. */
  private static double positive(double u) {
    double low = 1e-9;
    double high = 1;
    for (int i = 0; i < 100; i++) {
      double middle = (low + high) / 2;
      low = Math.tanh(u * middle) > middle ? middle : low;
      high = Math.tanh(u * middle) > middle ? high : middle;
    }
    return low;
  }

  private static List<Double> sweep(Page page) {
    page.text(
        "Now U is a matrix of four units, drawn at random, times a **gain**. Small, the map settles on"
            + " one point, whatever it starts from. Larger, it need not: one dot for each state that"
            + " sixteen starts end in.");
    RandomSource random = RandomSource.of(page.seed() + 4, "gain");
    double[][] u = new double[4][4];
    for (double[] row : u) {
      Arrays.setAll(row, i -> random.nextGaussian() / 2);
    }
    int places = page.quick() ? 160 : 400;
    double[] gains = IntStream.rangeClosed(1, places).mapToDouble(i -> 8.0 * i / places).toArray();
    double[][] points = new double[places][];
    double[][] cycles = new double[places][];
    double[][] clouds = new double[places][];
    double[][] unstable = new double[places][];
    List<Double> goRound = new ArrayList<>();
    for (int i = 0; i < places; i++) {
      double gain = gains[i];
      double[][] scaled =
          Arrays.stream(u)
              .map(row -> Arrays.stream(row).map(w -> gain * w).toArray())
              .toArray(double[][]::new);
      Attractors found =
          Attractors.of(
              step(scaled, 0.2, -0.1, 0.1, 0.3), Attractors.Search.of(16, 1).atMost(1000));
      points[i] = firstUnit(found.fixedPoints());
      cycles[i] = firstUnit(found.cycles());
      unstable[i] = firstUnit(found.unreached());
      int[] reached = found.reached();
      clouds[i] =
          IntStream.range(0, reached.length)
              .filter(s -> reached[s] == Attractors.UNSETTLED)
              .mapToDouble(s -> found.end(s)[0])
              .toArray();
      if (!found.cycles().isEmpty()) {
        goRound.add(gain);
      }
    }
    page.picture(
        "bifurcation",
        Bifurcation.of("Where a map of four units ends", "gain of U", "first unit")
            .values("fixed points", gains, points)
            .values("cycles", gains, cycles)
            .values("not settled", gains, clouds)
            .values("unstable", gains, unstable)
            .picture(),
        "Cycles of up to 64 states; what has not settled after 1000 steps is shown where it was.");
    int only = 0;
    while (only < places && points[only].length == 1 && cycles[only].length == 0) {
      only++;
    }
    page.print(
        String.format(
            Locale.ROOT,
            "One fixed point up to a gain of %.2f; some start ends in a cycle at %d of %d gains.",
            only == 0 ? 0 : gains[only - 1],
            goRound.size(),
            places));
    return goRound;
  }

  private static double[] firstUnit(List<Attractor> attractors) {
    return attractors.stream()
        .flatMap(a -> IntStream.range(0, a.period()).mapToObj(i -> a.state(i)[0]))
        .mapToDouble(Double::doubleValue)
        .toArray();
  }

  private static Attractors basins(Page page) {
    page.text(
        "With several attractors the **start decides**. Two units that inhibit each other remember"
            + " which of them was ahead; each colour is the basin of one attractor.");
    MapStep step = step(new double[][] {{1.2, -2.2}, {-1.9, -0.6}}, 0.25, 0.1);
    int side = page.quick() ? 120 : 280;
    double[][] grid = Basins.starts(-2, 2, side);
    Attractors found = Attractors.from(step, grid, Attractors.Search.of(1, 1).atMost(2000));
    int[][] fields = new int[side][];
    Arrays.setAll(fields, row -> Arrays.copyOfRange(found.reached(), row * side, (row + 1) * side));
    Basins picture = Basins.of("Basins of two units", "first unit", "second unit", -2, 2, fields);
    for (int a = 0; a < found.all().size(); a++) {
      Attractor attractor = found.all().get(a);
      picture.attractor(
          a,
          attractor.isFixedPoint() ? "fixed point " + (a + 1) : "cycle of " + attractor.period(),
          unit(attractor, 0),
          unit(attractor, 1));
    }
    Stream<Attractor> others = found.unreached().stream();
    double[][] left = others.map(a -> a.state(0)).toArray(double[][]::new);
    picture.unstable(
        "saddles and unstable points",
        Arrays.stream(left).mapToDouble(s -> s[0]).toArray(),
        Arrays.stream(left).mapToDouble(s -> s[1]).toArray());
    page.picture("basins", picture.picture(), "Starts on a grid; crosses are what the map leaves.");
    page.print(found.toString());
    return found;
  }

  private static double[] unit(Attractor attractor, int unit) {
    return IntStream.range(0, attractor.period())
        .mapToDouble(i -> attractor.state(i)[unit])
        .toArray();
  }

  // region impulse
  /** Three layers of four units with skips; or the same with a loop in the second one. */
  private static MapWeights layered(double radius, long seed) {
    BlockMapBuilder map = BlockMap.builder().input("x", 4);
    for (String slot : List.of("a", "b", "y")) {
      map.stateWithoutBias(slot, 4, Activation.TANH);
    }
    for (List<String> block :
        List.of(List.of("x", "a"), List.of("a", "b"), List.of("b", "y"), List.of("a", "y"))) {
      map.connectFixed(block.get(0), block.get(1), Sparsity.dense(), WeightValues.fanIn(1));
    }
    if (radius > 0) {
      map.connectFixed("b", "b", Sparsity.dense(), WeightValues.spectralRadius(radius));
    }
    return new MapWeights(map.output("y").seed(seed).build().realize(), Map.of());
  }

  // endregion

  private static OptionalInt impulse(Page page) {
    page.text(
        "A map without loops has a **finite impulse response**: the token is there for one step, and"
            + " after as many steps as the map is deep nothing is left of it. A loop makes it"
            + " infinite; it fades, if the loop contracts.");
    page.code(FixedPoints.class, "impulse");
    ImpulsePlot picture = ImpulsePlot.of("After an impulse", "length of the output");
    double[] radii = {0, 0.8, 1.5};
    String[] names = {"no loop", "loop, radius 0.8", "loop, radius 1.5"};
    OptionalInt forgets = OptionalInt.empty();
    Table table = Table.of("map", "forgets its start after", "output after 20 steps");
    for (int i = 0; i < radii.length; i++) {
      MapWeights weights = layered(radii[i], page.seed());
      double[] response = response(weights, 20);
      picture.response(names[i], Arrays.copyOf(response, 12));
      RealizedMap realized = weights.realized();
      OptionalInt structure = ImpulseResponse.ofStructure(realized);
      table.row(
          names[i],
          structure.isPresent() ? structure.getAsInt() + " steps" : "never for certain",
          response[19]);
      forgets = i == 0 ? structure : forgets;
    }
    page.picture("impulse", picture.picture(), "The token comes at step 1 and is zero afterwards.");
    page.table(table);
    double[] without = response(layered(0, page.seed()), 20);
    page.check(
        "Without a loop the output is exactly zero from step 4 on",
        IntStream.range(3, 20).allMatch(i -> without[i] == 0));
    return forgets;
  }

  private static double[] response(MapWeights weights, int steps) {
    MapStep token = MapStep.of(weights, null, 1, -1, 1, 1);
    MapStep silence = token.withToken(0, 0, 0, 0);
    double[][] state = new double[1][token.size()];
    double[] response = new double[steps];
    for (int i = 0; i < steps; i++) {
      MapStep step = i == 0 ? token : silence;
      double[] output = step.outputs(state)[0];
      response[i] = Math.sqrt(Arrays.stream(output).map(v -> v * v).sum());
      state = step.apply(state);
    }
    return response;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new FixedPoints(), args);
  }
}
