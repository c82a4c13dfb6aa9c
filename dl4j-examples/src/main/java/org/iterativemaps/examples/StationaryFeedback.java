package org.iterativemaps.examples;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.LearningCurves;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import picocli.CommandLine.Mixin;

/**
 * A map that settles learns from what its output's error does to the settled state, without a way
 * back: the estimate is {@link NudgedGradient}, where the sources are.
 */
public final class StationaryFeedback implements Notebook<StationaryFeedback.Result> {
  private static final int UNITS = 48;
  private static final int BATCH = 32;
  private static final double[] BETAS = {1, 0.3, 0.1, 0.03, 0.01};
  private static final double BETA = 0.1; // in training

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * A way to train.
   *
   * @param name of it
   * @param isSymmetric whether the weights among state units begin and stay symmetric
   * @param isExact by the gradient of the fixed point, not by feedback
   * @param rate of gradient descent
   */
  private record Way(String name, boolean isSymmetric, boolean isExact, double rate) {}

  private static final List<Way> WAYS =
      List.of(
          new Way("feedback, symmetric", true, false, 0.1),
          new Way("exact, symmetric", true, true, 0.1),
          new Way("feedback, any weights, slow", false, false, 0.03),
          new Way("exact, any weights, slow", false, true, 0.03),
          new Way("feedback, any weights", false, false, 0.1),
          new Way("exact, any weights", false, true, 0.1));

  /**
   * What became of a way to train.
   *
   * @param name of it
   * @param accuracy [seed][epoch] on the test images
   * @param firstSteps mean steps of a sample until it had settled, by seed
   * @param secondSteps mean steps of the second phase, or of the way back
   * @param milliseconds of a core per gradient, the median of each seed
   * @param before [seed][beta]: cosine of estimate and exact gradient before training
   * @param after the same after it
   */
  public record Trained(
      String name,
      double[][] accuracy,
      double[] firstSteps,
      double[] secondSteps,
      double[] milliseconds,
      double[][] before,
      double[][] after) {}

  /**
   * What came out.
   *
   * @param ways to train
   */
  public record Result(List<Trained> ways) {}

  @Override
  public String title() {
    return "Learning from a nudged stationary state";
  }

