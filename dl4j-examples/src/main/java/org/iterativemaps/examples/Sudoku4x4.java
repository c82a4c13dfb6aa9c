package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.iterativemaps.examples.data.HeldTokens;
import org.iterativemaps.examples.data.Sudoku4;
import org.iterativemaps.examples.notebook.Notebook;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.plots.BlockMaps;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** A looped map solves Sudokus of 4 by 4 cells: accuracy against K, beside an MLP. */
public final class Sudoku4x4 implements Notebook<Sudoku4x4.Result> {
  private static final int NUMBERS = Sudoku4.CELLS * Sudoku4.DIGITS;
  private static final int UNITS = 12;
  private static final int STEPS = 12;

  /** Each K that is tested: up to 16 times the steps of the training. */
  static final int[] TEST_STEPS = {1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 48, 96, 16 * STEPS};

  private static final int BATCH = 64;

  /**
   * How the networks did with puzzles of one set of grids.
   *
   * @param grids name of the set
   * @param cells [seed][index of K]: share of the blanks that the map filled rightly
   * @param puzzles [seed][index of K]: share of the puzzles that it filled without a mistake
   * @param mlpCells [seed]: the MLP's share of blanks
   * @param mlpPuzzles [seed]: its share of puzzles
   */
  public record Course(
      String grids, double[][] cells, double[][] puzzles, double[] mlpCells, double[] mlpPuzzles) {}

  /**
   * What came out.
   *
   * @param parameters of the map
   * @param mlpParameters of the MLP
   * @param all the grids that were trained on, others of their kind, those of the other kind
   */
  public record Result(long parameters, long mlpParameters, List<Course> all) {}

  /** How much is done: the MLP is trained so many times longer. */
  private record Size(int seeds, int updates, int longer, int tests) {}

  private record Grids(String name, List<int[]> grids) {}

  @Override
  public String title() {
    return "Sudoku of 4 by 4 cells";
  }

  @Override
  public OptionalInt threads() {
    return OptionalInt.of(1); // the arrays are small
  }

  // region map
  /** Each cell has a few units that read its clue, themselves, and its row, column and box. */
  static BlockMap map() {
    return BlockMap.builder()
        .input("x", NUMBERS)
        .state("h", UNITS * Sudoku4.CELLS, Activation.TANH)
        .state("y", NUMBERS, Activation.IDENTITY)
        .connect("x", "h", cells(Sudoku4.DIGITS, UNITS, false))
        .connect("h", "h", cells(UNITS, UNITS, true))
        .connect("h", "y", cells(UNITS, Sudoku4.DIGITS, false))
        .output("y")
        .build();
  }

  private static Sparsity cells(int from, int to, boolean peers) {
    boolean[][] exists = new boolean[to * Sudoku4.CELLS][from * Sudoku4.CELLS];
    for (int unit = 0; unit < exists.length; unit++) {
      for (int source = 0; source < exists[unit].length; source++) {
        int cell = unit / to;
        int other = source / from;
        exists[unit][source] = cell == other || (peers && Sudoku4.arePeers(cell, other));
      }
    }
    return Sparsity.explicit(WeightMask.ofMatrix(exists));
  }

  // endregion

  @Override
  public Result run(Page page) throws Exception {
    Size size = page.quick() ? new Size(1, 600, 1, 200) : new Size(3, 3000, 3, 1000);
    List<Grids> sets = sets(page.seed());
    introduce(sets, size, page);
    List<Course> all = new ArrayList<>();
    for (Grids set : sets) {
      int n = size.seeds;
      all.add(new Course(set.name, new double[n][], new double[n][], new double[n], new double[n]));
    }
    MultiLayerNetwork map = null;
    MultiLayerNetwork mlp = null;
    for (int s = 0; s < size.seeds; s++) {
      long seed = page.seed() + s;
      map = mapNetwork(seed, size.updates);
      train(map, size.updates, true, sets.get(0), seed, page);
      mlp = mlp(seed, size.updates * size.longer, widthOfMlp(map.numParams()));
      train(mlp, size.updates * size.longer, false, sets.get(0), seed, page);
      for (int i = 0; i < sets.size(); i++) {
        DataSet test = test(sets.get(i), size.tests, Sudoku4.MAX_BLANKS, seed);
        measure(all.get(i), s, map, mlp, test);
      }
    }
    Result result = new Result(map.numParams(), mlp.numParams(), all);
    SudokuReport.accuracy(result, size.tests, page);
    Grids unseen = sets.get(2);
    MultiLayerNetwork last = map;
    SudokuReport.blanks(
        last, unseen.name, blanks -> test(unseen, size.tests, blanks, page.seed()), page);
    SudokuReport.solving(last, test(unseen, 100, Sudoku4.MAX_BLANKS, page.seed()), page);
    SudokuReport.conclude(result, page);
    return result;
  }

