package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.SettledResponses;
import org.iterativemaps.dynamics.SettledResponses.Fate;
import org.iterativemaps.dynamics.SettledResponses.Sample;
import org.iterativemaps.dynamics.SettledResponses.Settling;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.Trajectories;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapLossLayer;
import org.iterativemaps.shortcut.Shortcut;
import org.iterativemaps.shortcut.Shortcut.Accuracy;
import org.iterativemaps.shortcut.Shortcut.Training;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a recurrent map settles to, given at once by a feed-forward network of two layers. */
public final class FeedForwardShortcut implements Notebook<List<FeedForwardShortcut.Learnt>> {
  private static final int REPEATS = 21;
  private static final double STRONGER = 0.55;

  /**
   * One computation.
   *
   * @param name of it
   * @param mostSteps that an input took to settle
   * @param hidden sizes that were tried
   * @param error [seed][size] on held-out inputs: rmse over the responses' deviation
   * @param agreement [seed][size]: share of held-out inputs with the same largest unit
   * @param speedUp of the largest shortcut over the map with as many steps as any input needs, for
   *     a batch and for one input
   */
  public record Learnt(
      String name,
      int mostSteps,
      int[] hidden,
      double[][] error,
      double[][] agreement,
      double[] speedUp) {}

  @Override
  public String title() {
    return "A feed-forward shortcut";
  }

  /** Small arrays: threads would only wait for each other. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  @Override
  public List<Learnt> run(Page page) throws Exception {
    page.text(
        "A recurrent map that **settles** computes a function of its input: the fixed point it comes"
            + " to. Muir (2017, arXiv:1704.06645) approximates that function by feed-forward networks,"
            + " which answer in one pass, and names three such computations: competition, information"
            + " transformation and noise rejection. Here they are with maps of our own; sizes and"
            + " errors are these maps', not the paper's.");
    page.code("respond");
    page.code("train");
    List<Learnt> all = new ArrayList<>();
    for (Computation computation : Computation.all()) {
      all.add(learn(computation, page));
    }
    curves(all, page);
    conclude(all, page);
    return all;
  }

  // region respond
  /** Which inputs settle, and to what; those that oscillate or diverge are counted and named. */
  private static SettledResponses respond(Computation computation, INDArray inputs) {
    return SettledResponses.of(computation.weights(), null, inputs, Settling.withTolerance(1e-6));
  }

  // endregion

  // region train
  private static Shortcut train(SettledResponses responses, int hidden, long seed) {
    return Shortcut.train(responses, new Training(hidden, Activation.RELU, 40, 128, 0.01, 0, seed));
  }

  // endregion

  private static Learnt learn(Computation computation, Page page) throws Exception {
    page.text("## " + computation.name() + "\n\n" + computation.what());
    boolean isCompetition = computation.name().equals("Competition");
    page.code(Computation.class, isCompetition ? "competition" : "ring");
    SettledResponses training =
        respond(
            computation, computation.inputs(page.quick() ? 1500 : 3000, page.seed(), "training"));
    SettledResponses heldOut =
        respond(computation, computation.inputs(1000, page.seed(), "held out"));
    page.print("Training: " + training + "\nHeld out: " + heldOut);
    int[] hidden = page.quick() ? new int[] {4, 16, 64} : new int[] {4, 8, 16, 32, 64, 128, 256};
    int seeds = page.quick() ? 1 : 2;
    double[][] error = new double[seeds][hidden.length];
    double[][] agreement = new double[seeds][hidden.length];
    Table table =
        Table.of("hidden units", "rmse", "largest error", "rmse / deviation", "agreement");
    Shortcut shortcut = null;
    try (Progress progress = page.progress("training", (long) seeds * hidden.length)) {
      for (int h = 0; h < hidden.length; h++) {
        for (int s = 0; s < seeds; s++) {
          shortcut = train(training, hidden[h], page.seed() + s);
          Accuracy found = shortcut.test(heldOut);
          error[s][h] = found.rmse() / found.deviation();
          agreement[s][h] = found.sameWinner();
          if (s == 0) {
            table.row(hidden[h], found.rmse(), found.largest(), error[0][h], agreement[0][h]);
          }
          progress.step();
        }
      }
    }
    page.table(
        table.caption(
            computation.name()
                + ", inputs not trained on, first seed; agreement: the same unit is largest"));
    show(computation, heldOut, shortcut, page);
    if (isCompetition) {
      race(computation, heldOut, page);
    } else if (computation.name().equals("Noise rejection")) {
      noise(computation, shortcut, page);
    }
    int mostSteps = training.samples().stream().mapToInt(Sample::steps).max().orElseThrow();
    double[] speedUp = speedUp(computation, mostSteps, shortcut, page);
    return new Learnt(computation.name(), mostSteps, hidden, error, agreement, speedUp);
  }

