package org.iterativemaps.kernel;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Arrays whose memory is still there: {@code close()} of a network frees its parameters, gradients
 * and updater state, and {@code INDArray.close()} any array. ND4J's own operations find that out in
 * their own ways, some by an error of native code; what reads memory itself has to look.
 */
public final class OpenArrays {
  private OpenArrays() {}

  /**
   * Checks one array.
   *
   * @param what its name in the error
   * @param array null is left to others
   * @param where what is being run, for the error; may be empty
   * @throws IllegalStateException if the array was closed
   */
  public static void require(String what, INDArray array, String where) {
    if (array != null && array.wasClosed()) {
      throw new IllegalStateException(
          what
              + ": found a closed array, expected one with its memory. After close() of a network or"
              + " of an array neither can be used again: close later, or use a copy (clone() of a"
              + " network, dup() of an array) made before "
              + where);
    }
  }

  /**
   * Checks what a layer is run with.
   *
   * @param parameters by key; null for none
   * @throws IllegalStateException if one of them or the input was closed
   */
  public static void require(Map<String, INDArray> parameters, INDArray input, String where) {
    if (parameters != null) {
      parameters.forEach((key, array) -> require("Parameter " + key, array, where));
    }
    require("Input", input, where);
  }
}
