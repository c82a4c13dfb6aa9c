package org.iterativemaps.examples;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.deeplearning4j.earlystopping.EarlyStoppingConfiguration;
import org.deeplearning4j.earlystopping.EarlyStoppingResult;
import org.deeplearning4j.earlystopping.listener.EarlyStoppingListener;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.earlystopping.termination.MaxEpochsTerminationCondition;
import org.deeplearning4j.earlystopping.termination.ScoreImprovementEpochTerminationCondition;
import org.deeplearning4j.earlystopping.trainer.EarlyStoppingTrainer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.examples.plots.HeatMap;
import org.iterativemaps.examples.plots.ImageGrid;
import org.iterativemaps.examples.plots.LearningCurves;
import org.iterativemaps.examples.plots.Picture;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/** A sparse recurrent map reads images of digits row by row, and is loaded by a fresh process. */
public final class DigitRows implements Notebook<DigitRows.Read> {

  private static final int SHOWN = 40;

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * What came out.
   *
   * @param accuracy on the test images
   * @param loss on the test images, mean cross entropy
   * @param reloadedAccuracy of the saved model in the fresh process
   * @param reloadedLoss of the saved model in the fresh process
   * @param parameters of the network
   * @param epochs of training until it was stopped
   * @param bestEpoch whose network was kept, counted from 1
   */
  public record Read(
      double accuracy,
      double loss,
      double reloadedAccuracy,
      double reloadedLoss,
      long parameters,
      int epochs,
      int bestEpoch) {}

  @Override
  public String title() {
    return "Digits, row by row";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the rows are short
  }

