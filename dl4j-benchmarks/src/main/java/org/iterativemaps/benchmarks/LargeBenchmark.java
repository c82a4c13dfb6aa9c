package org.iterativemaps.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.MapLossLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Maps of very many units: what the first step of training takes, and how much memory the process.
 * Not by JMH, since what is made once is what is measured.
 *
 * <p>100 inputs, all of the units in one slot, 100 outputs, fan-in 10, K = 3 (the least that the
 * outputs see h->h in), batch 32, Adam.
 */
final class LargeBenchmark {
  static final String NAME = LargeBenchmark.class.getSimpleName();
  static final String DESCRIPTION = "First fit step, later ones and memory of very large maps.";

  private static final int[] UNITS = {100_000, 1_000_000};
  private static final int STEPS = 5; // after the first

  /**
   * What was measured of one map.
   *
   * @param weights parameters of the network
   * @param ready seconds from the start of the process until the network is there
   * @param first until the end of the first step
   * @param step the shortest later one
   * @param megabytes most memory of the process; not a number where the system does not say
   */
  record Figures(long weights, double ready, double first, double step, double megabytes) {}

  private LargeBenchmark() {}

  /** Prints the table; every map in a process of its own. */
  static void run() throws IOException, InterruptedException {
    System.out.println("| units | weights | network, s | first step, s | step, s | process, MB |");
    System.out.println("|---|---|---|---|---|---|");
    for (int units : UNITS) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
      command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
      command.addAll(List.of(LargeBenchmark.class.getName(), String.valueOf(units)));
      int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (exit != 0) {
        throw new IOException("measuring " + units + " units ended with " + exit);
      }
    }
  }

  /**
   * One row.
   *
   * @param args how many units
   */
  public static void main(String[] args) throws IOException {
    int units = Integer.parseInt(args[0]);
    Figures f = measure(units);
    System.out.printf(
        Locale.ROOT,
        "| %d | %d | %.1f | %.1f | %.2f | %.0f |%n",
        units,
        f.weights,
        f.ready,
        f.first,
        f.step,
        f.megabytes);
  }

  static Figures measure(int units) throws IOException {
    Nd4j.getRandom().setSeed(1);
    BlockMap map =
        BlockMap.builder()
            .input("x", 100)
            .state("h", units, Activation.TANH)
            .state("y", 100, Activation.IDENTITY)
            .connect("x", "h", Sparsity.fanIn(10))
            .connect("h", "h", Sparsity.fanIn(10))
            .connect("h", "y", Sparsity.fanIn(10))
            .output("y")
            .build();
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Subjects.configuration()
                .list()
                .layer(new IterativeMapLayer.Builder().map(map).steps(3).build())
                .layer(new MapLossLayer.Builder(LossFunction.MSE).build())
                .build());
    network.init();
    DataSet batch = new DataSet(Nd4j.randn(32, 100), Nd4j.randn(32, 100));
    double ready = uptime();
    network.fit(batch);
    double first = uptime();
    double step = Double.POSITIVE_INFINITY;
    for (int i = 0; i < STEPS; i++) {
      long start = System.nanoTime();
      network.fit(batch);
      step = Math.min(step, (System.nanoTime() - start) / 1e9);
    }
    return new Figures(network.numParams(), ready, first, step, megabytes());
  }

  private static double uptime() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
  }

  private static double megabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return Double.NaN;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(Double.NaN);
    }
  }
}
