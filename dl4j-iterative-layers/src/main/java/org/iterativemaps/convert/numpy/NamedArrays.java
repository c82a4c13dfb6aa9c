package org.iterativemaps.convert.numpy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Arrays by name, with errors that say what was wanted. Each is parsed when it is asked for: what
 * nobody needs may be of any type, but it is known that nobody asked.
 *
 * @param file for messages
 * @param arrays {@code .npy} data by name
 * @param used names of those that were asked for
 */
record NamedArrays(String file, Map<String, byte[]> arrays, Set<String> used) {

  NamedArrays(String file, Map<String, byte[]> arrays) {
    this(file, arrays, new HashSet<>());
  }

  /** In the file's order. */
  List<String> unused() {
    return arrays.keySet().stream().filter(name -> !used.contains(name)).toList();
  }

  /**
   * Refuses a file of which something was not used: half a network would be taken for all of it.
   *
   * @param reader what was read, for the message
   * @param todo what to do about it
   */
  void refuseUnused(String reader, String todo) {
    if (!unused().isEmpty()) {
      throw new IllegalArgumentException(
          file + ": " + reader + " does not use the arrays " + unused() + "; " + todo);
    }
  }

  boolean has(String name) {
    return arrays.containsKey(name);
  }

  Set<String> names() {
    return arrays.keySet();
  }

  NpyArray get(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException(
          file + ": no array '" + name + "'; it has " + arrays.keySet());
    }
    used.add(name);
    try {
      return Npz.parse(file, name, arrays.get(name));
    } catch (NumpyFormatException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The rows of a matrix of any size but none. */
  double[][] rows(String name) {
    NpyArray array = get(name);
    if (array.shape().length != 2 || array.values().length == 0) {
      throw shape(name, array, "a matrix, as linear modules have it");
    }
    return array.rows();
  }

  /** The matrix [to][from] of this size. */
  double[][] matrix(String name, int fromSize, int toSize, Orientation orientation) {
    int[] expected =
        orientation == Orientation.TO_FROM
            ? new int[] {toSize, fromSize}
            : new int[] {fromSize, toSize};
    NpyArray array = get(name);
    if (!Arrays.equals(expected, array.shape())) {
      boolean isTurned =
          array.shape().length == 2
              && array.shape()[0] == expected[1]
              && array.shape()[1] == expected[0];
      throw shape(
          name,
          array,
          Arrays.toString(expected)
              + (orientation == Orientation.TO_FROM
                  ? " (rows are target units)"
                  : " (rows are source units)")
              + (isTurned ? "; it looks like " + orientation.other() : ""));
    }
    return orientation.turn(array.rows());
  }

  double[] vector(String name, int size) {
    NpyArray array = get(name);
    if (!Arrays.equals(new int[] {size}, array.shape())) {
      throw shape(name, array, "[" + size + "]");
    }
    return array.values();
  }

  private IllegalArgumentException shape(String name, NpyArray found, String expected) {
    return new IllegalArgumentException(
        file
            + ", array '"
            + name
            + "': found shape "
            + Arrays.toString(found.shape())
            + ", expected "
            + expected);
  }

  /** Where the wanted array is missing, and the same one in the other orientation is there. */
  void refuseOther(String wanted, String other) {
    if (!has(wanted) && has(other)) {
      throw new IllegalArgumentException(
          file
              + ": found '"
              + other
              + "', expected '"
              + wanted
              + "'; the file has the other orientation");
    }
  }
}