  // region network
  private static MultiLayerConfiguration network(int side, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(0.003))
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(1)
        .list()
        .layer(
            new LastTimeStep(
                new IterativeMapRecurrentLayer.Builder()
                    .nOut(128)
                    .density(0.25)
                    .activation(Activation.TANH)
                    .build()))
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(DigitImages.CLASSES)
                .build())
        .setInputType(InputType.recurrent(side, side)) // a row per time step
        .build();
  }

  // endregion

  @Override
  public Read run(Page page) throws Exception {
    DigitSets sets = digits.load(page.quick(), page.seed());
    page.text(
        "An image is read like a text: one row per time step, from the top. After the last row the"
            + " state of a sparse **recurrent map** has to tell the digit.");
    showImages(page, sets.train());
    page.code("network");
    MultiLayerNetwork network = new MultiLayerNetwork(network(sets.train().side(), page.seed()));
    network.init();
    page.picture("map", spy(network), "A quarter of the weights from x to h and h to h exist.");
    page.text(
        "DL4J stops the training when the loss on the validation images no longer falls, and keeps"
            + " the best network so far:");
    page.code("stopping");

    EarlyStoppingResult<MultiLayerNetwork> stopped =
        page.step("Train", () -> train(page, network, sets));
    showCurve(page, stopped);
    MultiLayerNetwork best = stopped.getBestModel();

    DigitFigures figures = DigitFigures.of(best, sets.test());
    List<String> classes =
        IntStream.range(0, DigitImages.CLASSES).mapToObj(Integer::toString).toList();
    double[][] counts =
        Arrays.stream(figures.counts())
            .map(row -> Arrays.stream(row).asDoubleStream().toArray())
            .toArray(double[][]::new);
    page.picture(
        "confusion",
        HeatMap.draw("Test images", "read as", classes, "true", classes, counts),
        String.format(Locale.ROOT, "%.1f %% are read as what they are.", 100 * figures.accuracy()));

    page.text("The model is saved, and another Java process loads and evaluates it:");
    DigitFigures reloaded =
        page.step("Save, and load in a fresh process", () -> reload(page, best));
    page.code(DigitFigures.class, "process");
    page.table(
        Table.of("process", "test accuracy", "test loss")
            .row("this one", figures.accuracy(), figures.loss())
            .row("fresh", reloaded.accuracy(), reloaded.loss())
            .caption("The same network in two processes"));
    page.check("Every count is the same, and the loss to six decimals", figures.sameAs(reloaded));
    return new Read(
        figures.accuracy(),
        figures.loss(),
        reloaded.accuracy(),
        reloaded.loss(),
        best.numParams(),
        stopped.getTotalEpochs(),
        stopped.getBestModelEpoch() + 1);
  }

  /** DL4J's own early stopping; the best network so far is kept. */
  private static EarlyStoppingResult<MultiLayerNetwork> train(
      Page page, MultiLayerNetwork network, DigitSets sets) {
    int epochs = mostEpochs(page);
    // region stopping
    var configuration =
        new EarlyStoppingConfiguration.Builder<MultiLayerNetwork>()
            .scoreCalculator(new DataSetLossCalculator(sets.validation().asRows(250, 0), true))
            .epochTerminationConditions(
                new MaxEpochsTerminationCondition(epochs),
                new ScoreImprovementEpochTerminationCondition(page.quick() ? 2 : 5))
            .modelSaver(new InMemoryModelSaver<>())
            .build();
    // endregion
    try (Progress progress = page.progress("Epochs, at most " + epochs, epochs)) {
      return new EarlyStoppingTrainer(
              configuration, network, sets.train().asRows(50, page.seed()), steps(progress))
          .fit();
    }
  }

  private static int mostEpochs(Page page) {
    return page.quick() ? 20 : 60;
  }

  private static EarlyStoppingListener<MultiLayerNetwork> steps(Progress progress) {
    return new EarlyStoppingListener<>() {
      @Override
      public void onStart(
          EarlyStoppingConfiguration<MultiLayerNetwork> configuration, MultiLayerNetwork start) {}

      @Override
      public void onEpoch(
          int epoch,
          double loss,
          EarlyStoppingConfiguration<MultiLayerNetwork> configuration,
          MultiLayerNetwork now) {
        progress.note(String.format(Locale.ROOT, "validation loss %.3f", loss));
        progress.step();
        System.gc(); // ND4J gives native memory back only then: else gigabytes of it pile up
      }

      @Override
      public void onCompletion(EarlyStoppingResult<MultiLayerNetwork> result) {}
    };
  }

  private DigitFigures reload(Page page, MultiLayerNetwork best) throws Exception {
    File model = page.folder().resolve("digit-rows.zip").toFile();
    ModelSerializer.writeModel(best, model, true);
    page.print("digit-rows.zip, " + model.length() / 1024 + " KB");
    return DigitFigures.inNewProcess(model, page.quick(), page.seed(), page.threads(), digits);
  }

  private void showImages(Page page, DigitImages images) {
    DigitImages some = images.range(0, Math.min(SHOWN, images.count()));
    List<String> labels = Arrays.stream(some.labels()).mapToObj(Integer::toString).toList();
    page.picture(
        "digits",
        ImageGrid.draw("What is read: " + digits.name(), 10, some.side(), some.pixels(), labels),
        "The first of " + images.count() + " to train with.");
    page.text(digits.source());
  }

  private static Picture spy(MultiLayerNetwork network) {
    var layer = (IterativeMapRecurrentLayer) network.getLayer(0).conf().getLayer();
    return BlockMaps.spy("A row x and the state h", layer.getSettings().realized()).picture();
  }

  private static void showCurve(Page page, EarlyStoppingResult<MultiLayerNetwork> stopped) {
    Map<Integer, Double> scores = new TreeMap<>(stopped.getScoreVsEpoch());
    double[] epochs = scores.keySet().stream().mapToDouble(epoch -> epoch + 1).toArray();
    double[] losses = scores.values().stream().mapToDouble(Double::doubleValue).toArray();
    page.picture(
        "curve",
        LearningCurves.of("Early stopping", "epoch", "validation loss")
            .curve("validation loss", epochs, new double[][] {losses})
            .picture(),
        String.format(
            Locale.ROOT,
            "Stopped after %d of at most %d epochs; the network of epoch %d is kept.",
            stopped.getTotalEpochs(),
            mostEpochs(page),
            stopped.getBestModelEpoch() + 1));
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new DigitRows(), args);
  }
}
