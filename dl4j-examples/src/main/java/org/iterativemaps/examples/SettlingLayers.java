package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.dynamics.Behaviour;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.HandwrittenDigits;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BehaviourPlot;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Layers that learn to read digits, for {@link FixedPoints}: the three measures of each before and
 * after, and its accuracy by K.
 *
 * @param page where they are shown
 * @param layers filled with the measures, by name
 * @param accuracy filled with test accuracies by K, by name
 */
record SettlingLayers(Page page, Map<String, Behaviour> layers, Map<String, double[]> accuracy) {
  private static final int TRAINED_STEPS = 5;
  private static final int[] TEST_STEPS = {1, 2, 3, 5, 10, 20, 50, 100};

  // region layer
  private static MultiLayerNetwork network(double radius, DigitImages images, long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(new Adam(0.005))
                .activation(Activation.TANH)
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .nOut(60)
                        .steps(TRAINED_STEPS)
                        .density(0.2)
                        .weightInit("h", "h", WeightValues.spectralRadius(radius))
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(DigitImages.CLASSES)
                        .build())
                .setInputType(InputType.feedForward(images.inputs()))
                .build());
    network.init();
    return network;
  }

  // endregion

  void run() throws Exception {
    page.text(
        "Does a **trained layer** settle, does it respond to its input, does it remember its start?"
            + " One call measures all three. Two layers learn to read digits with K = "
            + TRAINED_STEPS
            + ": one starts with a spectral radius of U of 0.5, the other with 2.");
    page.code(SettlingLayers.class, "layer");
    DigitImages train = HandwrittenDigits.train();
    DigitImages test = HandwrittenDigits.test();
    double[][] tokens =
        test.range(0, page.quick() ? 30 : 100).pixels().stream()
            .map(image -> IntStream.range(0, image.length).mapToDouble(i -> image[i]).toArray())
            .toArray(double[][]::new);
    Table byK =
        Table.of(
            Stream.concat(Stream.of("layer"), Arrays.stream(TEST_STEPS).mapToObj(k -> "K = " + k))
                .toArray(String[]::new));
    for (double radius : new double[] {0.5, 2}) {
      MultiLayerNetwork network = network(radius, train, page.seed());
      layers.put("radius " + radius + ", untrained", behaviour(network, tokens));
      DataSetIterator batches = train.asVectors(50, page.seed());
      for (int epoch = 0; epoch < (page.quick() ? 15 : 40); epoch++) {
        network.fit(batches);
      }
      String name = "radius " + radius + ", trained";
      layers.put(name, behaviour(network, tokens));
      double[] shares = accuracy(network, test);
      accuracy.put(name, shares);
      byK.row(Stream.concat(Stream.of((Object) name), Arrays.stream(shares).boxed()).toArray());
    }
    BehaviourPlot picture = BehaviourPlot.of("Before and after training");
    Table table =
        Table.of("layer", "settles on", "steps, median", "sensitivity", "start forgotten");
    layers.forEach(
        (name, behaviour) -> {
          picture.map(name, behaviour);
          table.row(
              name,
              Math.round(100 * behaviour.settledShare()) + " %",
              behaviour.medianSteps().isPresent() ? "" + behaviour.medianSteps().getAsInt() : "-",
              behaviour.medianSensitivity().isPresent()
                  ? String.format(Locale.ROOT, "%.3f", behaviour.medianSensitivity().getAsDouble())
                  : "-",
              behaviour.forgetsAfter(1e-3).isPresent()
                  ? behaviour.forgetsAfter(1e-3).getAsInt() + " steps"
                  : "no");
        });
    page.picture(
        "three-measures",
        picture.picture(),
        "Share of digits settled on, distance of two starts (median), and how much the settled state"
            + " moves with the token.");
    page.table(
        table.caption(
            tokens.length
                + " test digits, up to 200 steps; start forgotten: to a thousandth, by all pairs of starts on"
                + " all digits"));
    page.table(byK.caption("Test accuracy by K at test time"));
    accuracy.forEach((name, shares) -> page.print(conclusion(name, layers.get(name), shares)));
    page.text(HandwrittenDigits.ATTRIBUTION);
  }

  private static Behaviour behaviour(MultiLayerNetwork network, double[][] tokens) {
    return Behaviour.of(
        LayerWeights.read(network.getLayer(0)), Activation.TANH.getActivationFunction(), tokens);
  }

  private static double[] accuracy(MultiLayerNetwork network, DigitImages test) {
    DataSet all = test.asVectors(test.count(), 0).next();
    Map<Integer, INDArray> byK = MapKnobs.of(network).sweep(all.getFeatures(), TEST_STEPS);
    INDArray labels = all.getLabels().argMax(1);
    return Arrays.stream(TEST_STEPS)
        .mapToDouble(
            k ->
                byK.get(k)
                    .argMax(1)
                    .eq(labels)
                    .castTo(labels.dataType())
                    .meanNumber()
                    .doubleValue())
        .toArray();
  }

  /** What the numbers say, whatever they are. */
  private static String conclusion(String name, Behaviour behaviour, double[] shares) {
    double trained = shares[3];
    double many = shares[shares.length - 1];
    return String.format(
        Locale.ROOT,
        "%s: it settles on %.0f %% of the digits; accuracy %.3f with K = %d and %.3f with K = %d: %s.",
        name,
        100 * behaviour.settledShare(),
        trained,
        TRAINED_STEPS,
        many,
        TEST_STEPS[TEST_STEPS.length - 1],
        many > trained - 0.01
            ? "twenty times the steps change nothing"
            : many > trained - 0.1
                ? "twenty times the steps cost a little"
                : "what it has learnt holds at the K of training alone");
  }
}
