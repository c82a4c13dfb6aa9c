package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.Sudoku4x4.Course;
import org.iterativemaps.examples.Sudoku4x4.Result;
import org.iterativemaps.examples.data.Sudoku4;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Spread;
import org.iterativemaps.examples.notebook.Table;
import org.iterativemaps.examples.plots.HeatMap;
import org.iterativemaps.examples.plots.ImageGrid;
import org.iterativemaps.examples.plots.LearningCurves;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** Pictures, table and conclusions of {@link Sudoku4x4}. */
final class SudokuReport {
  private static final int[] BLANKS = {1, 2, 4, 6, 8, 9, 10};
  private static final int[] BLANKS_STEPS = {3, 4, 5, 6, 8, 12, 24};
  private static final int[] SOLVING_STEPS = {2, 3, 4, 5, 6, 7, 8, 10, 12, 16};
  private static final int PIXELS = 3; // a side of a cell: two fields and a gap
  private static final double TARGET = 0.99;

  private SudokuReport() {}

  /** Accuracy against K, as curves and in full. */
  static void accuracy(Result result, int tests, Page page) {
    double[] steps = Arrays.stream(Sudoku4x4.TEST_STEPS).asDoubleStream().toArray();
    LearningCurves curves =
        LearningCurves.of("Puzzles of 10 blanks solved", "K at test time", "share of the puzzles")
            .logarithmicPlaces();
    for (Course course : result.all()) {
      curves.curve("map, " + course.grids(), steps, course.puzzles());
    }
    Course unseen = result.all().get(result.all().size() - 1);
    double[][] level = new double[unseen.mlpPuzzles().length][steps.length];
    for (int s = 0; s < level.length; s++) {
      Arrays.fill(level[s], unseen.mlpPuzzles()[s]);
    }
    curves.curve("MLP, " + unseen.grids(), steps, level);
    page.picture("accuracy", curves.picture(), "Median and range over the seeds; an MLP has no K.");
    Table table = Table.of("grids", "K", "blanks right", "puzzles solved");
    for (Course course : result.all()) {
      for (int k = 0; k < Sudoku4x4.TEST_STEPS.length; k++) {
        table.row(
            course.grids(),
            Integer.toString(Sudoku4x4.TEST_STEPS[k]),
            Spread.of(at(course.cells(), k)),
            Spread.of(at(course.puzzles(), k)));
      }
      table.row(
          course.grids(), "MLP", Spread.of(course.mlpCells()), Spread.of(course.mlpPuzzles()));
    }
    page.table(
        table.caption(
            String.format(
                Locale.ROOT,
                "Of %d puzzles of 10 blanks, %d seeds; %d parameters of the map, %d of the MLP",
                tests,
                level.length,
                result.parameters(),
                result.mlpParameters())));
  }

  private static double[] at(double[][] values, int k) {
    return Arrays.stream(values).mapToDouble(row -> row[k]).toArray();
  }

  /** Whether harder puzzles need more steps. */
  static void blanks(
      MultiLayerNetwork map, String grids, IntFunction<DataSet> byBlanks, Page page) {
    double[][] solved = new double[BLANKS.length][];
    for (int i = 0; i < BLANKS.length; i++) {
      SudokuScore[] scores = SudokuScore.byK(map, byBlanks.apply(BLANKS[i]), BLANKS_STEPS);
      solved[i] = Arrays.stream(scores).mapToDouble(SudokuScore::puzzles).toArray();
    }
    page.picture(
        "blanks",
        HeatMap.draw(
            "Puzzles solved",
            "K at test time",
            Arrays.stream(BLANKS_STEPS).mapToObj(Integer::toString).toList(),
            "blanks",
            Arrays.stream(BLANKS).mapToObj(Integer::toString).toList(),
            solved),
        "Share of the puzzles, by their blanks, of " + grids + "; map of the last seed.");
  }