  /** Small arrays: threads would only wait for each other. */
  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1);
  }

  @Override
  public Result run(Page page) throws Exception {
    page.text(
        "A map settles on an image: s₀ = f(W s₀ + V x + b), hidden units and output alike. Then the"
            + " output's error, times -β, is **fed back** into the sums of the output's units, and it"
            + " settles again, a little elsewhere. Every weight changes by (s₀ - s) of the unit it"
            + " leads to times s₀ of the unit it comes from, over β. That needs no way back, no steps"
            + " kept, and no other circuit than the map. Where W is symmetric it **is** the gradient,"
            + " for β to 0.");
    page.code(FeedbackMap.class, "map");
    page.code(NudgedGradient.class, "of");
    page.text(
        "Weights stay symmetric if they begin so and their gradient is made so. Nothing keeps a map"
            + " that learns from leaving those that settle, and what does not settle has no such"
            + " gradient; so after every update the weights in loops are made smaller where"
            + " `Contraction` asks for it. \"Exact\" is the layer's own gradient of the fixed point.");
    page.code(FeedbackMap.class, "symmetric");
    page.code(FeedbackMap.class, "step");
    page.text("What is learned: to read " + digits.name() + ". " + digits.source());
    DigitSets all = digits.load(page.quick(), page.seed());
    DigitSets data = page.quick() ? all.atMost(256, 100) : all;
    int seeds = page.quick() ? 1 : 5;
    int epochs = page.quick() ? 2 : 12;
    List<Trained> ways = new ArrayList<>();
    for (Way way : WAYS.subList(0, page.quick() ? 4 : WAYS.size())) {
      try (Progress progress = page.progress(way.name, (long) seeds * epochs)) {
        ways.add(train(way, data, seeds, epochs, page.seed(), progress));
      }
    }
    Result result = new Result(ways);
    show(result, digits.name(), page);
    return result;
  }

  private static Trained train(
      Way way, DigitSets data, int seeds, int epochs, long seed, Progress progress)
      throws IOException {
    Trained trained =
        new Trained(
            way.name,
            new double[seeds][epochs],
            new double[seeds],
            new double[seeds],
            new double[seeds],
            new double[seeds][],
            new double[seeds][]);
    for (int s = 0; s < seeds; s++) {
      MultiLayerNetwork network =
          FeedbackMap.network(data.train().inputs(), UNITS, DigitImages.CLASSES, 1e-5, seed + s);
      if (way.isSymmetric) {
        FeedbackMap.makeSymmetric(network);
      }
      trained.before[s] = cosines(network, data.train(), seed + s);
      DataSetIterator train = data.train().asVectors(BATCH, seed + s);
      List<NudgedGradient> last = new ArrayList<>();
      CoreTime time = new CoreTime();
      for (int epoch = 0; epoch < epochs; epoch++) {
        last.clear();
        for (train.reset(); train.hasNext(); ) {
          DataSet batch = train.next();
          time.start();
          NudgedGradient gradient =
              way.isExact
                  ? NudgedGradient.exact(network, batch)
                  : NudgedGradient.of(network, batch, BETA);
          time.stop();
          last.add(gradient);
          FeedbackMap.step(network, gradient, way.isSymmetric, way.rate);
        }
        trained.accuracy[s][epoch] = accuracy(network, data.test());
        progress.step();
      }
      trained.firstSteps[s] = mean(last.stream().mapToDouble(NudgedGradient::freeSteps).toArray());
      trained.secondSteps[s] =
          mean(last.stream().mapToDouble(NudgedGradient::nudgedSteps).toArray());
      trained.milliseconds[s] = time.median();
      trained.after[s] = cosines(network, data.train(), seed + s);
    }
    return trained;
  }

  private static double mean(double[] values) {
    return Spread.of(values).mean();
  }

  private static double accuracy(MultiLayerNetwork network, DigitImages test) {
    DataSet all = test.asVectors(test.count(), 0).next();
    network.rnnClearPreviousState();
    var pixels = all.getFeatures().castTo(DataType.DOUBLE);
    var none = Nd4j.zeros(DataType.DOUBLE, test.count(), DigitImages.CLASSES);
    var output = network.rnnTimeStep(Nd4j.hstack(pixels, none));
    network.rnnClearPreviousState();
    return output
        .argMax(1)
        .eq(all.getLabels().argMax(1))
        .castTo(DataType.DOUBLE)
        .meanNumber()
        .doubleValue();
  }

  /** Cosine of the estimate and the exact gradient on some images, by beta; settled further. */
  private static double[] cosines(MultiLayerNetwork trained, DigitImages images, long seed) {
    int pixels = images.inputs();
    MultiLayerNetwork network = FeedbackMap.network(pixels, UNITS, DigitImages.CLASSES, 1e-9, seed);
    network.setParams(trained.params());
    DataSet some = images.asVectors(100, seed).next();
    ArrayRealVector exact = vector(NudgedGradient.exact(network, some));
    return Arrays.stream(BETAS)
        .map(beta -> exact.cosine(vector(NudgedGradient.of(network, some, beta))))
        .toArray();
  }

  private static ArrayRealVector vector(NudgedGradient gradient) {
    return new ArrayRealVector(
        gradient.parameters().entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .flatMapToDouble(entry -> Arrays.stream(entry.getValue()))
            .toArray());
  }

  private static void show(Result result, String digits, Page page) {
    int epochs = result.ways.get(0).accuracy[0].length;
    double[] numbers = IntStream.rangeClosed(1, epochs).asDoubleStream().toArray();
    LearningCurves curves = LearningCurves.of("To read " + digits, "epoch", "test accuracy");
    Table table =
        Table.of(
            "gradient, weights",
            "test accuracy",
            "steps to settle",
            "steps nudged, or back",
            "ms of a core per gradient");
    Table cosines = Table.of("trained by", "beta", "before", "after");
    for (Trained way : result.ways) {
      curves.curve(way.name, numbers, way.accuracy);
      table.row(
          way.name,
          Spread.of(Spread.column(way.accuracy, epochs - 1)),
          Spread.of(way.firstSteps),
          Spread.of(way.secondSteps),
          Spread.of(way.milliseconds).median());
      for (int b = 0; b < BETAS.length; b++) {
        cosines.row(way.name, BETAS[b], off(way.before, b), off(way.after, b));
      }
    }
    page.picture("accuracy", curves.picture(), "Median and range over the seeds.");
    page.table(
        table.caption(
            "Mean ± standard deviation over seeds; steps of a sample, in the last epoch; batches of "
                + BATCH
                + "; rate of descent 0.1, slow 0.03"));
    page.table(
        cosines.caption(
            "1 - cosine between the estimate and the exact gradient of all parameters on 100 images,"
                + " before and after training"));
    int last = BETAS.length - 1;
    page.print(
        String.format(
            Locale.ROOT,
            "With β = %s after training by feedback: cosine %.4f with symmetric weights, %.4f with any, trained"
                + " slowly.",
            BETAS[last],
            mean(Spread.column(result.ways.get(0).after, last)),
            mean(Spread.column(result.ways.get(2).after, last))));
    page.print(
        "Test accuracy of the worst seed: "
            + String.join(
                ", ",
                result.ways.stream()
                    .map(
                        way ->
                            String.format(
                                Locale.ROOT,
                                "%.3f %s",
                                Spread.of(Spread.column(way.accuracy, epochs - 1)).min(),
                                way.name))
                    .toList())
            + ".");
    page.text(
        "Time is a core's, of this implementation, which computes both on the same layer; a circuit that"
            + " settles by itself would have no such cost. One hidden slot and small images.");
  }

  private static Spread off(double[][] cosines, int beta) {
    return Spread.of(
        Arrays.stream(Spread.column(cosines, beta)).map(cosine -> 1 - cosine).toArray());
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new StationaryFeedback(), args);
  }
}
