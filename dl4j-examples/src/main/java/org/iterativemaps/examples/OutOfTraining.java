package org.iterativemaps.examples;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.card.DataSummary;
import org.iterativemaps.card.ModelCard;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.export.InferenceExport;
import org.iterativemaps.export.onnx.OnnxExport;
import org.iterativemaps.inference.InferenceModel;
import org.iterativemaps.inference.Main;
import org.iterativemaps.inference.TokenStream;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.saving.ModelFile;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Mixin;

/** The day a model leaves training: a file that a small jar runs, and what a stranger can read. */
public final class OutOfTraining implements Notebook<OutOfTraining.Left> {
  private static final int CALLS = 1_000;

  /**
   * What eight steps in single precision may differ by: how sums are added up depends on the CPU.
   */
  static final double TOLERANCE = 1e-5;

  @Mixin private DigitOptions digits = new DigitOptions();

  /**
   * What came out.
   *
   * @param accuracy in DL4J, on the test images
   * @param inferenceAccuracy without it
   * @param largest difference of the two's answers
   * @param processDifference of a process that has nothing but the small jar
   * @param zipBytes of the file that training goes on from
   * @param mapsBytes of the file to run
   */
  public record Left(
      double accuracy,
      double inferenceAccuracy,
      double largest,
      double processDifference,
      long zipBytes,
      long mapsBytes) {}

  @Override
  public String title() {
    return "Out of training";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // one row of an image at a time
  }

