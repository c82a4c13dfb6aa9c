package org.iterativemaps.examples;

import java.util.Locale;
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
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
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

  /**
   * What came out; errors are root mean squared, over the standard deviation of the series.
   *
   * @param radius found in the reservoir by all of its eigenvalues
   * @param trained parameters of the network
   * @param reservoirUnchanged whether fit left the fixed weights as they were
   * @param gradient error after fit
   * @param ridge error of the read-out solved for
   * @param lastValue error of answering with the present value
   * @param radii spectral radii that were tried
   * @param errors [seed][radius] of the read-out solved for
   */
  public record Outcome(
      double radius,
      long trained,
      boolean reservoirUnchanged,
      double gradient,
      double ridge,
      double lastValue,
      double[] radii,
      double[][] errors) {}

  /** A series cut in two: [1, 1, time] each. */
  private record Data(DataSet train, DataSet test, double deviation) {}

  @Override
  public String title() {
    return "An echo-state network";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  // region reservoir
  static BlockMap reservoir(int units, double radius, long seed) {
    return BlockMap.builder()
        .input("x", 1)
        .stateWithoutBias("h", units, Activation.TANH.getActivationFunction())
        .connectFixed("x", "h", Sparsity.dense(), WeightValues.uniform(-0.5, 0.5))
        .connectFixed("h", "h", Sparsity.fanIn(10), WeightValues.spectralRadius(radius))
        .output("h")
        .seed(seed)
        .build();
  }

  // endregion

  // region network
  static MultiLayerNetwork network(BlockMap reservoir, long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.FLOAT)
                .updater(new Adam(0.01))
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(reservoir).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(reservoir.output().size())
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  // endregion

  // region ridge
  /**
   * Read-out weights w of the least |S w - target|² + 1e-6 |w|², S the states and a column of ones.
   */
  static void solveReadOut(MultiLayerNetwork network, DataSet data) {
    INDArray states = states(network, data);
    INDArray target = afterWashout(data.getLabels());
    INDArray square = states.transpose().mmul(states);
    square.addi(Nd4j.eye(square.rows()).castTo(DataType.DOUBLE).muli(1e-6));
    INDArray weights = Nd4j.linalg().solve(square, states.transpose().mmul(target));
    long units = weights.rows() - 1;
    INDArray rounded = weights.castTo(DataType.FLOAT);
    network.setParam("1_W", rounded.get(NDArrayIndex.interval(0, units), NDArrayIndex.all()).dup());
    network.setParam("1_b", rounded.get(NDArrayIndex.point(units)).dup().reshape(1, 1));
  }

  // endregion

  /** [time, units + 1], the first tokens left out. */
  private static INDArray states(MultiLayerNetwork network, DataSet data) {
    INDArray states = afterWashout(network.feedForward(data.getFeatures(), false).get(1));
    return Nd4j.hstack(states, Nd4j.ones(DataType.DOUBLE, states.rows(), 1));
  }

  /** [1, size, time] as [time, size], the first tokens left out. */
  private static INDArray afterWashout(INDArray sequence) {
    return sequence
        .get(
            NDArrayIndex.point(0),
            NDArrayIndex.all(),
            NDArrayIndex.interval(WASHOUT, sequence.size(2)))
        .transpose()
        .castTo(DataType.DOUBLE)
        .dup('c');
  }

  private static double error(MultiLayerNetwork network, Data data) {
    INDArray answer = afterWashout(network.output(data.test().getFeatures()));
    return error(answer, afterWashout(data.test().getLabels()), data);
  }

  private static double error(INDArray answer, INDArray target, Data data) {
    double norm = answer.sub(target).norm2Number().doubleValue();
    return norm / Math.sqrt(target.length()) / data.deviation();
  }

  private static Data data(boolean quick, long seed) {
    int train = quick ? 1_500 : 3_000;
    int test = 1_000;
    double[] series = MackeyGlass.series(train + test + 2 * AHEAD, seed);
    double mean = 0;
    double square = 0;
    for (double value : series) {
      mean += value / series.length;
      square += value * value / series.length;
    }
    for (int i = 0; i < series.length; i++) {
      series[i] -= mean;
    }
    return new Data(
        part(series, 0, train), part(series, train, test), Math.sqrt(square - mean * mean));
  }

  private static DataSet part(double[] series, int start, int length) {
    INDArray features = Nd4j.create(DataType.FLOAT, 1, 1, length);
    INDArray labels = Nd4j.create(DataType.FLOAT, 1, 1, length);
    for (int t = 0; t < length; t++) {
      features.putScalar(new int[] {0, 0, t}, series[start + t]);
      labels.putScalar(new int[] {0, 0, t}, series[start + t + AHEAD]);
    }
    return new DataSet(features, labels);
  }

  @Override
  public Outcome run(Page page) throws Exception {
    int units = page.quick() ? 100 : 300;
    Data data = data(page.quick(), page.seed());
    page.text(
        "A **reservoir** is a recurrent network whose weights are drawn once and never trained. Its"
            + " state is a rich echo of the past input, and a linear read-out of it learns the task."
            + " Here both blocks of the map are *fixed*: they have no parameters.");
    page.code("reservoir");
    page.code("network");
    BlockMap map = reservoir(units, RADIUS, page.seed());
    MultiLayerNetwork network = network(map, page.seed());
    RealizedMap realized =
        ((IterativeMapConf) network.getLayer(0).conf().getLayer()).getSettings().realized();
    double radius = showSpectrum(page, realized.blocks().get(1));

    page.text(
        "## The read-out\n\nThe task is to forecast the chaotic Mackey-Glass series "
            + AHEAD
            + " steps ahead. The read-out is an ordinary DL4J layer: `fit` trains it, and nothing else"
            + " can change.");
    double[] before = realized.blocks().get(1).fixedValues();
    int epochs = page.quick() ? 200 : 1_000;
    try (Progress progress = page.progress("fit", epochs)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        network.fit(data.train());
        progress.step();
      }
    }
    RealizedMap after =
        ((IterativeMapConf) network.getLayer(0).conf().getLayer()).getSettings().realized();
    boolean unchanged = java.util.Arrays.equals(before, after.blocks().get(1).fixedValues());
    double gradient = error(network, data);
    page.text("Being linear, it can be solved for as well, in one go, and then exactly:");
    page.code("ridge");
    solveReadOut(network, data.train());
    double ridge = error(network, data);
    double lastValue =
        error(afterWashout(data.test().getFeatures()), afterWashout(data.test().getLabels()), data);
    page.table(
        Table.of("read-out", "trained parameters", "error")
            .row("the present value", 0, lastValue)
            .row("fit, " + epochs + " epochs of Adam", network.numParams(), gradient)
            .row("solved for", network.numParams(), ridge)
            .caption(
                "Root mean squared error on data not trained with, over the series' standard"
                    + " deviation"));
    page.check("fit left every weight of the reservoir as it was", unchanged);

    double[] radii =
        page.quick()
            ? new double[] {0.1, 0.9, 2}
            : new double[] {0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2, 3};
    double[][] errors = errorsByRadius(page, units, radii, data);
    return new Outcome(
        radius, network.numParams(), unchanged, gradient, ridge, lastValue, radii, errors);
  }

  private static double showSpectrum(Page page, RealizedBlock recurrent) {
    WeightMask mask = recurrent.mask();
    double[][] matrix = new double[mask.toSize()][mask.fromSize()];
    for (int to = 0; to < mask.toSize(); to++) {
      for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
        matrix[to][mask.source(entry)] = recurrent.fixedValues()[entry];
      }
    }
    EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(matrix));
    double radius = 0;
    for (int i = 0; i < matrix.length; i++) {
      radius = Math.max(radius, Math.hypot(eigen.getRealEigenvalue(i), eigen.getImagEigenvalue(i)));
    }
    page.text(
        "`WeightValues.spectralRadius("
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

  private static double[][] errorsByRadius(Page page, int units, double[] radii, Data data) {
    page.text(
        "## Why the radius matters\n\nToo small, and the reservoir forgets before it can be of use;"
            + " too large, and it listens to itself alone.");
    int seeds = page.quick() ? 2 : 5;
    double[][] errors = new double[seeds][radii.length];
    try (Progress progress = page.progress("radii", (long) seeds * radii.length)) {
      for (int s = 0; s < seeds; s++) {
        for (int r = 0; r < radii.length; r++) {
          MultiLayerNetwork network =
              network(reservoir(units, radii[r], page.seed() + s), page.seed());
          solveReadOut(network, data.train());
          errors[s][r] = error(network, data);
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