  private static void introduce(List<Grids> sets, Size size, Page page) {
    page.text(
        "Every row, column and box of a **4 by 4 Sudoku** has the digits 1 to 4. The map reads the"
            + " clues and is applied K times. A cell hears of its row, column and box only, so what"
            + " follows from what follows needs steps; the first answers that know of another cell"
            + " are there after three: clues enter, reach other cells, and come to the output.");
    page.code("map");
    page.picture(
        "map",
        BlockMaps.spy("Cells, and those that they hear of", map().realize()).picture(),
        "The mask is all that the map is told of the rules.");
    page.text(
        "It is trained with a **loss at each of "
            + STEPS
            + " iterates**: a recurrent layer with one step per token is given the puzzle "
            + STEPS
            + " times. Every puzzle has one solution and 1 to 10 blanks, and is drawn anew for its"
            + " update. The MLP beside it has two hidden layers and as many parameters, and sees "
            + (size.longer == 1 ? "as" : size.longer + " times as")
            + " many puzzles.");
    page.code("batch");
    page.text(
        String.format(
            Locale.ROOT,
            "**What is held out.** There are 288 grids, but by exchanging digits, rows, columns and"
                + " bands, turning and reflecting, only two, in 192 and in 96 forms. Trained on are"
                + " %d of the 192. Tested are new puzzles of these; puzzles of the %d others of the"
                + " 192, which are the trained ones in other forms (the cells of the map share no"
                + " weights, so it is not told that); and puzzles of the other kind, all %d, of which"
                + " no form has been seen. Every puzzle of the tests has 10 blanks, the most that"
                + " every grid allows.",
            sets.get(0).grids.size(),
            sets.get(1).grids.size(),
            sets.get(2).grids.size()));
  }

  /** The grids that are trained on, others of their kind, and those of the other kind. */
  private static List<Grids> sets(long seed) {
    RandomSource random = RandomSource.of(seed, "held out");
    List<int[]> trained = new ArrayList<>();
    List<int[]> others = new ArrayList<>();
    List<int[]> otherKind = new ArrayList<>();
    for (int[] grid : Sudoku4.grids()) {
      boolean isHeldOut = random.nextDouble() < 0.25;
      (Sudoku4.isFirstKind(grid) ? otherKind : isHeldOut ? others : trained).add(grid);
    }
    return List.of(
        new Grids("trained grids", trained),
        new Grids("other grids of the kind", others),
        new Grids("the other kind", otherKind));
  }

  // region batch
  private static DataSet batch(List<int[]> grids, RandomSource random) {
    return puzzles(grids, BATCH, () -> 1 + (int) (random.nextDouble() * 10), random);
  }

  private static DataSet lossAtEveryIterate(DataSet batch) {
    return HeldTokens.of(batch.getFeatures(), batch.getLabels(), STEPS, 1);
  }

  // endregion

  private static DataSet puzzles(
      List<int[]> grids, int count, IntSupplier blanks, RandomSource random) {
    List<int[]> puzzles = new ArrayList<>();
    List<int[]> solutions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] grid = grids.get((int) (random.nextDouble() * grids.size()));
      puzzles.add(Sudoku4.puzzle(grid, blanks.getAsInt(), random));
      solutions.add(grid);
    }
    return new DataSet(Sudoku4.oneHot(puzzles), Sudoku4.oneHot(solutions));
  }

  private static DataSet test(Grids set, int count, int blanks, long seed) {
    return puzzles(set.grids, count, () -> blanks, RandomSource.of(seed, "test", set.name));
  }

  private static Adam adam(int updates) {
    return new Adam(new StepSchedule(ScheduleType.ITERATION, 0.003, 0.3, 0.4 * updates));
  }

  private static MultiLayerNetwork mapNetwork(long seed, int updates) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(adam(updates))
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(map()).steps(1).build())
                .layer(
                    new RnnLossLayer.Builder(LossFunction.XENT)
                        .activation(Activation.SIGMOID)
                        .build())
                .setInputType(InputType.recurrent(NUMBERS))
                .build());
    network.init();
    return network;
  }

  private static MultiLayerNetwork mlp(long seed, int updates, int width) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .updater(adam(updates))
                .activation(Activation.RELU)
                .weightInit(WeightInit.RELU)
                .list()
                .layer(new DenseLayer.Builder().nOut(width).build())
                .layer(new DenseLayer.Builder().nOut(width).build())
                .layer(
                    new OutputLayer.Builder(LossFunction.XENT)
                        .activation(Activation.SIGMOID)
                        .weightInit(WeightInit.XAVIER)
                        .nOut(NUMBERS)
                        .build())
                .setInputType(InputType.feedForward(NUMBERS))
                .build());
    network.init();
    return network;
  }

  /** Units of each of two hidden layers, the fewest that give so many parameters. */
  private static int widthOfMlp(long parameters) {
    return IntStream.iterate(1, width -> width + 1)
        .filter(width -> (2L * NUMBERS + 2 + width) * width + NUMBERS >= parameters)
        .findFirst()
        .orElseThrow();
  }

  private static void train(
      MultiLayerNetwork network, int updates, boolean isMap, Grids set, long seed, Page page) {
    RandomSource random = RandomSource.of(seed, "train");
    String name = "Train " + (isMap ? "the map" : "the MLP") + ", seed " + seed;
    try (Progress progress = page.progress(name, updates)) {
      for (int update = 0; update < updates; update++) {
        DataSet batch = batch(set.grids, random);
        network.fit(isMap ? lossAtEveryIterate(batch) : batch);
        progress.step();
      }
    }
  }

  private static void measure(
      Course course, int s, MultiLayerNetwork map, MultiLayerNetwork mlp, DataSet test) {
    SudokuScore[] scores = SudokuScore.byK(map, test, TEST_STEPS);
    course.cells[s] = Arrays.stream(scores).mapToDouble(SudokuScore::cells).toArray();
    course.puzzles[s] = Arrays.stream(scores).mapToDouble(SudokuScore::puzzles).toArray();
    SudokuScore ofMlp = SudokuScore.of(mlp.output(test.getFeatures()), test);
    course.mlpCells[s] = ofMlp.cells();
    course.mlpPuzzles[s] = ofMlp.puzzles();
  }

  /** Starts it: {@code --help} lists its options. */
  public static void main(String[] args) {
    Notebook.main(new Sudoku4x4(), args);
  }
}
