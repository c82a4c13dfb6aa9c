package org.iterativemaps.examples;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deeplearning4j.earlystopping.scorecalc.DataSetLossCalculator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.iterativemaps.examples.data.DigitImages;
import org.nd4j.evaluation.classification.Evaluation;
import picocli.CommandLine;

/**
 * How well a network tells digits, and the program that finds it out in a process of its own.
 *
 * @param loss mean cross entropy
 * @param counts images [true class][predicted class]
 */
record DigitFigures(double loss, int[][] counts) {

  private static final String MARK = "FIGURES ";
  private static final int BATCH = 250;

  static DigitFigures of(MultiLayerNetwork network, DigitImages images) {
    Evaluation evaluation = network.evaluate(images.asRows(BATCH, 0));
    int[][] counts = new int[DigitImages.CLASSES][DigitImages.CLASSES];
    for (int[] row : counts) {
      int digit = Arrays.asList(counts).indexOf(row);
      Arrays.setAll(row, predicted -> evaluation.getConfusion().getCount(digit, predicted));
    }
    double loss = new DataSetLossCalculator(images.asRows(BATCH, 0), true).calculateScore(network);
    return new DigitFigures(loss, counts);
  }

  double accuracy() {
    int right = IntStream.range(0, counts.length).map(i -> counts[i][i]).sum();
    return (double) right / Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
  }

  /** Equal counts, and losses as near as sums of floats in another order can be. */
  boolean sameAs(DigitFigures other) {
    return Arrays.deepEquals(counts, other.counts) && Math.abs(loss - other.loss) < 1e-6;
  }

  private String line() {
    String numbers =
        Arrays.stream(counts)
            .flatMapToInt(Arrays::stream)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(" "));
    return MARK + loss + " " + numbers;
  }

  private static DigitFigures parse(String line) {
    String[] words = line.substring(MARK.length()).split(" ");
    int[][] counts = new int[DigitImages.CLASSES][DigitImages.CLASSES];
    for (int i = 1; i < words.length; i++) {
      counts[(i - 1) / DigitImages.CLASSES][(i - 1) % DigitImages.CLASSES] =
          Integer.parseInt(words[i]);
    }
    return new DigitFigures(Double.parseDouble(words[0]), counts);
  }

  // region process
  /** Loads a model in a new Java process, which reads or draws the test images itself. */
  static DigitFigures inNewProcess(
      File model, boolean quick, long seed, int threads, DigitOptions digits)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(DigitFigures.class.getName(), model.getPath(), "" + quick, "" + seed));
    command.addAll(digits.arguments());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OMP_NUM_THREADS", "" + threads);
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exitCode = process.waitFor();
    return printed
        .lines()
        .filter(line -> line.startsWith(MARK))
        .findFirst()
        .map(DigitFigures::parse)
        .orElseThrow(
            () -> new IOException("The new process ended with " + exitCode + ":\n" + printed));
  }

  /** The other process: model file, whether quick, seed, and which digits. */
  public static void main(String[] args) throws IOException {
    DigitOptions digits = new DigitOptions();
    new CommandLine(digits).parseArgs(Arrays.copyOfRange(args, 3, args.length));
    DigitSets sets = digits.load(Boolean.parseBoolean(args[1]), Long.parseLong(args[2]));
    var network = ModelSerializer.restoreMultiLayerNetwork(new File(args[0]));
    System.out.println(DigitFigures.of(network, sets.test()).line());
  }
  // endregion
}
