package org.iterativemaps.examples;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.DigitImages;
import org.iterativemaps.examples.data.DrawnDigits;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.change.MagnitudePruning.Scope;
import org.iterativemaps.map.change.SparsitySchedule;
import org.iterativemaps.surgery.BlockChoice;
import org.iterativemaps.surgery.GradualPruning;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * A looped map learns to read digits, is pruned, and can be watched in the browser: DL4J's user
 * interface, which the Maven profile {@code ui} brings.
 *
 * <p>Exit code 2 without it.
 */
@Command(name = "WatchItTrain")
public final class WatchItTrain implements Callable<Integer> {
  private static final int SIDE = 28;
  private static final int BATCH = 64;

  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      defaultValue = "9000",
      description = "Where the pages are: http://localhost:PORT (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(names = "--quick", description = "A small version.")
  private boolean quick;

  @Option(names = "--end", description = "End the pages with the training, not by Ctrl-C.")
  private boolean end;

  /** A command without arguments; picocli sets them. */
  public WatchItTrain() {}

  @Override
  public Integer call() throws Exception {
    Optional<Screen> found = screen();
    if (found.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println(
              "WatchItTrain: found no user interface on the class path; the profile ui brings DL4J's"
                  + " (60 MB): mvn -q -B -Pui -Drun package -Dexample=WatchItTrain");
      return spec.exitCodeOnInvalidInput();
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Screen screen = found.get()) {
      MultiLayerNetwork network = network(quick ? 32 : 128);
      out.println("Watch it train: " + screen.show(network, port));
      out.flush();
      train(network, quick ? 1000 : 6000, quick ? 4 : 20);
      out.println(end ? "It has been trained." : "It has been trained; Ctrl-C ends the pages.");
      out.flush();
      if (!end) {
        Thread.currentThread().join();
      }
    }
    return 0;
  }

  /** The first that can be made: what an earlier build left may lack its libraries. */
  static Optional<Screen> screen() {
    try {
      return ServiceLoader.load(Screen.class).findFirst();
    } catch (ServiceConfigurationError | LinkageError e) {
      return Optional.empty();
    }
  }

  /** Not trained yet. */
  static MultiLayerNetwork network(int width) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.002))
                .activation(Activation.TANH)
                .list()
                .layer(
                    new IterativeMapLayer.Builder()
                        .name("map")
                        .nOut(width)
                        .steps(3)
                        .density(0.5)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .name("out")
                        .activation(Activation.SOFTMAX)
                        .nOut(DigitImages.CLASSES)
                        .build())
                .setInputType(InputType.feedForward(SIDE * SIDE))
                .build());
    network.init();
    return network;
  }

  static void train(MultiLayerNetwork network, int images, int epochs) {
    int iterations = epochs * ((images + BATCH - 1) / BATCH);
    network.addListeners(
        new GradualPruning(
            BlockChoice.all(),
            SparsitySchedule.cubic(
                0.95, iterations / 5, iterations * 4 / 5, Math.max(1, iterations / 40)),
            Scope.GLOBAL));
    DataSetIterator data = DrawnDigits.make(images, SIDE, 1).asVectors(BATCH, 1);
    network.fit(data, epochs);
  }
}
