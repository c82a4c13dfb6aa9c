package org.iterativemaps.saving;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One array as {@code Nd4j.write} wrote it: a header with shape and strides, a header of the data,
 * the data. ND4J believes all of it, and reads and writes wherever strides point to. Here both
 * headers are read and checked, and ND4J is given a header of its own and the data.
 *
 * @param shape sizes of its dimensions, at least 1 each
 * @param order 'c' or 'f', without gaps
 * @param type a floating type
 * @param dataBegin where the data begin in the bytes
 * @param end where they end
 */
record SavedArray(long[] shape, char order, DataType type, int dataBegin, int end) {
  // Bytes of an element, by the only types that parameters and statistics have.
  private static final Map<String, Integer> WIDTHS =
      Map.of("DOUBLE", 8, "FLOAT", 4, "HALF", 2, "BFLOAT16", 2);
  // Of headers that ND4J has written in its time; those before 0.9.2 count in ints.
  private static final Map<String, Boolean> HAS_INT_LENGTH =
      Map.of(
          "DIRECT", true,
          "HEAP", true,
          "JAVACPP", true,
          "LONG_SHAPE", false,
          "MIXED_DATA_TYPES", false);
  private static final int MAX_RANK = 32;

  /** A header may take so many bytes. */
  static final int MAX_HEADER = 1024;

  /**
   * Checks the array that begins at a place.
   *
   * @param what it is, for messages
   * @throws ModelFileException if it is none, or does not end before the bytes do
   */
  static SavedArray of(String what, byte[] bytes, int begin) throws ModelFileException {
    int available = bytes.length - begin;
    ByteArrayInputStream counted = new ByteArrayInputStream(bytes, begin, available);
    DataInputStream in = new DataInputStream(counted);
    try {
      long[] info = shapeInfo(what, in);
      int rank = (int) info[0];
      long[] shape = Arrays.copyOfRange(info, 1, rank + 1);
      long length = 1;
      for (long size : shape) {
        check(what, size >= 1 && size <= Integer.MAX_VALUE, "size " + size + " of a dimension");
        length *= size;
        check(what, length <= Integer.MAX_VALUE, "more than " + Integer.MAX_VALUE + " elements");
      }
      char order = (char) info[info.length - 1];
      check(what, order == 'c' || order == 'f', "order " + (int) order);
      checkStrides(what, shape, Arrays.copyOfRange(info, rank + 1, 2 * rank + 1), order);
      long found = length(what, in);
      check(what, found == length, found + " elements for a shape of " + length);
      DataType type = type(what, in);
      int dataBegin = bytes.length - counted.available();
      long end = dataBegin + length * WIDTHS.get(type.name());
      check(
          what,
          end <= bytes.length,
          counted.available() + " bytes for " + length + " elements of type " + type);
      return new SavedArray(shape, order, type, dataBegin, (int) end);
    } catch (IOException e) {
      throw e instanceof ModelFileException refused
          ? refused
          : new ModelFileException(what + ": ends within the header of an array", e);
    }
  }

  /** Rank, sizes, strides, extras, element-wise stride, order. */
  private static long[] shapeInfo(String what, DataInputStream in) throws IOException {
    long count = length(what, in);
    check(what, count >= 4 && count <= 2 * MAX_RANK + 4, "a shape of " + count + " numbers");
    String type = in.readUTF();
    check(what, type.equals("INT") || type.equals("LONG"), "a shape of type " + shown(type));
    long[] info = new long[(int) count];
    for (int i = 0; i < info.length; i++) {
      info[i] = type.equals("INT") ? in.readInt() : in.readLong();
    }
    check(what, 2 * info[0] + 4 == count, "rank " + info[0] + " in " + count + " numbers");
    return info;
  }

  private static long length(String what, DataInputStream in) throws IOException {
    String mode = in.readUTF();
    Boolean isInt = HAS_INT_LENGTH.get(mode);
    check(what, isInt != null, "allocation mode " + shown(mode));
    return isInt ? in.readInt() : in.readLong();
  }

  private static DataType type(String what, DataInputStream in) throws IOException {
    String name = in.readUTF();
    if (WIDTHS.containsKey(name)) {
      return DataType.valueOf(name);
    }
    throw new ModelFileException(
        what + ": found data of type " + shown(name) + ", expected one of " + WIDTHS.keySet());
  }

  /** Without gaps, so that the data in their order are the array. */
  private static void checkStrides(String what, long[] shape, long[] strides, char order)
      throws ModelFileException {
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      int dimension = order == 'f' ? i : shape.length - 1 - i;
      if (shape[dimension] > 1) {
        check(
            what,
            strides[dimension] == stride,
            "stride " + strides[dimension] + " where " + stride + " belongs");
      }
      stride *= shape[dimension];
    }
  }

  private static void check(String what, boolean isRight, String found) throws ModelFileException {
    if (!isRight) {
      throw new ModelFileException(what + ": is damaged: found " + found);
    }
  }

  private static String shown(String text) {
    return "'" + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + "'";
  }

  long length() {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }

  /** A header that ND4J may believe. */
  private byte[] header() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    Nd4j.getShapeInfoProvider().createShapeInformation(shape, order, type).getFirst().write(out);
    out.writeUTF("MIXED_DATA_TYPES");
    out.writeLong(length());
    out.writeUTF(type.name());
    return bytes.toByteArray();
  }

  /** Writes it anew. */
  void copy(byte[] bytes, ByteArrayOutputStream to) throws IOException {
    to.write(header());
    to.write(bytes, dataBegin, end - dataBegin);
  }

  /** The array. */
  INDArray read(byte[] bytes) throws IOException {
    return Nd4j.read(
        new DataInputStream(
            new SequenceInputStream(
                new ByteArrayInputStream(header()),
                new ByteArrayInputStream(bytes, dataBegin, end - dataBegin))));
  }
}
