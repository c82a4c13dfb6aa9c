package org.iterativemaps.samediff;

import java.util.Arrays;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What can be refused while a graph is built. SameDiff knows shapes of placeholders, variables and
 * constants then; results of operations are checked by the native operation that reads them.
 */
final class Checks {
  private Checks() {}

  /** [rows, columns], rows open. */
  static void rows(String what, SDVariable variable, long columns) {
    shape(what, variable, "[rows, " + columns + "]", -1, columns);
  }

  /** Sizes below 0 are open. */
  static void shape(String what, SDVariable variable, String expected, long... sizes) {
    long[] found = variable.getShape();
    if (found == null) {
      return;
    }
    boolean fits = found.length == sizes.length;
    for (int i = 0; fits && i < sizes.length; i++) {
      fits = sizes[i] < 0 || found[i] < 0 || found[i] == sizes[i];
    }
    if (!fits) {
      throw new IllegalArgumentException(
          what
              + ": found variable '"
              + variable.name()
              + "' of shape "
              + Arrays.toString(found)
              + ", expected "
              + expected);
    }
  }

  static void dataType(String what, SDVariable variable, DataType expected) {
    if (variable.dataType() != expected) {
      throw new IllegalArgumentException(
          what
              + ": found variable '"
              + variable.name()
              + "' of type "
              + variable.dataType()
              + ", expected "
              + expected
              + "; use castTo(…), or make the weights of this type");
    }
  }

  static void steps(String what, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException(
          what + ": found steps = " + steps + ", expected at least 1");
    }
  }

  /** A name that no variable of the graph has. */
  static String free(SameDiff graph, String name) {
    if (graph.hasVariable(name)) {
      throw new IllegalArgumentException(
          "name '" + name + "': the graph has a variable of this name already; choose another");
    }
    return name;
  }
}
