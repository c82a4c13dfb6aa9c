package org.iterativemaps.examples;

import static org.iterativemaps.iterate.Iteration.untilSettled;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.CacheMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.memory.MemoryUseMode;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.kernel.settle.SettlingReport;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/** A map that goes on until it has settled reads digits, beside K = 5 and an MLP. */
public final class EquilibriumClassifier implements Notebook<List<EquilibriumClassifier.Trained>> {
  private static final int WIDTH = 128;
  private static final double DENSITY = 0.3;
  private static final int FIXED = 5;
  private static final int[] STEPS = {1, 2, 3, 5, 8, 12, 20, 40, 80};

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * What became of one network.
   *
   * @param name of the network
   * @param parameters how many it has
   * @param accuracies on the test images, one per seed
   * @param millisecondsPerEpoch one per seed
   * @param kilobytes that its hidden layers hold in training, of a batch of 128
   * @param byK accuracy with each of {@link #steps} steps, a row per seed; empty of the MLP
   */
  public record Trained(
      String name,
      long parameters,
      double[] accuracies,
      double[] millisecondsPerEpoch,
      long kilobytes,
      double[][] byK) {}

  /** The numbers of steps that maps are tested with. */
  public static int[] steps() {
    return STEPS.clone();
  }

  @Override
  public String title() {
    return "An equilibrium classifier";
  }

  // region equilibrium
  private static Layer equilibrium() {
    return new IterativeMapLayer.Builder()
        .nOut(WIDTH)
        .density(DENSITY)
        .activation(Activation.TANH)
        .weightInit("h", "h", WeightValues.spectralRadius(0.8))
        .steps(untilSettled(1e-4).atMost(60)) // instead of steps(5)
        .build();
  }

  // endregion

  private static Layer looped() {
    return new IterativeMapLayer.Builder()
        .nOut(WIDTH)
        .density(DENSITY)
        .activation(Activation.TANH)
        .weightInit("h", "h", WeightValues.spectralRadius(0.8))
        .steps(FIXED)
        .build();
  }

  /** A dense layer of as many parameters, with those of the read-out behind it. */
  private static Layer dense(int inputs) {
    double ofMap = DENSITY * WIDTH * (inputs + WIDTH) + WIDTH * (1 + DigitImages.CLASSES);
    int width = (int) Math.round(ofMap / (inputs + 1 + DigitImages.CLASSES));
    return new DenseLayer.Builder().nOut(width).activation(Activation.TANH).build();
  }

  private static MultiLayerConfiguration network(Layer hidden, int inputs, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(0.003))
        .list()
        .layer(hidden)
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(DigitImages.CLASSES)
                .build())
        .setInputType(InputType.feedForward(inputs))
        .build();
  }

  @Override
  public List<Trained> run(Page page) throws Exception {
    DigitSets data = digits.load(page.quick(), page.seed());
    int inputs = data.train().inputs();
    page.text(
        "A looped map applies its weights K times. A **deep equilibrium model** does not count: it"
            + " goes on until the state has settled at z* = tanh(W x + U z* + b), and its gradient is"
            + " that of the fixed point itself, so that training keeps no steps.");
    page.code("equilibrium");
    page.text("What is learned: to read " + digits.name() + ". " + digits.source());
    List<Trained> all = new ArrayList<>();
    all.add(train("until settled", equilibrium(), data, page));
    all.add(train("K = " + FIXED, looped(), data, page));
    all.add(train("dense layer", dense(inputs), data, page));
    Table table =
        Table.of("hidden layer", "parameters", "test accuracy", "ms per epoch", "KB in training");
    for (Trained one : all) {
      table.row(
          one.name,
          one.parameters,
          Spread.of(one.accuracies),
          Spread.of(one.millisecondsPerEpoch).median(),
          one.kilobytes);
    }
    page.table(
        table.caption(
            "Mean ± standard deviation over seeds; median time; what DL4J's memory report says of the"
                + " hidden layer, batch 128"));
    show(all, page);
    conclude(all, page);
    return all;
  }

  private static Trained train(String name, Layer hidden, DigitSets data, Page page) {
    int seeds = page.quick() ? 2 : 5;
    int epochs = page.quick() ? 5 : 30;
    double[] accuracies = new double[seeds];
    double[] milliseconds = new double[seeds];
    double[][] byK = new double[hidden instanceof IterativeMapLayer ? seeds : 0][];
    MultiLayerNetwork network = null;
    try (Progress progress = page.progress(name, (long) seeds * epochs)) {
      for (int s = 0; s < seeds; s++) {
        network =
            new MultiLayerNetwork(network(hidden.clone(), data.train().inputs(), page.seed() + s));
        network.init();
        DataSetIterator train = data.train().asVectors(32, page.seed() + s);
        double[] took = new double[epochs];
        for (int epoch = 0; epoch < epochs; epoch++) {
          long start = System.nanoTime();
          network.fit(train);
          took[epoch] = (System.nanoTime() - start) / 1e6;
          progress.step();
        }
        milliseconds[s] = Spread.of(took).median();
        accuracies[s] = network.evaluate(data.test().asVectors(250, 0)).accuracy();
        if (s == seeds - 1 && network.getLayer(0) instanceof RunningMap map) {
          map.settlingForward().ifPresent(report -> tell(name, report, page));
        }
        if (byK.length > 0) {
          byK[s] = byK(network, data.test());
        }
        progress.note(String.format(Locale.ROOT, "accuracy %.3f", accuracies[s]));
      }
    }
    long bytes =
        network
            .getLayer(0)
            .conf()
            .getLayer()
            .getMemoryReport(InputType.feedForward(data.train().inputs()))
            .getTotalMemoryBytes(128, MemoryUseMode.TRAINING, CacheMode.NONE, DataType.FLOAT);
    return new Trained(name, network.numParams(), accuracies, milliseconds, bytes / 1024, byK);
  }

  private static void tell(String name, SettlingReport report, Page page) {
    page.print(name + ", the last test images: " + report);
  }

  private static double[] byK(MultiLayerNetwork network, DigitImages test) {
    DataSet all = test.asVectors(test.count(), 0).next();
    var outputs = MapKnobs.of(network).sweep(all.getFeatures(), STEPS);
    INDArray labels = all.getLabels().argMax(1);
    return Arrays.stream(STEPS)
        .mapToDouble(
            k ->
                outputs
                    .get(k)
                    .argMax(1)
                    .eq(labels)
                    .castTo(DataType.DOUBLE)
                    .meanNumber()
                    .doubleValue())
        .toArray();
  }

  private static void show(List<Trained> all, Page page) {
    LearningCurves curves = LearningCurves.of("Accuracy against K", "K at test time", "accuracy");
    double[] k = Arrays.stream(STEPS).asDoubleStream().toArray();
    for (Trained one : all) {
      if (one.byK.length > 0) {
        curves.curve(one.name, k, one.byK);
      }
    }
    page.picture(
        "accuracy-by-k",
        curves.picture(),
        "Both maps with a fixed number of steps at test time; what they were trained with is in their"
            + " names.");
  }

  /** What the numbers say, whatever they are. */
  private static void conclude(List<Trained> all, Page page) {
    for (Trained one : all.subList(0, 2)) {
      double few = mean(one, 3);
      double many = mean(one, STEPS.length - 1);
      page.print(
          String.format(
              Locale.ROOT,
              "%s: %.3f right with K = %d, %.3f with K = %d: more steps %s.",
              one.name,
              few,
              STEPS[3],
              many,
              STEPS[STEPS.length - 1],
              Math.abs(many - few) < 0.01
                  ? "change nothing"
                  : many > few ? "help" : "take it away from what it was trained for"));
    }
  }

  private static double mean(Trained one, int k) {
    return Arrays.stream(one.byK).mapToDouble(seed -> seed[k]).average().orElseThrow();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new EquilibriumClassifier(), args);
  }
}
