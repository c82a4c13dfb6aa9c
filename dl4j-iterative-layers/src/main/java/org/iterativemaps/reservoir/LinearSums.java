package org.iterativemaps.reservoir;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What a linear regression of y on s needs of all samples: their number, the sums of s, y, s sᵀ and
 * y sᵀ. With an intercept all are about the means of the first block, so that nothing large
 * cancels.
 *
 * <p>s sᵀ is symmetric: of its panels those above the diagonal are computed once.
 */
final class LinearSums implements Samples.Sink {
  private static final int LEAST_PANEL = 64;
  private static final int MOST_PANELS = 4;

  private final boolean hasIntercept;
  private long count;
  private int states;
  private int outputs;
  private int panel; // units of a panel, but for the last one
  private INDArray[][] squares; // by panels i <= j
  private INDArray cross; // [outputs, states]
  private INDArray stateShift; // [states, 1]
  private INDArray targetShift;
  private INDArray stateSum;
  private INDArray targetSum;

  /**
   * A solution: y = W s + b.
   *
   * @param weights [states][outputs]
   * @param bias [outputs]; zeros without an intercept
   */
  record Solution(double[][] weights, double[] bias) {}

  LinearSums(boolean hasIntercept) {
    this.hasIntercept = hasIntercept;
  }

  @Override
  public void add(INDArray s, INDArray y) {
    INDArray sums = s.sum(true, 1);
    INDArray targets = y.sum(true, 1);
    finite("states", sums, s);
    finite("targets", targets, y);
    long samples = s.size(1);
    if (count == 0) {
      begin(s, y, sums, targets);
    }
    if (hasIntercept) {
      s.subiColumnVector(stateShift);
      y.subiColumnVector(targetShift);
      sums.subi(stateShift.mul(samples));
      targets.subi(targetShift.mul(samples));
    }
    stateSum.addi(sums);
    targetSum.addi(targets);
    for (int i = 0; i < squares.length; i++) {
      for (int j = i; j < squares.length; j++) {
        Nd4j.gemm(rows(s, i), rows(s, j), squares[i][j], false, true, 1, 1);
      }
    }
    Nd4j.gemm(y, s, cross, false, true, 1, 1);
    count += samples;
  }

  private void begin(INDArray s, INDArray y, INDArray sums, INDArray targets) {
    states = (int) s.size(0);
    outputs = (int) y.size(0);
    int panels = Math.max(1, Math.min(MOST_PANELS, states / LEAST_PANEL));
    panel = (states + panels - 1) / panels;
    panels = (states + panel - 1) / panel;
    squares = new INDArray[panels][panels];
    for (int i = 0; i < panels; i++) {
      for (int j = i; j < panels; j++) {
        squares[i][j] = zeros(end(i) - i * panel, end(j) - j * panel);
      }
    }
    cross = zeros(outputs, states);
    stateSum = zeros(states, 1);
    targetSum = zeros(outputs, 1);
    stateShift = sums.div(s.size(1));
    targetShift = targets.div(s.size(1));
  }

  private static INDArray zeros(long rows, long columns) {
    return Nd4j.create(DataType.DOUBLE, new long[] {rows, columns}, 'f');
  }

  private int end(int ofPanel) {
    return Math.min((ofPanel + 1) * panel, states);
  }

  private INDArray rows(INDArray s, int ofPanel) {
    return s.get(NDArrayIndex.interval(ofPanel * panel, end(ofPanel)), NDArrayIndex.all());
  }

  private static void finite(String name, INDArray sums, INDArray block) {
    if (!Double.isFinite(sums.sumNumber().doubleValue())) {
      for (long unit = 0; unit < block.size(0); unit++) {
        if (!Double.isFinite(sums.getDouble(unit))) {
          throw new IllegalArgumentException(
              name
                  + ": found a number that is not finite in unit "
                  + unit
                  + ", expected finite ones; look for NaN in the data, or hide the time step by a"
                  + " mask");
        }
      }
    }
  }

  /**
   * The weights of least squares.
   *
   * @param lambda penalty of the squared weights, not of the intercept
   * @throws IllegalArgumentException if the states are linearly dependent and nothing is penalised
   */
  Solution solve(double lambda) {
    double[] s = stateSum.toDoubleVector();
    double[] y = targetSum.toDoubleVector();
    double[][] square = square();
    double[][] right = cross.toDoubleMatrix();
    for (int i = 0; i < states; i++) {
      if (hasIntercept) {
        for (int j = 0; j < states; j++) {
          square[i][j] -= s[i] * s[j] / count;
        }
        for (int output = 0; output < outputs; output++) {
          right[output][i] -= y[output] * s[i] / count;
        }
      }
      square[i][i] += lambda;
    }
    Cholesky factors = Cholesky.of(square, lambda);
    double[][] weights = new double[states][outputs];
    double[] bias = new double[outputs];
    for (int output = 0; output < outputs; output++) {
      double[] solved = factors.solve(right[output]);
      double mean = y[output] / count + targetShift.getDouble(output);
      for (int i = 0; i < states; i++) {
        weights[i][output] = solved[i];
        mean -= solved[i] * (s[i] / count + stateShift.getDouble(i));
      }
      bias[output] = hasIntercept ? mean : 0;
    }
    return new Solution(weights, bias);
  }

  private double[][] square() {
    double[][] square = new double[states][states];
    for (int i = 0; i < squares.length; i++) {
      for (int j = i; j < squares.length; j++) {
        double[][] part = squares[i][j].toDoubleMatrix();
        for (int row = 0; row < part.length; row++) {
          System.arraycopy(part[row], 0, square[i * panel + row], j * panel, part[row].length);
          for (int column = 0; column < part[row].length; column++) {
            square[j * panel + column][i * panel + row] = part[row][column];
          }
        }
      }
    }
    return square;
  }
}
