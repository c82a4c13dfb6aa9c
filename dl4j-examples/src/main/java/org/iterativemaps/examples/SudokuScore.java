package org.iterativemaps.examples;

import java.util.Arrays;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.HeldTokens;
import org.iterativemaps.examples.data.Sudoku4;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * How well puzzles are solved: the largest of a cell's four outputs is its digit, and clues are not
 * counted.
 *
 * @param cells share of the blanks that are right
 * @param puzzles share of the puzzles whose blanks are all right
 */
record SudokuScore(double cells, double puzzles) {

  /**
   * The score of an output.
   *
   * @param output [puzzles, 64]
   * @param test puzzles and solutions, one-hot
   */
  static SudokuScore of(INDArray output, DataSet test) {
    float[][] found = output.toFloatMatrix();
    float[][] clues = test.getFeatures().toFloatMatrix();
    float[][] solutions = test.getLabels().toFloatMatrix();
    int blanks = 0;
    int right = 0;
    int solved = 0;
    for (int i = 0; i < found.length; i++) {
      int before = blanks - right;
      for (int cell = 0; cell < Sudoku4.CELLS; cell++) {
        int clue = digit(clues[i], cell);
        if (clues[i][cell * Sudoku4.DIGITS + clue] == 0) {
          blanks++;
          right += digit(found[i], cell) == digit(solutions[i], cell) ? 1 : 0;
        }
      }
      solved += blanks - right == before ? 1 : 0;
    }
    return new SudokuScore((double) right / blanks, (double) solved / found.length);
  }

  /** Place of the largest of a cell's numbers. */
  private static int digit(float[] numbers, int cell) {
    int largest = 0;
    for (int digit = 1; digit < Sudoku4.DIGITS; digit++) {
      int first = cell * Sudoku4.DIGITS;
      largest = numbers[first + digit] > numbers[first + largest] ? digit : largest;
    }
    return largest;
  }

  /**
   * The scores with one K after the other.
   *
   * @param network a recurrent map with one step per token
   * @param test puzzles and solutions, one-hot
   * @param steps each K, ascending
   * @return one for each
   */
  static SudokuScore[] byK(MultiLayerNetwork network, DataSet test, int... steps) {
    return Arrays.stream(outputs(network, test, steps))
        .map(output -> of(output, test))
        .toArray(SudokuScore[]::new);
  }

  /** The outputs [puzzles, 64] with one K after the other. */
  static INDArray[] outputs(MultiLayerNetwork network, DataSet test, int... steps) {
    INDArray all = network.output(HeldTokens.repeat(test.getFeatures(), steps[steps.length - 1]));
    return Arrays.stream(steps)
        .mapToObj(
            k ->
                all.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(k - 1)).dup('c'))
        .toArray(INDArray[]::new);
  }
}
