package org.iterativemaps.examples;

import java.io.PrintWriter;
import java.util.List;
import org.iterativemaps.examples.golden.VerifyGolden;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Starts an example by its name: {@code Examples NAME [args]}, or {@code Examples all [args]}. */
@Command(
    name = "Examples",
    synopsisSubcommandLabel = "NAME",
    description = "Runs an example; 'NAME --help' tells its options.",
    commandListHeading = "%nExamples, in reading order:%n")
public final class Examples {

  /** Every example, in reading order: a {@code Notebook} or any picocli command, and one line. */
  static final List<Example> IN_READING_ORDER =
      List.of(
          new Example(
              SwapMlpForLoopedMap.class,
              "The quickstart: a stack of dense layers becomes one sparse looped map."),
          new Example(
              MapsAtAGlance.class,
              "An MLP, a recurrent network and a reservoir as block matrices."),
          new Example(
              MlpIsAMap.class, "A trained MLP becomes a map: the same outputs, and K as a knob."),
          new Example(
              FromMlpToRnn.class,
              "Skips, feedback and recurrence open one after the other in the map of an MLP."),
          new Example(
              ThinkLonger.class,
              "More steps at test time than in training, on parities of growing length."),
          new Example(
              RetrofittedRecurrence.class,
              "A trained stack of layers is tied to one looped layer, and then thinks longer."),
          new Example(
              Sudoku4x4.class, "A looped map solves Sudokus of 4 by 4 cells: accuracy against K."),
          new Example(
              EquilibriumClassifier.class,
              "A map that goes on until it has settled reads digits, beside K = 5 and an MLP."),
          new Example(
              StationaryFeedback.class,
              "A map that settles learns from a nudged stationary state, without a way back."),
          new Example(
              FeedForwardShortcut.class,
              "What recurrent maps settle to, given at once by a network of two layers."),
          new Example(
              FixedPoints.class,
              "Where iterated maps go: fixed points, cycles, basins, impulses; three measures of layers."),
          new Example(
              MemoryHorizon.class, "How far back a map remembers, by K and initial weights."),
          new Example(
              SparseRecurrentMap.class,
              "A sparse recurrent map, SimpleRnn and LSTM of equal size learn two sequence tasks."),
          new Example(
              EchoState.class,
              "A reservoir with an exact spectral radius; only its read-out is trained."),
          new Example(
              EchoStateByDuals.class,
              "A recurrent map trained to forget where it started, by multipliers of a constraint."),
          new Example(
              DigitRows.class,
              "A recurrent map reads digits row by row; it is saved and loaded by a fresh process."),
          new Example(
              OutOfTraining.class,
              "A trained map runs without DL4J and ND4J, and carries a card that tells what it is."),
          new Example(
              HiddenProportionStudy.class,
              "At a fixed budget, accuracy against the share of weights between hidden units."),
          new Example(
              ControlStudy.class,
              "A controller is imitated by maps of equal weights: where inputs are few, is dense best?"),
          new Example(
              PruneWhileTraining.class,
              "Gradual pruning and rewiring while training: accuracy and time against sparsity."),
          new Example(
              WatchItTrain.class,
              "A map learns and is pruned before your eyes, in DL4J's user interface (-Pui)."),
          new Example(
              BundleStudy.class,
              "Neighbouring units that share their sources: accuracy and time beside random masks."),
          new Example(
              GatedMap.class,
              "An LSTM swapped for a map in a line, exactly; then sparse, and pruned while it trains."),
          new Example(
              LongerMemory.class,
              "Slow units beside fast ones: a symbol is recalled after a delay."),
          new Example(
              MinimalGates.class,
              "minGRU and minLSTM, whose gates read the token alone, beside GRU and LSTM."),
          new Example(
              CharacterModel.class,
              "A character-level language model: an LSTM beside sparse gated maps of equal weights."),
          new Example(
              TransformerIsAMap.class,
              "A transformer encoder as an iterated map, tied across depth and untied."),
          new Example(
              TrellisIsAMap.class,
              "A trellis network as an iterated map; a truncated recurrent network as a sparse one."),
          new Example(Hello.class, "The shortest notebook; copy it to start a new one."),
          new Example(PlotGallery.class, "Every plot, table and excerpt a notebook can show."),
          new Example(
              VerifyGolden.class,
              "Checks a folder of golden files: numbers of the authors' code."));

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  private boolean help;

  Examples() {}

  /**
   * The program.
   *
   * @param args name of an example, then its arguments
   */
  public static void main(String[] args) {
    System.exit(commandLine(IN_READING_ORDER).execute(args));
  }

  /** Exit code 2 and the list for an unknown name, 1 for an example that failed. */
  static CommandLine commandLine(List<Example> examples) {
    CommandLine commandLine = new CommandLine(new Examples());
    examples.forEach(example -> commandLine.addSubcommand(example.name(), example.commandLine()));
    commandLine.addSubcommand("all", new RunAll(examples));
    return commandLine.setParameterExceptionHandler(Examples::explain);
  }

  /** The message, the nearest names if any, and what there is. */
  private static int explain(ParameterException wrong, String[] args) {
    CommandLine command = wrong.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(wrong.getMessage());
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println();
    command.usage(err);
    err.flush();
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }
}
