package org.iterativemaps.samediff;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.iterativemaps.kernel.OpenArrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a user can get wrong when a layer or the vertex runs. */
final class RunChecks {
  private RunChecks() {}

  /** Sizes below 0 are open. */
  static void shape(String what, INDArray found, String where, String expected, long... sizes) {
    boolean fits = found.rank() == sizes.length;
    for (int axis = 0; fits && axis < sizes.length; axis++) {
      fits = sizes[axis] < 0 || found.size(axis) == sizes[axis];
    }
    if (!fits) {
      throw new DL4JInvalidInputException(
          what
              + ": found shape "
              + Arrays.toString(found.shape())
              + ", expected "
              + expected
              + ". Missing preprocessor or wrong input type? "
              + where);
    }
  }

  /** A time mask [batch, time], or null. */
  static void mask(INDArray mask, long batch, long time, String where) {
    if (mask != null) {
      shape("Mask", mask, where, "[batch, time] = [" + batch + ", " + time + "]", batch, time);
    }
  }

  /** A state by slot, or null; a batch below 0 is open. */
  static void state(SDBlockMap map, Map<String, INDArray> state, long batch, String where) {
    if (state == null) {
      return;
    }
    state.forEach(
        (slot, value) -> {
          if (!map.stateSlots().contains(slot)) {
            throw new DL4JInvalidInputException(
                "State: found slot '" + slot + "', expected " + map.stateSlots() + " " + where);
          }
          OpenArrays.require("State of slot '" + slot + "'", value, where);
          int size = map.slot(slot).size();
          shape(
              "State of slot '" + slot + "'",
              value,
              where,
              "[batch, " + size + "] with the batch of the input" + (batch < 0 ? "" : ", " + batch),
              batch,
              size);
        });
  }
}
