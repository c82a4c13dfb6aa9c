package org.iterativemaps.examples;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.examples.plots.ImageGrid;
import org.iterativemaps.layers.IterativeMapLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/** The quickstart: a stack of dense layers, and one sparse map that is applied several times. */
public final class SwapMlpForLoopedMap implements Notebook<List<SwapMlpForLoopedMap.Trained>> {

  private static final int SHOWN = 20;

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * What became of one network.
   *
   * @param name of the network
   * @param parameters how many it has
   * @param accuracies on the test images, one per seed
   * @param millisecondsPerEpoch one per seed
   * @param last the network of the last seed
   */
  public record Trained(
      String name,
      long parameters,
      double[] accuracies,
      double[] millisecondsPerEpoch,
      MultiLayerNetwork last) {}

  /** What the networks learn, how wide they are, and for how long. */
  private record Task(DigitSets data, int batch, int width, int seeds, int epochs) {
    static Task of(DigitSets data, boolean quick) {
      int width = Math.min(256, data.train().inputs());
      return data.train().count() <= 2000
          ? new Task(data, 32, width, quick ? 2 : 5, quick ? 6 : 30)
          : new Task(data, 128, width, quick ? 1 : 3, quick ? 1 : 5);
    }
  }

  private interface Network {
    MultiLayerConfiguration configure(Task task, long seed);
  }

  @Override
  public String title() {
    return "Swap an MLP for a looped map";
  }

  // region mlp
  private static MultiLayerConfiguration mlp(Task task, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(0.005))
        .activation(Activation.TANH)
        .list()
        .layer(new DenseLayer.Builder().nOut(task.width).build())
        .layer(new DenseLayer.Builder().nOut(task.width).build())
        .layer(new DenseLayer.Builder().nOut(task.width).build())
        .layer(softmax())
        .setInputType(InputType.feedForward(task.data.train().inputs()))
        .build();
  }

  // endregion

  // region looped
  private static MultiLayerConfiguration looped(Task task, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(0.005))
        .activation(Activation.TANH)
        .list()
        // Instead of three DenseLayers: one sparse map whose weights are applied three times.
        .layer(new IterativeMapLayer.Builder().nOut(task.width).steps(3).density(0.2).build())
        .layer(softmax())
        .setInputType(InputType.feedForward(task.data.train().inputs()))
        .build();
  }

  // endregion

  private static OutputLayer softmax() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .activation(Activation.SOFTMAX)
        .nOut(DigitImages.CLASSES)
        .build();
  }

  @Override
  public List<Trained> run(Page page) throws Exception {
    Task task = Task.of(digits.load(page.quick(), page.seed()), page.quick());
    DigitImages some = task.data.test().range(0, Math.min(SHOWN, task.data.test().count()));
    page.text("What is learned: to read " + digits.name() + ".");
    page.picture(
        "digits",
        ImageGrid.draw(
            "Some to test with",
            10,
            some.side(),
            some.pixels(),
            Arrays.stream(some.labels()).mapToObj(Integer::toString).toList()),
        task.data.train().count()
            + " to train with, "
            + task.data.test().count()
            + " to test with.");
    page.text(digits.source());
    page.text("An ordinary DL4J classifier, a stack of `DenseLayer`s:");
    page.code("mlp");
    page.text(
        "An **iterative map** applies one set of sparse weights several times to a state that is held"
            + " on its input: h ← tanh(W x + U h + b). The stack becomes one line:");
    page.code("looped");
    List<Trained> trained =
        List.of(
            train("three dense layers", SwapMlpForLoopedMap::mlp, task, page),
            train("looped sparse map", SwapMlpForLoopedMap::looped, task, page));

    MultiLayerNetwork network = trained.get(1).last;
    IterativeMapLayer layer = (IterativeMapLayer) network.getLayer(0).conf().getLayer();
    page.picture(
        "block-matrix",
        BlockMaps.spy("The looped map", layer.getSettings().realized()).picture(),
        "The weights that exist, and no others, are its parameters.");
    Table table = Table.of("network", "parameters", "test accuracy", "ms per epoch");
    for (Trained one : trained) {
      table.row(
          one.name,
          one.parameters,
          Spread.of(one.accuracies),
          Spread.of(one.millisecondsPerEpoch).median());
    }
    page.table(
        table.caption(
            digits.name()
                + ": mean ± standard deviation over "
                + task.seeds
                + " seeds; median time"));
    page.text(
        "A map is an ordinary DL4J layer: saved and loaded with the model, its weight mask with it.");
    page.step("Save and reload", () -> saveAndReload(network, task, page));
    return trained;
  }

  private static Trained train(String name, Network network, Task task, Page page)
      throws Exception {
    double[] accuracies = new double[task.seeds];
    double[] milliseconds = new double[task.seeds];
    MultiLayerNetwork last = null;
    try (Progress progress = page.progress(name, (long) task.seeds * task.epochs)) {
      for (int s = 0; s < task.seeds; s++) {
        DataSetIterator train = task.data.train().asVectors(task.batch, page.seed() + s);
        last = new MultiLayerNetwork(network.configure(task, page.seed() + s));
        last.init();
        long[] nanos = new long[task.epochs];
        for (int epoch = 0; epoch < task.epochs; epoch++) {
          long start = System.nanoTime();
          last.fit(train);
          nanos[epoch] = System.nanoTime() - start;
          progress.step();
        }
        milliseconds[s] = median(nanos) / 1e6;
        accuracies[s] = last.evaluate(task.data.test().asVectors(250, 0)).accuracy();
        progress.note(String.format(Locale.ROOT, "accuracy %.3f", accuracies[s]));
      }
    }
    return new Trained(name, last.numParams(), accuracies, milliseconds, last);
  }

  private static double median(long[] nanos) {
    return Spread.of(Arrays.stream(nanos).asDoubleStream().toArray()).median();
  }

  private static void saveAndReload(MultiLayerNetwork network, Task task, Page page)
      throws Exception {
    File file = page.folder().resolve("looped-map.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork reloaded = ModelSerializer.restoreMultiLayerNetwork(file);
    INDArray samples = task.data.test().asVectors(50, 0).next().getFeatures();
    page.check(
        "The reloaded model, " + file.length() / 1024 + " KB, gives the same outputs",
        network.output(samples).equals(reloaded.output(samples)));
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new SwapMlpForLoopedMap(), args);
  }
}