  private static MultiLayerConfiguration network(int side, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(0.005))
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(1)
        .list()
        .layer(
            new LastTimeStep(
                new IterativeMapRecurrentLayer.Builder()
                    .nOut(200)
                    .density(0.1)
                    .activation(Activation.TANH)
                    .build()))
        .layer(
            new OutputLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .nOut(DigitImages.CLASSES)
                .build())
        .setInputType(InputType.recurrent(side, side))
        .build();
  }

  @Override
  public Left run(Page page) throws Exception {
    DigitSets sets = digits.load(page.quick(), page.seed());
    page.text(
        "A sparse recurrent map reads digits row by row. Trained, it is a few thousand weights and a"
            + " list of steps: DL4J, ND4J and their natives are no longer needed.");
    MultiLayerNetwork network = new MultiLayerNetwork(network(sets.train().side(), page.seed()));
    network.init();
    train(page, network, sets.train());

    page.text("## A file to run\n\nThe network is written, and read where there is no DL4J:");
    Path file = page.folder().resolve("digits.maps");
    InferenceModel model = page.step("Write and read", () -> carriedOver(network, file));
    page.code("carriedOver");
    DataSet test = sets.test().asRows(sets.test().count(), 0).next();
    INDArray rows = test.getFeatures();
    float[][] expected = network.output(rows).toFloatMatrix();
    float[][] answers = answers(model, rows);
    double largest = largestDifference(expected, answers);
    int[] labels = test.getLabels().argMax(1).toIntVector();
    page.check(
        String.format(
            Locale.ROOT, "Its answers to %d images are DL4J's to %.0e", labels.length, largest),
        largest < TOLERANCE);

    page.text(
        "## Without anything else\n\nA new Java process with the small jar alone on its class path"
            + " reads the file and answers the rows of the first image:");
    double ofProcess =
        page.step("A process of its own", () -> inNewProcess(page, file, rows, expected[0]));

    page.text(
        "## A row at a time\n\nWhere rows arrive one by one, a stream keeps the state. DL4J answers"
            + " an image that is there as a whole:");
    page.code("answer");
    double[] micros = page.step("Time them", () -> microseconds(network, model, rows));
    page.table(
        Table.of("one image", "median of the runs, µs")
            .row("output", micros[0])
            .row("TokenStream, " + model.kernel(), micros[1])
            .caption("On this machine, now"));

    page.text(
        "## What a stranger can read\n\nEvery saved model carries a card: what it is, what it was"
            + " trained on, what it is for. It is read without loading the network.");
    Path zip = page.folder().resolve("digits.zip");
    ModelCard card = page.step("Save with a card", () -> saved(network, sets, zip));
    page.code("saved");
    page.text(card.toMarkdown());
    Path onnx = page.folder().resolve("digits.onnx");
    page.step("For ONNX Runtime and the like", () -> exported(network, onnx));
    page.code("exported");
    page.table(
        Table.of("file", "bytes")
            .row("digits.zip, to train on", Files.size(zip))
            .row("digits.maps, to run", Files.size(file))
            .row("digits.onnx, for others", Files.size(onnx)));
    return new Left(
        accuracy(expected, labels),
        accuracy(answers, labels),
        largest,
        ofProcess,
        Files.size(zip),
        Files.size(file));
  }

  private static void train(Page page, MultiLayerNetwork network, DigitImages images) {
    int epochs = page.quick() ? 10 : 30;
    try (Progress progress = page.progress("epochs", epochs)) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        DataSetIterator batches = images.asRows(32, page.seed() + epoch);
        network.fit(batches);
        progress.step();
      }
    }
  }

  // region carriedOver
  private static InferenceModel carriedOver(MultiLayerNetwork network, Path file)
      throws IOException {
    InferenceExport.write(network, file);
    return InferenceModel.read(file);
  }

  // endregion

  // region answer
  /** The answer after the last row. */
  private static float[] answer(InferenceModel model, float[][] rows) {
    TokenStream stream = model.stream();
    float[] answer = null;
    for (float[] row : rows) {
      answer = stream.next(row);
    }
    return answer;
  }

  // endregion

  // region saved
  private static ModelCard saved(MultiLayerNetwork network, DigitSets sets, Path zip)
      throws IOException {
    ModelCard card =
        ModelCard.of(network)
            .withTitle("Digits, row by row")
            .withSection(ModelCard.INTENDED_USE, "An example.")
            .withSection(ModelCard.LIMITATIONS, "Digits of 13 people; others are read less well.")
            .withData(DataSummary.of("digits to train with", sets.train().asRows(32, 0)));
    ModelFile.save(network, zip, true, null, card);
    return ModelFile.card(zip); // as a stranger reads it
  }

  // endregion

  // region exported
  private static long exported(MultiLayerNetwork network, Path onnx) throws IOException {
    OnnxExport.write(network, onnx);
    return Files.size(onnx);
  }

  // endregion

  private static float[][] answers(InferenceModel model, INDArray images) {
    float[][] answers = new float[(int) images.size(0)][];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = answer(model, rows(images, i));
    }
    return answers;
  }

  /** [image, row's pixels, row] to [row][pixels]. */
  private static float[][] rows(INDArray images, int image) {
    return images.get(NDArrayIndex.point(image)).transpose().toFloatMatrix();
  }

  private static double largestDifference(float[][] expected, float[][] answers) {
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      for (int c = 0; c < expected[i].length; c++) {
        largest = Math.max(largest, Math.abs(expected[i][c] - answers[i][c]));
      }
    }
    return largest;
  }

  private static double accuracy(float[][] answers, int[] labels) {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      int best = 0;
      for (int c = 1; c < answers[i].length; c++) {
        best = answers[i][c] > answers[i][best] ? c : best;
      }
      right += best == labels[i] ? 1 : 0;
    }
    return right / (double) labels.length;
  }

  /** The largest difference of its last answer. */
  private static double inNewProcess(Page page, Path file, INDArray images, float[] expected)
      throws IOException, InterruptedException, URISyntaxException {
    Path jar = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            jar.toString(),
            Main.class.getName(),
            file.toString());
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).start();
    try (OutputStream tokens = process.getOutputStream()) {
      for (float[] row : rows(images, 0)) {
        String line = Arrays.toString(row).replaceAll("[\\[\\]]", "");
        tokens.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    double millis = (System.nanoTime() - start) / 1e6;
    if (process.waitFor() != 0) {
      throw new IOException("The new process failed: " + errors);
    }
    String[] lines = printed.strip().split("\\R");
    String[] last = lines[lines.length - 1].split(",");
    double largest = 0;
    for (int c = 0; c < expected.length; c++) {
      largest = Math.max(largest, Math.abs(expected[c] - Float.parseFloat(last[c])));
    }
    page.print(
        String.format(Locale.ROOT, "%d answers, %.0f ms from start to end", lines.length, millis));
    page.check("The last of them is DL4J's", largest < TOLERANCE);
    return largest;
  }

  private static double[] microseconds(
      MultiLayerNetwork network, InferenceModel model, INDArray images) {
    float[][] rows = rows(images, 0);
    TokenStream stream = model.stream();
    float[] answer = new float[DigitImages.CLASSES];
    INDArray image =
        images.get(NDArrayIndex.interval(0, 1), NDArrayIndex.all(), NDArrayIndex.all());
    double[] times = new double[9];
    double[] dl4j = new double[times.length];
    for (int run = 0; run < times.length; run++) {
      dl4j[run] = microseconds(() -> network.output(image));
      times[run] =
          microseconds(
              () -> {
                stream.reset();
                for (float[] row : rows) {
                  stream.next(row, answer);
                }
              });
    }
    return new double[] {median(dl4j), median(times)};
  }

  private static double microseconds(Runnable call) {
    long start = System.nanoTime();
    for (int i = 0; i < CALLS; i++) {
      call.run();
    }
    return (System.nanoTime() - start) / 1e3 / CALLS;
  }

  private static double median(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new OutOfTraining(), args);
  }
}
