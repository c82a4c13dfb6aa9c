package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.HandwrittenDigits;
import org.iterativemaps.examples.data.MackeyGlass;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.Cobweb;
import org.iterativemaps.examples.plots.Entries;
import org.iterativemaps.examples.plots.HeatMap;
import org.iterativemaps.examples.plots.ImageGrid;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.ScatterFit;
import org.iterativemaps.examples.plots.Spectrum;
import org.iterativemaps.examples.plots.SpyPlot;
import org.iterativemaps.examples.plots.Trajectories;
import org.iterativemaps.examples.plots.WeightShares;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.plan.DensityPlanner;
import org.iterativemaps.map.plan.HiddenProportion;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** All that a notebook can show, with the code that shows it; the numbers are made up. */
public final class PlotGallery implements Notebook<Integer> {

  @Override
  public Integer run(Page page) throws Exception {
    page.text(
        "Everything a notebook can show, to copy from. The curves and matrices are *made up*; only "
            + "the digits and the Mackey-Glass series are the real data of later notebooks.");
    Random random = new Random(page.seed());

    page.step(
        "Block matrix",
        () -> {
          SpyPlot plot = SpyPlot.of("Input x, state h, output y");
          plot.slot("x", 12).slot("h", 64).slot("y", 4);
          plot.fixedBlock("x", "x", Entries.diagonal(12)); // the held input is a wire
          plot.block("x", "h", kept(12, 64, 0.3, 1)).block("h", "h", kept(64, 64, 0.1, 2));
          plot.block("h", "y", Entries.dense(64, 4));
          page.picture("spy", plot.picture(), "A sparse map: sources across, targets down.");
        });

    int width = page.quick() ? 500 : 5000;
    page.step(
        "Block matrix with too many entries for dots",
        () -> {
          SpyPlot plot = SpyPlot.of("A wide map").slot("x", 784).slot("h", width).slot("y", 10);
          plot.block("x", "h", kept(784, width, 0.05, 3));
          plot.block("h", "h", kept(width, width, 0.1, 4));
          plot.block("h", "y", Entries.dense(width, 10));
          page.picture("spy-large", plot.picture(), "Colour shows the density of kept entries.");
        });

    page.step(
        "Where the weights sit",
        () -> {
          BlockMap map =
              DensityPlanner.of(81, 9)
                  .trainableWeights(20_000)
                  .hiddenProportion(0.5)
                  .plan()
                  .exactMap(new ActivationTanH(), new ActivationIdentity(), page.seed());
          HiddenProportion shares = HiddenProportion.realized(map.realize());
          page.picture(
              "shares", WeightShares.draw("A balanced plan", shares), "Hidden blocks in red.");
        });

    page.step(
        "Learning curves",
        () -> {
          double[] epochs = IntStream.rangeClosed(1, 30).asDoubleStream().toArray();
          LearningCurves plot = LearningCurves.of("Made-up training", "epoch", "error");
          plot.logarithmic();
          plot.curve("sparse map", epochs, decay(0.16, 5, 30, random));
          plot.curve("SimpleRnn", epochs, decay(0.12, 5, 30, random));
          plot.curve("LSTM", epochs, decay(0.08, 5, 30, random));
          page.picture("curves", plot.picture(), "Median of five seeds, and their range.");
        });

    page.step(
        "Scatter with fit",
        () -> {
          ScatterFit plot = ScatterFit.of("Made-up plans", "hidden proportion", "accuracy");
          for (String name : List.of("uniform", "varied", "dense")) {
            double[] x = random.doubles(12).toArray();
            double[] noise =
                IntStream.range(0, 12).mapToDouble(i -> random.nextGaussian()).toArray();
            double[] y = new double[12];
            Arrays.setAll(y, i -> 0.5 + 0.3 * x[i] + 0.05 * noise[i]);
            plot.points(name, x, y);
          }
          page.picture("scatter", plot.picture(), "One line through all groups.");
        });

    page.step(
        "Eigenvalues",
        () -> {
          double[] real = new double[80];
          double[] imaginary = new double[80];
          for (int i = 0; i < real.length; i++) {
            double radius = 0.95 * Math.sqrt(random.nextDouble());
            double angle = 2 * Math.PI * random.nextDouble();
            real[i] = radius * Math.cos(angle);
            imaginary[i] = radius * Math.sin(angle);
          }
          Spectrum plot = Spectrum.of("A made-up spectrum").eigenvalues("h to h", real, imaginary);
          page.picture("spectrum", plot.picture(), "Inside the unit circle the map contracts.");
        });

    page.step(
        "Trajectories",
        () -> {
          double[] series = MackeyGlass.series(300, page.seed());
          Trajectories plot = Trajectories.of("Mackey-Glass", "time", "x").path("x", series);
          page.picture("trajectory", plot.picture(), "The series that is forecast later.");
        });

    page.step(
        "Cobweb",
        () ->
            page.picture(
                "cobweb",
                Cobweb.draw("z to tanh(1.8 z)", z -> Math.tanh(1.8 * z), -1.2, 1.2, 0.1, 12),
                "Iterations climb to the fixed point."));

    page.step(
        "Heat map",
        () -> {
          List<String> digits = IntStream.range(0, 10).mapToObj(Integer::toString).toList();
          double[][] counts = new double[10][10];
          for (int i = 0; i < 10; i++) {
            Arrays.setAll(counts[i], j -> random.nextInt(6));
            counts[i][i] = 90 + random.nextInt(10);
          }
          page.picture(
              "heat",
              HeatMap.draw("Made-up confusion", "predicted", digits, "true", digits, counts),
              "Up to 12 by 12, the cells carry their values.");
        });

    DigitImages images = HandwrittenDigits.train();
    page.step(
        "Images",
        () -> {
          int[] shown = IntStream.range(0, 40).toArray();
          page.picture(
              "digits",
              ImageGrid.draw(
                  "Handwritten digits",
                  10,
                  images.side(),
                  Arrays.stream(shown).mapToObj(images.pixels()::get).toList(),
                  Arrays.stream(shown).mapToObj(i -> "" + images.labels()[i]).toList()),
              "The handwritten digits that the examples read.");
          page.text(HandwrittenDigits.ATTRIBUTION);
        });

    page.step(
        "Tables, output, claims",
        () -> {
          page.table(
              Table.of("Model", "Weights", "Error")
                  .caption("Made-up results over three seeds")
                  .row("sparse map", 10_000, Spread.of(0.012, 0.015, 0.011))
                  .row("LSTM", 10_000, Spread.of(0.031, 0.027, 0.035)));
          page.print("anything a program would print");
          page.check("1438 digits are there to train with", images.count() == 1438);
        });
    page.text("How the made-up blocks are thinned:");
    page.code("kept");
    return images.count();
  }

  private static Entries kept(int from, int to, double density, long seed) {
    return visitor -> {
      Random random = new Random(seed);
      for (int target = 0; target < to; target++) {
        for (int source = 0; source < from; source++) {
          if (random.nextDouble() < density) {
            visitor.entry(source, target);
          }
        }
      }
    };
  }

  private static double[][] decay(double rate, int seeds, int epochs, Random random) {
    double[][] errors = new double[seeds][epochs];
    for (double[] seed : errors) {
      double own = rate * (1 + 0.2 * random.nextGaussian());
      Arrays.setAll(seed, i -> 0.17 * Math.exp(-own * i) * (1 + 0.05 * random.nextDouble()));
    }
    return errors;
  }

  /**
   * Starts it.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    Notebook.main(new PlotGallery(), args);
  }
}
