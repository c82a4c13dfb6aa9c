package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.Sudoku4x4.Course;
import org.iterativemaps.examples.Sudoku4x4.Result;
import org.iterativemaps.examples.data.HeldTokens;
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
  private static final int DRAWN_STEPS = 24;
  private static final int[] TABLE_STEPS = {1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 48, 96, 192};
  private static final int[] BLANKS = {1, 2, 4, 6, 8, 9, 10};
  private static final int[] BLANKS_STEPS = {3, 4, 5, 6, 8, 12, 24};
  private static final int[] SOLVING_STEPS = {2, 3, 4, 5, 6, 7, 8, 10, 12, 16};
  private static final int PIXELS = 3; // a side of a cell: two fields and a gap
  private static final double TARGET = 0.99;

  private SudokuReport() {}

  /** Accuracy against K, as curves and in full. */
  static void accuracy(Result result, int tests, Page page) {
    double[] k = Arrays.stream(TABLE_STEPS).asDoubleStream().toArray();
    LearningCurves curves =
        LearningCurves.of("Puzzles of 10 blanks solved", "K at test time", "share of the puzzles")
            .logarithmicPlaces();
    for (Course course : result.all()) {
      curves.curve("map, " + course.grids(), k, atTableSteps(course.puzzles()));
    }
    Course unseen = result.all().get(result.all().size() - 1);
    double[][] level = new double[unseen.mlpPuzzles().length][k.length];
    for (int s = 0; s < level.length; s++) {
      Arrays.fill(level[s], unseen.mlpPuzzles()[s]);
    }
    curves.curve("MLP, " + unseen.grids(), k, level);
    page.picture("accuracy", curves.picture(), "Median and range over the seeds; an MLP has no K.");
    Table table = Table.of("grids", "K", "blanks right", "puzzles solved");
    for (Course course : result.all()) {
      for (int steps : TABLE_STEPS) {
        table.row(
            course.grids(),
            Integer.toString(steps),
            Spread.of(at(course.cells(), steps)),
            Spread.of(at(course.puzzles(), steps)));
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

  private static double[][] atTableSteps(double[][] values) {
    return Arrays.stream(values)
        .map(row -> Arrays.stream(TABLE_STEPS).mapToDouble(k -> row[k - 1]).toArray())
        .toArray(double[][]::new);
  }

  private static double[] at(double[][] values, int steps) {
    return Arrays.stream(values).mapToDouble(row -> row[steps - 1]).toArray();
  }

  /** Whether harder puzzles need more steps. */
  static void blanks(String grids, IntFunction<SudokuScore[]> byBlanks, Page page) {
    double[][] solved = new double[BLANKS.length][];
    for (int i = 0; i < BLANKS.length; i++) {
      SudokuScore[] scores = byBlanks.apply(BLANKS[i]);
      solved[i] = Arrays.stream(BLANKS_STEPS).mapToDouble(k -> scores[k - 1].puzzles()).toArray();
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
      SudokuScore[] scores = SudokuScore.byStep(map, one, DRAWN_STEPS);
      int wrong = DRAWN_STEPS; // steps, the last of which leaves a mistake
      while (wrong > 0 && scores[wrong - 1].puzzles() == 1) {
        wrong--;
      }
      if (chosen == null || wrong < DRAWN_STEPS && wrong > longest) {
        chosen = one;
        longest = wrong < DRAWN_STEPS ? wrong : -1;
      }
    }
    SudokuScore[] scores = SudokuScore.byStep(map, chosen, DRAWN_STEPS);
    INDArray outputs = map.output(HeldTokens.repeat(chosen.getFeatures(), DRAWN_STEPS));
    List<float[]> images = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    Set<Integer> solved = new LinkedHashSet<>();
    for (int k : SOLVING_STEPS) {
      if (scores[k - 1].puzzles() == 1) {
        solved.add(images.size());
      }
      long right = Math.round(Sudoku4.MAX_BLANKS * scores[k - 1].cells());
      labels.add(String.format(Locale.ROOT, "K = %d: %d", k, right));
      images.add(image(SudokuScore.at(outputs, k - 1).toFloatMatrix()[0]));
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
  static void conclude(Result result, int trainedSteps, Page page) {
    for (Course course : result.all()) {
      double[] mean = new double[course.puzzles()[0].length];
      Arrays.setAll(mean, k -> Spread.of(at(course.puzzles(), k + 1)).mean());
      int last = mean.length;
      double least = Arrays.stream(mean).skip(trainedSteps - 1L).min().orElseThrow();
      int reached =
          IntStream.rangeClosed(1, last).filter(k -> mean[k - 1] >= TARGET).findFirst().orElse(0);
      double best = Arrays.stream(mean).max().orElseThrow();
      page.print(
          String.format(
              Locale.ROOT,
              "%s: %s; %.4f with K = %d, as in training, %.4f with K = %d, and never below %.4f in"
                  + " between. The MLP solves %.4f.",
              course.grids(),
              reached > 0
                  ? String.format(
                      Locale.ROOT, "%.2f of the puzzles are solved from K = %d", TARGET, reached)
                  : String.format(
                      Locale.ROOT,
                      "at best %.4f of the puzzles are solved, %.4f short of %.2f",
                      best,
                      TARGET - best,
                      TARGET),
              mean[trainedSteps - 1],
              trainedSteps,
              mean[last - 1],
              last,
              least,
              Spread.of(course.mlpPuzzles()).mean()));
    }
    page.text(
        "A step of this map is a round of deductions, and what one round cannot know the next one can:"
            + " puzzles with more blanks need more of them. The MLP has two rounds. Grids of 4 by 4"
            + " are few, and the mask names each cell's row, column and box: this is no claim about"
            + " Sudoku of 9 by 9.");
  }
}
