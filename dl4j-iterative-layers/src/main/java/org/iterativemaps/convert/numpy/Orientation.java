package org.iterativemaps.convert.numpy;

import java.util.Arrays;

/** What the rows of a stored matrix are. */
public enum Orientation {
  /** Rows are target units, columns source units: PyTorch's weights, z_to = W z_from. */
  TO_FROM,
  /** Rows are source units, columns target units: DL4J's weights, z_to = z_from W. */
  FROM_TO;

  /** A matrix in this orientation as [to][from], and back: both are the same change. */
  double[][] turn(double[][] matrix) {
    if (this == TO_FROM) {
      return matrix;
    }
    double[][] turned = new double[matrix.length == 0 ? 0 : matrix[0].length][matrix.length];
    for (int i = 0; i < turned.length; i++) {
      int row = i;
      Arrays.setAll(turned[i], j -> matrix[j][row]);
    }
    return turned;
  }

  /**
   * A block's name in a file: the arrow points as the matrix is read, "to&lt;-from" or
   * "from-&gt;to".
   */
  String name(String from, String to) {
    return this == TO_FROM ? to + "<-" + from : from + "->" + to;
  }

  Orientation other() {
    return this == TO_FROM ? FROM_TO : TO_FROM;
  }
}
