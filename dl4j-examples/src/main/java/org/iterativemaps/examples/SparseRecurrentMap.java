package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.iterativemaps.examples.SequenceTask.Contender;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/** Two sequence tasks, learned by a sparse recurrent map, SimpleRnn and LSTM of equal size. */
public final class SparseRecurrentMap implements Notebook<List<SparseRecurrentMap.Compared>> {

  /**
   * What came out of one task; errors are mean squared errors on sequences not trained with.
   *
   * @param task its name
   * @param baselines errors of answering the mean and of answering the last value, one per seed
   * @param target the error whose time of arrival was measured
   * @param learned the networks: sparse map, SimpleRnn, LSTM
   */
  public record Compared(String task, double[][] baselines, double target, List<Learned> learned) {}

  /**
   * How one network learned one task.
   *
   * @param name of the network
   * @param networks one per seed
   * @param errors mean squared errors [seed][epoch]
   * @param seconds times of training [seed][epoch]
   */
  public record Learned(
      String name, MultiLayerNetwork[] networks, double[][] errors, double[][] seconds) {

    /**
     * Weights and biases.
     *
     * @return the number of parameters
     */
    public long parameters() {
      return networks[0].numParams();
    }

    /**
     * Errors after the last epoch.
     *
     * @return one per seed
     */
    public double[] lastErrors() {
      return Arrays.stream(errors).mapToDouble(e -> e[e.length - 1]).toArray();
    }

    /**
     * How long an epoch took.
     *
     * @return the median over all epochs and seeds, in seconds
     */
    public double medianEpoch() {
      return Spread.of(Arrays.stream(seconds).flatMapToDouble(Arrays::stream).toArray()).median();
    }

    /**
     * Time of training until an error was first reached, at the end of an epoch.
     *
     * @param error what to reach
     * @return one for each seed that reached it
     */
    public double[] secondsTo(double error) {
      return IntStream.range(0, errors.length)
          .filter(s -> Arrays.stream(errors[s]).anyMatch(e -> e <= error))
          .mapToDouble(
              s -> {
                double sum = 0;
                int epoch = 0;
                do {
                  sum += seconds[s][epoch];
                } while (errors[s][epoch++] > error);
                return sum;
              })
          .toArray();
    }
  }

  @Override
  public String title() {
    return "A sparse recurrent map beside SimpleRnn and LSTM";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the networks are small
  }

  // region remember
  static Layer rememberingMap(SequenceTask task, long seed) {
    BlockMap map =
        BlockMap.builder()
            .input("x")
            .state("h", task.sizes().map(), Activation.RELU)
            .connect("x", "h", Sparsity.dense())
            .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(1))
            .connect("h", "h", Sparsity.entries(task.sizes().mapEntries()))
            .output("h")
            .seed(seed)
            .build();
    return new IterativeMapRecurrentLayer.Builder()
        .map(map)
        .weightInit("x", "h", new WeightInitDistribution(new NormalDistribution(0, 0.1)))
        .weightInit("h", "h", new WeightInitDistribution(new NormalDistribution(0, 0.001)))
        .build();
  }

  static Layer rememberingRnn(SequenceTask task, long seed) {
    return new SimpleRnn.Builder()
        .nOut(task.sizes().simpleRnn())
        .activation(Activation.RELU)
        .weightInit(new WeightInitDistribution(new NormalDistribution(0, 0.1)))
        .weightInitRecurrent(WeightInit.IDENTITY)
        .build();
  }

  // endregion

  // region forecast
  static Layer forecastingMap(SequenceTask task, long seed) {
    return new IterativeMapRecurrentLayer.Builder()
        .nOut(task.sizes().map())
        .hiddenSparsity(Sparsity.entries(task.sizes().mapEntries()))
        .maskSeed(seed)
        .activation(Activation.TANH)
        .build();
  }

  static Layer forecastingRnn(SequenceTask task, long seed) {
    return new SimpleRnn.Builder()
        .nOut(task.sizes().simpleRnn())
        .activation(Activation.TANH)
        .build();
  }

  // endregion

  // region lstm
  static Layer lstm(SequenceTask task, long seed) {
    return new LSTM.Builder().nOut(task.sizes().lstm()).activation(Activation.TANH).build();
  }

  // endregion

  @Override
  public List<Compared> run(Page page) throws Exception {
    page.text(
        "With K = 1 an iterative map is a recurrent network: h ← A(W x + U h + b), once per token."
            + " A sparse U leaves room for **more units with the same number of weights**. Here"
            + " three networks of equal size learn two tasks; whichever wins, wins.");
    page.text(
        "All of them end in the same read-out and are trained the same way, each at a learning rate"
            + " picked from two or three that were tried on another seed:");
    page.code(SequenceTraining.class, "network");

    List<Compared> outcomes = new ArrayList<>();
    page.text(
        "## Adding\n\nEvery token holds a random number and a mark; two of the numbers are marked,"
            + " and their sum is asked for at the end. That takes **memory**. The map gets a fixed"
            + " wire from every unit to itself, beside its sparse trained weights; SimpleRnn starts"
            + " at the identity. Both then keep what they are not told to forget.");
    page.code("remember");
    page.code("lstm");
    outcomes.add(
        compare(
            page,
            SequenceTask.adding(page.quick()),
            "adding",
            List.of(
                new Contender("sparse map", 0.01, SparseRecurrentMap::rememberingMap),
                new Contender("SimpleRnn", 0.003, SparseRecurrentMap::rememberingRnn),
                new Contender("LSTM", 0.03, SparseRecurrentMap::lstm))));
    page.text(
        "## Forecasting\n\nThe Mackey-Glass series is chaotic; from a window of it, a later value"
            + " is asked for. Here the ordinary layers do, with tanh and DL4J's own initial weights:");
    page.code("forecast");
    outcomes.add(
        compare(
            page,
            SequenceTask.mackeyGlass(page.quick()),
            "mackey-glass",
            List.of(
                new Contender("sparse map", 0.01, SparseRecurrentMap::forecastingMap),
                new Contender("SimpleRnn", 0.003, SparseRecurrentMap::forecastingRnn),
                new Contender("LSTM", 0.01, SparseRecurrentMap::lstm))));
    return outcomes;
  }

  private static Compared compare(
      Page page, SequenceTask task, String file, List<Contender> contenders) {
    int seeds = page.quick() ? 2 : 3;
    try (Progress progress =
        page.progress(task.name(), (long) seeds * contenders.size() * task.epochs())) {
      List<Learned> learned =
          SequenceTraining.train(task, contenders, page.seed(), seeds, progress);
      return SequenceReport.show(page, task, file, learned);
    }
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new SparseRecurrentMap(), args);
  }
}