  /** One held-out input, the map's response and the shortcut's. */
  private static void show(
      Computation computation, SettledResponses heldOut, Shortcut shortcut, Page page) {
    INDArray input = heldOut.inputs().getRow(0, true);
    double[] response = heldOut.responses().getRow(0).toDoubleVector();
    Trajectories picture = Trajectories.of(computation.name(), "unit", "activity");
    if (input.length() == response.length) {
      picture.path("input", input.toDoubleVector());
    }
    picture
        .path("what the map settles to", response)
        .path("shortcut", shortcut.respond(input).castTo(DataType.DOUBLE).toDoubleVector());
    page.picture(
        computation.name().toLowerCase(Locale.ROOT).replace(' ', '-'),
        picture.picture(),
        "The first held-out input; the shortcut is the one with the most hidden units.");
  }

  /** The race itself, and what becomes of it under a stronger inhibition. */
  private static void race(Computation computation, SettledResponses heldOut, Page page) {
    double[][] path = computation.path(heldOut.inputs().getRow(0).toDoubleVector(), 60);
    Trajectories picture = Trajectories.of("The same race, step by step", "step", "activity");
    for (int unit = 0; unit < Computation.RACERS; unit++) {
      int u = unit;
      picture.path("unit " + unit, Arrays.stream(path).mapToDouble(z -> z[u]).toArray());
    }
    page.picture("race", picture.picture(), "The closer the inputs, the longer it takes.");
    Computation stronger = Computation.competition(STRONGER);
    SettledResponses found = respond(stronger, stronger.inputs(1000, page.seed(), "training"));
    page.text(
        "Not every map settles on every input. With inhibition "
            + STRONGER
            + " instead of "
            + Computation.INHIBITION
            + " some races never end, because the racers silence each other all at once, again and"
            + " again. Such inputs have no response that a shortcut could learn: `Shortcut.train`"
            + " refuses them unless it is told how many may be left out.");
    page.print("Inhibition " + STRONGER + ": " + found);
    page.check(
        "Inputs that do not settle are refused",
        found.count(Fate.SETTLED) == 1000 || isRefused(found));
  }

  private static boolean isRefused(SettledResponses responses) {
    try {
      Shortcut.train(responses, Training.withHidden(2).epochs(1));
      return false;
    } catch (IllegalArgumentException refused) {
      return true;
    }
  }

  /** How far noise moves the input, the map's response and the shortcut's. */
  private static void noise(Computation computation, Shortcut shortcut, Page page) {
    INDArray[] hills = Computation.hills(500, page.seed());
    INDArray clean = respond(computation, hills[0]).responses();
    INDArray noisy = respond(computation, hills[1]).responses();
    INDArray guessed = shortcut.respond(hills[1]).castTo(DataType.DOUBLE);
    page.table(
        Table.of("", "what noise changes, of the whole")
            .row("input", apart(hills[1], hills[0]))
            .row("what the map settles to", apart(noisy, clean))
            .row("shortcut, from the noise-free response", apart(guessed, clean))
            .caption("Root mean squared difference over the root mean square, 500 hills"));
  }

  private static double apart(INDArray a, INDArray b) {
    return a.sub(b).norm2Number().doubleValue() / b.norm2Number().doubleValue();
  }

