package org.iterativemaps.kernel;

import java.lang.ref.Reference;
import java.util.Locale;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Copies between ND4J arrays of the CPU backend and float arrays, whole or some of their elements.
 */
public final class HeapCopy {
  private HeapCopy() {}

  /**
   * All elements in column-major order ('f').
   *
   * @param from any strides and floating type; not changed
   * @param reuse returned filled if it is long enough
   */
  public static float[] read(INDArray from, float[] reuse) {
    int length = Math.toIntExact(from.length());
    float[] into = atLeast(reuse, length);
    read(plain(from), 0, length, into);
    return into;
  }

  /**
   * Checks what is to be copied: it is not checked again.
   *
   * @throws IllegalArgumentException if an array has another number of elements
   */
  public static void requireLength(String what, int index, INDArray array, int length) {
    if (array.length() != length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s %d: found %,d elements, expected the %,d of the map's parameter",
              what,
              index,
              array.length(),
              length));
    }
  }

  /** An array that is long enough: the given one, or one without its values. */
  public static float[] atLeast(float[] reuse, int length) {
    return reuse != null && reuse.length >= length ? reuse : new float[length];
  }

  /** The array itself, or a copy, of floats in column-major order without gaps. */
  public static INDArray plain(INDArray array) {
    return isPlain(array) ? array : array.castTo(DataType.FLOAT).dup('f');
  }

  /**
   * Some elements of a {@link #plain} array, to the same places. Threads may copy other elements to
   * the same array at the same time: JavaCPP writes to it where it lies, as HotSpot lets it.
   */
  public static void read(INDArray plain, int begin, int end, float[] into) {
    pointer(plain).getPointer(begin).get(into, begin, end - begin);
    Reference.reachabilityFence(plain); // ND4J may free what nobody refers to while it is copied
  }

  /** Overwrites some elements of an array that {@link #isPlain}. */
  public static void write(float[] from, int begin, int end, INDArray plain) {
    pointer(plain).getPointer(begin).put(from, begin, end - begin);
    Reference.reachabilityFence(plain);
  }

  /**
   * Overwrites an array with elements in column-major order ('f').
   *
   * @param from at least as many floats as the array has elements
   * @param into any strides and floating type
   */
  public static void write(float[] from, INDArray into) {
    INDArray plain =
        isPlain(into) ? into : Nd4j.createUninitialized(DataType.FLOAT, into.shape(), 'f');
    write(from, 0, (int) into.length(), plain);
    if (plain != into) {
      into.assign(plain);
      Reference.reachabilityFence(plain);
    }
  }

  private static FloatPointer pointer(INDArray array) {
    OpenArrays.require("array", array, "");
    return (FloatPointer) array.data().addressPointer();
  }

  /** Floats without gaps, the first axis fastest. */
  public static boolean isPlain(INDArray array) {
    return array.dataType() == DataType.FLOAT && isColumnMajor(array);
  }

  /** Numbers of any type without gaps, the first axis fastest. */
  public static boolean isColumnMajor(INDArray array) {
    long stride = 1;
    for (int axis = 0; axis < array.rank(); axis++) {
      if (array.size(axis) != 1 && array.stride(axis) != stride) {
        return false;
      }
      stride *= array.size(axis);
    }
    return true;
  }

  /** A fresh array [rows, columns] of elements in column-major order. */
  public static INDArray matrix(float[] columnMajor, int rows, int columns) {
    INDArray matrix = Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'f');
    write(columnMajor, matrix);
    return matrix;
  }
}
