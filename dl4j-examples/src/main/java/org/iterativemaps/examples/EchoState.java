package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.MackeyGlass;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.Spectrum;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.reservoir.EchoStateNetwork;
import org.iterativemaps.reservoir.ForecastTask;
import org.iterativemaps.reservoir.Readout;
import org.iterativemaps.reservoir.Reservoir;
import org.iterativemaps.reservoir.Scores;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * An echo-state network: a fixed reservoir of which only the read-out is trained (H. Jaeger, "The
 * echo state approach to analysing and training recurrent neural networks", 2001).
 */
public final class EchoState implements Notebook<EchoState.Outcome> {
  private static final double RADIUS = 0.9;
  private static final int AHEAD = 6;
  private static final int WASHOUT = 100;
  private static final int TEST = 1_000;

  /**
   * What came out; errors are root mean squared, over the standard deviation of the targets.
   *
   * @param radius found in the reservoir by all of its eigenvalues
   * @param trained parameters of the network
   * @param reservoirUnchanged whether fit left the fixed weights as they were
   * @param gradient error after fit
   * @param ridge error of the read-out solved for
   * @param lastValue error of answering with the present value
   * @param radii spectral radii that were tried
   * @param errors [seed][radius] of the read-out solved for
   * @param memory short-term memory of reservoirs of the same size by kind, one per seed
   */
  public record Outcome(
      double radius,
      long trained,
      boolean reservoirUnchanged,
      double gradient,
      double ridge,
      double lastValue,
      double[] radii,
      double[][] errors,
      Map<String, double[]> memory) {}

  @Override
  public String title() {
    return "An echo-state network";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  // region reservoir
  static Reservoir reservoir(int units, double radius, long seed) {
    return Reservoir.of(units).spectralRadius(radius).inputScaling(0.5).seed(seed);
  }

  // endregion

  // region solve
  static EchoStateNetwork solved(Reservoir reservoir, ForecastTask task) {
    return new EchoStateNetwork(Readout.ridge(1e-6), reservoir)
        .fit(task.trainInputs(), task.trainTargets(), WASHOUT);
  }

  // endregion

  /** Its read-out still as DL4J draws it. */
  private static MultiLayerNetwork unfitted(Reservoir reservoir, long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(0.01))
                .list()
                .layer(reservoir.layer(1))
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(reservoir.units())
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  /** The series about its mean, {@value #AHEAD} steps ahead. */
  private static ForecastTask task(boolean quick, long seed) {
    int train = quick ? 1_500 : 3_000;
    double[] series = MackeyGlass.series(train + TEST + AHEAD, seed);
    double mean = Arrays.stream(series).average().orElseThrow();
    double share = (TEST + 0.5) / (train + TEST);
    return ForecastTask.of(Arrays.stream(series).map(x -> x - mean).toArray(), AHEAD, share);
  }

  @Override
  public Outcome run(Page page) throws Exception {
    int units = page.quick() ? 100 : 300;
    ForecastTask task = task(page.quick(), page.seed());
    page.text(
        "A **reservoir** is a recurrent network whose weights are drawn once and never trained. Its"
            + " state is a rich echo of the past input, and a linear read-out of it learns the task."
            + " Here all blocks of the map are *fixed*: they have no parameters.");
    page.code("reservoir");
    Reservoir reservoir = reservoir(units, RADIUS, page.seed());
    double radius = showSpectrum(page, matrix(unfitted(reservoir, page.seed())));

    page.text(
        "## The read-out\n\nThe task is to forecast the chaotic Mackey-Glass series "
            + AHEAD
            + " steps ahead. The read-out is linear, so that it is solved for in one go, by ridge"
            + " regression:");
    page.code("solve");
    double ridge = error(solved(reservoir, task), task);
    page.text(
        "It is an ordinary DL4J layer, too, which `fit` trains; nothing else of the network can"
            + " change.");
    MultiLayerNetwork network = unfitted(reservoir, page.seed());
    double[][] before = matrix(network);
    int epochs = page.quick() ? 200 : 1_000;
    try (Progress progress = page.progress("fit", epochs)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        network.fit(new DataSet(task.trainInputs(), task.trainTargets()));
        progress.step();
      }
    }
    boolean unchanged = Arrays.deepEquals(before, matrix(network));
    network.rnnTimeStep(task.trainInputs());
    double gradient = Scores.nrmse(network.rnnTimeStep(task.testInputs()), task.testTargets());
    double lastValue = Scores.nrmse(task.testInputs(), task.testTargets());
    page.table(
        Table.of("read-out", "trained parameters", "error")
            .row("the present value", 0, lastValue)
            .row("fit, " + epochs + " epochs of Adam", network.numParams(), gradient)
            .row("solved for", network.numParams(), ridge)
            .caption(
                "Root mean squared error on data not trained with, over their standard"
                    + " deviation"));
    page.check("fit left every weight of the reservoir as it was", unchanged);

    double[] radii =
        page.quick()
            ? new double[] {0.1, 0.9, 2}
            : new double[] {0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3};
    double[][] errors = errorsByRadius(page, units, radii, task);
    Map<String, double[]> memory = ReservoirMemory.show(page);
    return new Outcome(
        radius, network.numParams(), unchanged, gradient, ridge, lastValue, radii, errors, memory);
  }

  /** W[to][from] of the recurrent block. */
  private static double[][] matrix(MultiLayerNetwork network) {
    return LayerWeights.read(network.getLayer(0)).matrix("h", "h");
  }

  private static double error(EchoStateNetwork network, ForecastTask task) {
    return Scores.nrmse(network.run(task.testInputs()), task.testTargets());
  }

  private static double showSpectrum(Page page, double[][] matrix) {
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(matrix));
    double radius = 0;
    for (int i = 0; i < matrix.length; i++) {
      radius = Math.max(radius, Math.hypot(eigen.getRealEigenvalue(i), eigen.getImagEigenvalue(i)));
    }
    page.text(
        "`spectralRadius("
            + RADIUS
            + ")` scales the recurrent weights so that their largest eigenvalue has that modulus:"
            + " below 1 the echo of an input fades.");
    page.picture(
        "spectrum",
        Spectrum.of("Eigenvalues of the reservoir")
            .eigenvalues("h to h", eigen.getRealEigenvalues(), eigen.getImagEigenvalues())
            .picture(),
        "All eigenvalues, computed densely");
    page.check(
        String.format(Locale.ROOT, "the spectral radius is %.12f", radius),
        Math.abs(radius - RADIUS) < 1e-9);
    return radius;
  }

  private static double[][] errorsByRadius(
      Page page, int units, double[] radii, ForecastTask task) {
    page.text(
        "## Why the radius matters\n\nToo small, and the reservoir forgets before it can be of use;"
            + " too large, and it listens to itself alone.");
    int seeds = page.quick() ? 2 : 5;
    double[][] errors = new double[seeds][radii.length];
    try (Progress progress = page.progress("radii", (long) seeds * radii.length)) {
      for (int s = 0; s < seeds; s++) {
        for (int r = 0; r < radii.length; r++) {
          Reservoir reservoir = reservoir(units, radii[r], page.seed() + s);
          errors[s][r] = error(solved(reservoir, task), task);
          progress.step();
        }
      }
    }
    page.picture(
        "radius",
        LearningCurves.of("Forecast by spectral radius", "spectral radius", "error")
            .logarithmic()
            .curve("echo-state network", radii, errors)
            .picture(),
        "Median and range over " + seeds + " reservoirs");
    return errors;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new EchoState(), args);
  }
}