  /** Of a batch of 1000 and of one input. */
  private static double[] speedUp(
      Computation computation, int steps, Shortcut shortcut, Page page) {
    MultiLayerNetwork map = layer(computation, steps);
    Table table =
        Table.of(
            "inputs",
            "map, K = " + steps + ", ms",
            "map until settled, ms",
            "shortcut, ms",
            "times faster than K");
    double[] speedUp = new double[2];
    int[] batches = {1000, 1};
    for (int i = 0; i < batches.length; i++) {
      INDArray inputs = computation.inputs(batches[i], page.seed(), "timing");
      INDArray floats = inputs.castTo(DataType.FLOAT);
      map.output(floats); // buffers are made, code is compiled
      double held = median(() -> map.output(floats), REPEATS);
      double settled = median(() -> respond(computation, inputs), 3);
      double direct = median(() -> shortcut.respond(floats), REPEATS);
      speedUp[i] = held / direct;
      table.row(batches[i], held, settled, direct, speedUp[i]);
    }
    page.table(
        table.caption(
            "Medians of calls in turn. K is as many steps as the slowest training input took, on the"
                + " kernel that the layer chose, FLOAT; until settled: each input as many as it needs,"
                + " reference kernel, DOUBLE"));
    return speedUp;
  }

  /** The map as a layer of a network. */
  private static MultiLayerNetwork layer(Computation computation, int steps) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .map(computation.weights().map())
                        .steps(steps)
                        .build())
                .layer(new MapLossLayer.Builder(LossFunction.MSE).build())
                .build());
    network.init();
    LayerWeights.write(computation.weights(), network.getLayer(0));
    return network;
  }

  private static double median(Runnable call, int repeats) {
    double[] milliseconds = new double[repeats];
    for (int i = 0; i < repeats; i++) {
      long start = System.nanoTime();
      call.run();
      milliseconds[i] = (System.nanoTime() - start) / 1e6;
    }
    Arrays.sort(milliseconds);
    return milliseconds[repeats / 2];
  }

  private static void curves(List<Learnt> all, Page page) {
    page.text("## How large the shortcut has to be");
    LearningCurves error =
        LearningCurves.of("Error by size", "hidden units", "rmse / deviation").logarithmic();
    LearningCurves agreement =
        LearningCurves.of("Agreement by size", "hidden units", "share with the same largest unit");
    for (Learnt learnt : all) {
      double[] sizes = Arrays.stream(learnt.hidden).asDoubleStream().toArray();
      error.curve(learnt.name, sizes, learnt.error);
      agreement.curve(learnt.name, sizes, learnt.agreement);
    }
    page.picture(
        "error", error.picture(), "Held-out inputs; 1 is who always answers the mean response.");
    page.picture("agreement", agreement.picture(), "Held-out inputs.");
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(List<Learnt> all, Page page) {
    for (Learnt learnt : all) {
      int last = learnt.hidden.length - 1;
      double error = Arrays.stream(learnt.error).mapToDouble(e -> e[last]).average().orElseThrow();
      double agreement =
          Arrays.stream(learnt.agreement).mapToDouble(a -> a[last]).average().orElseThrow();
      page.print(
          String.format(
              Locale.ROOT,
              "%s: with %d hidden units the error is %.3f of the responses' deviation, the same unit"
                  + " is largest for %.1f %% of inputs; %s. A pass takes %s of %d steps for 1000"
                  + " inputs, %s for one.",
              learnt.name,
              learnt.hidden[last],
              error,
              100 * agreement,
              error < 0.05
                  ? "the shortcut stands in for the map"
                  : error < 0.3 ? "the shortcut is near, not equal" : "the shortcut falls short",
              share(learnt.speedUp[0]),
              learnt.mostSteps,
              share(learnt.speedUp[1])));
    }
  }

  private static String share(double speedUp) {
    return String.format(Locale.ROOT, "%.2f of the time", 1 / speedUp);
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new FeedForwardShortcut(), args);
  }
}