  /** Of the puzzles that are solved in the end, the one that takes longest. */
  static void solving(MultiLayerNetwork map, DataSet test, Page page) {
    DataSet chosen = null;
    int longest = -1;
    for (int i = 0; i < test.numExamples(); i++) {
      DataSet one = (DataSet) test.getRange(i, i + 1);
      SudokuScore[] scores = SudokuScore.byK(map, one, SOLVING_STEPS);
      int wrong = scores.length; // how many K, up to the last that leaves a mistake
      while (wrong > 0 && scores[wrong - 1].puzzles() == 1) {
        wrong--;
      }
      if (chosen == null || (wrong < scores.length && wrong > longest)) {
        chosen = one;
        longest = wrong < scores.length ? wrong : -1;
      }
    }
    SudokuScore[] scores = SudokuScore.byK(map, chosen, SOLVING_STEPS);
    INDArray[] outputs = SudokuScore.outputs(map, chosen, SOLVING_STEPS);
    List<float[]> images = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    Set<Integer> solved = new LinkedHashSet<>();
    for (int i = 0; i < scores.length; i++) {
      if (scores[i].puzzles() == 1) {
        solved.add(i);
      }
      long right = Math.round(Sudoku4.MAX_BLANKS * scores[i].cells());
      labels.add(String.format(Locale.ROOT, "K = %d: %d", SOLVING_STEPS[i], right));
      images.add(image(outputs[i].toFloatMatrix()[0]));
    }
    page.picture(
        "solving",
        ImageGrid.draw("A puzzle, step by step", 5, PIXELS * 4 + 1, images, labels, solved),
        "Each cell has four fields, for the digits 1 and 2 above 3 and 4: the darker, the surer."
            + " Below, how many of its 10 blanks are right; framed where all are. "
            + (longest < 0
                ? "None of the tests that were looked at was solved."
                : "Of the tests that were looked at and solved, this one took longest."));
  }

  /** Four fields for each cell, and a gap around it. */
  private static float[] image(float[] output) {
    int side = PIXELS * 4 + 1;
    float[] image = new float[side * side];
    for (int i = 0; i < output.length; i++) {
      int cell = i / Sudoku4.DIGITS;
      int digit = i % Sudoku4.DIGITS;
      int row = 1 + PIXELS * (cell / 4) + digit / 2;
      int column = 1 + PIXELS * (cell % 4) + digit % 2;
      image[row * side + column] = output[i];
    }
    return image;
  }

  /** What the numbers say, whatever they are. */
  static void conclude(Result result, Page page) {
    int[] steps = Sudoku4x4.TEST_STEPS;
    int last = steps.length - 1;
    for (Course course : result.all()) {
      double[] mean = new double[steps.length];
      Arrays.setAll(mean, k -> Spread.of(at(course.puzzles(), k)).mean());
      double best = Arrays.stream(mean).max().orElseThrow();
      int from = last + 1; // from this K on all are as wanted
      while (from > 0 && mean[from - 1] >= TARGET) {
        from--;
      }
      page.print(
          String.format(
              Locale.ROOT,
              "%s: %s; %.4f with K = 12, as in training, %.4f with K = %d. The MLP solves %.4f.",
              course.grids(),
              from <= last
                  ? String.format(
                      Locale.ROOT,
                      "at least %.2f of the puzzles are solved from K = %d on",
                      TARGET,
                      steps[from])
                  : String.format(
                      Locale.ROOT,
                      "at best %.4f of the puzzles are solved, and %.2f is not kept",
                      best,
                      TARGET),
              mean[Arrays.binarySearch(steps, 12)],
              mean[last],
              steps[last],
              Spread.of(course.mlpPuzzles()).mean()));
    }
    page.text(
        "A step of this map is a round of deductions, and what one round cannot know the next one can:"
            + " puzzles with more blanks need more of them. The MLP has two rounds. Grids of 4 by 4"
            + " are few, and the mask names each cell's row, column and box: this is no claim about"
            + " Sudoku of 9 by 9.");
  }
}
