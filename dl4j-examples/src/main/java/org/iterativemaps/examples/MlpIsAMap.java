package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.Conversion;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.dynamics.ImpulseResponse;
import org.iterativemaps.examples.data.Iris;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.MapWeights;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A trained MLP as a map: the same outputs, and what K and the injection change. */
public final class MlpIsAMap implements Notebook<MlpIsAMap.Result> {
  private static final int STEPS = 6;

  /**
   * The numbers of the notebook.
   *
   * @param largestDifference between the outputs of the MLP and of the map
   * @param accuracy of the MLP on its training set
   * @param held accuracy after 1, 2 … steps with the input held
   * @param impulse the same with the input there for the first step only
   * @param forgetsAfter steps after which the output does not depend on the initial state
   */
  public record Result(
      double largestDifference,
      double accuracy,
      double[] held,
      double[] impulse,
      OptionalInt forgetsAfter) {}

  @Override
  public String title() {
    return "An MLP is a map";
  }

  // region mlp
  private static MultiLayerNetwork mlp(long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.DOUBLE)
                .updater(new Adam(0.01))
                .activation(Activation.TANH)
                .list()
                .layer(new DenseLayer.Builder().nOut(24).build())
                .layer(new DenseLayer.Builder().nOut(16).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(Iris.CLASSES)
                        .build())
                .setInputType(InputType.feedForward(Iris.FEATURES))
                .build());
    network.init();
    return network;
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    page.text("An ordinary DL4J network, trained on Iris:");
    page.code("mlp");
    DataSet data = iris();
    MultiLayerNetwork mlp = mlp(page.seed());
    page.step(
        "Train",
        () -> {
          for (int epoch = 0; epoch < (page.quick() ? 60 : 200); epoch++) {
            mlp.fit(data);
          }
        });
    double accuracy = accuracy(mlp.output(data.getFeatures()), data);

    page.text("One line makes a map of it: a slot per layer, a block per matrix, K = depth.");
    Conversion<MultiLayerNetwork> conversion = IterativeMaps.fromMlp(mlp);
    MultiLayerNetwork map = conversion.network();
    page.print(conversion.report().toString());
    MapWeights weights = LayerWeights.read(map.getLayer(0));
    page.picture(
        "block-matrix",
        BlockMaps.spy("The MLP as one matrix", weights.realized()).picture(),
        "All weights of the MLP, strictly below the diagonal.");
    double largest =
        Magnitude.largestDifference(mlp.output(data.getFeatures()), map.output(data.getFeatures()));
    page.check(
        String.format(
            Locale.ROOT, "The outputs are the same: the largest difference is %.1e", largest),
        largest <= 1e-12);

    page.text(
        "**K is a knob**, after training, too. With fewer steps than layers nothing of the input has"
            + " arrived at the output, and the layer says so; with more, a held input gives the same"
            + " output again, because each slot has come to rest:");
    MapKnobs knobs = MapKnobs.of(map);
    try {
      knobs.steps(2);
      page.check("K = 2 is refused", false);
    } catch (IllegalArgumentException refused) {
      page.print("K = 2: " + refused.getMessage());
    }
    INDArray atDepth = map.output(data.getFeatures()).dup();
    page.check(
        "K = 4 and K = 9 give the outputs of K = 3",
        knobs.sweep(data.getFeatures(), 4, 9).values().stream()
            .allMatch(output -> output.equals(atDepth)));

    page.text(
        "To watch the steps one by one, the same map and weights run as a recurrent layer with one"
            + " step per token: the token again and again (**hold**), or once and then zeros"
            + " (**impulse**). Held, the output is right from step 3 on. As an impulse it is right at"
            + " step 3 alone: the answer passes through the output slot and is gone.");
    double[] held = byStep(weights, data, Injection.HOLD);
    double[] impulse = byStep(weights, data, Injection.IMPULSE);
    Table table = Table.of("step", "hold", "impulse");
    for (int step = 1; step <= STEPS; step++) {
      table.row(step, held[step - 1], impulse[step - 1]);
    }
    page.table(table.caption("Accuracy of what is in the output slot after each step"));

    OptionalInt forgets = ImpulseResponse.ofStructure(weights.realized());
    page.print(
        "Whatever state the map starts in, its output has forgotten it after "
            + forgets.orElseThrow()
            + " steps.");
    page.check("That is its depth", forgets.equals(OptionalInt.of(3)));
    page.step(
        "And back",
        () -> {
          MultiLayerNetwork back = IterativeMaps.toMlp(map).network();
          page.check("The parameters of the MLP, to the bit", back.params().equals(mlp.params()));
        });
    return new Result(largest, accuracy, held, impulse, forgets);
  }

  private static double[] byStep(MapWeights weights, DataSet data, Injection injection) {
    BlockMap map = weights.map().withInjection(injection);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(map).build())
                .build());
    network.init();
    LayerWeights.write(weights, network.getLayer(0));
    INDArray input = Nd4j.zeros(DataType.DOUBLE, data.numExamples(), Iris.FEATURES, STEPS);
    for (int step = 0; step < (injection == Injection.HOLD ? STEPS : 1); step++) {
      input
          .get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step))
          .assign(data.getFeatures());
    }
    INDArray output = network.output(input);
    double[] accuracies = new double[STEPS];
    Arrays.setAll(
        accuracies,
        step ->
            accuracy(
                output.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step)).dup(),
                data));
    return accuracies;
  }

  private static double accuracy(INDArray output, DataSet data) {
    INDArray right = output.argMax(1).eq(data.getLabels().argMax(1));
    return right.castTo(DataType.DOUBLE).meanNumber().doubleValue();
  }

  private static DataSet iris() throws Exception {
    DataSet data = Iris.load();
    NormalizerStandardize normalizer = new NormalizerStandardize();
    normalizer.fit(data);
    normalizer.transform(data);
    data.setFeatures(data.getFeatures().castTo(DataType.DOUBLE));
    data.setLabels(data.getLabels().castTo(DataType.DOUBLE));
    return data;
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new MlpIsAMap(), args);
  }
}
