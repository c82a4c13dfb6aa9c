package org.iterativemaps.convert.numpy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An array as a NumPy {@code .npy} file holds it. Format versions 1 to 3, both byte orders, C and
 * Fortran order; floating types of 16, 32 and 64 bits, integers and booleans. Source: NumPy
 * Enhancement Proposal 1 and {@code numpy.lib.format}.
 *
 * @param shape sizes of the axes; empty for a scalar; not to be changed
 * @param values in C order: the last axis runs fastest; not to be changed
 */
public record NpyArray(int[] shape, double[] values) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR =
      Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z])(\\d*)'");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d,\\sL]*)\\)");

  /** How numbers are written. */
  public enum Precision {
    /** {@code <f4}. */
    FLOAT,
    /** {@code <f8}. */
    DOUBLE,
    /** {@code |b1}: zero or not. */
    BOOLEAN
  }

  /** Checks that there are as many values as the shape says. */
  public NpyArray {
    long count = 1;
    for (int size : shape) {
      count = Math.multiplyExact(count, size);
    }
    if (count != values.length) {
      throw new IllegalArgumentException(
          "values: found "
              + values.length
              + ", expected "
              + count
              + " for shape "
              + Arrays.toString(shape));
    }
  }

  /** A vector. */
  public static NpyArray vector(double... values) {
    return new NpyArray(new int[] {values.length}, values);
  }

  /** A matrix, row by row. */
  public static NpyArray matrix(double[][] rows) {
    return new NpyArray(
        new int[] {rows.length, rows.length == 0 ? 0 : rows[0].length},
        Arrays.stream(rows).flatMapToDouble(Arrays::stream).toArray());
  }

  /**
   * The rows of a matrix.
   *
   * @throws IllegalArgumentException if this is no matrix
   */
  public double[][] rows() {
    if (shape.length != 2) {
      throw new IllegalArgumentException(
          "array: found shape " + Arrays.toString(shape) + ", expected a matrix");
    }
    double[][] rows = new double[shape[0]][];
    Arrays.setAll(rows, r -> Arrays.copyOfRange(values, r * shape[1], (r + 1) * shape[1]));
    return rows;
  }

  /**
   * Reads a {@code .npy} file.
   *
   * @throws IOException if it cannot be read, or is not one that this class knows: the message says
   *     why
   */
  public static NpyArray read(Path file) throws IOException {
    try {
      return parse(Files.readAllBytes(file));
    } catch (NumpyFormatException e) {
      throw new NumpyFormatException(file + ": " + e.getMessage());
    }
  }

  /** Writes a {@code .npy} file. */
  public void write(Path file, Precision precision) throws IOException {
    Files.write(file, format(precision));
  }

  static NpyArray parse(byte[] bytes) throws NumpyFormatException {
    if (bytes.length < 10 || !Arrays.equals(MAGIC, Arrays.copyOf(bytes, MAGIC.length))) {
      throw new NumpyFormatException(
          "no .npy data: it does not begin with \\x93NUMPY; save it with numpy.save or numpy.savez");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = bytes[6];
    if (version < 1 || version > 3) {
      throw new NumpyFormatException("format version: found " + version + ", expected 1 to 3");
    }
    int start = version == 1 ? 10 : 12;
    int length =
        bytes.length < start
            ? -1
            : version == 1 ? Short.toUnsignedInt(buffer.getShort(8)) : buffer.getInt(8);
    if (length < 0 || length > bytes.length - start) {
      throw new NumpyFormatException("the file ends within its header");
    }
    String header = new String(bytes, start, length, StandardCharsets.UTF_8);
    int[] shape = shape(header);
    Matcher type = find(DESCR, header, "a type such as '<f8' (a plain one, not a record)");
    buffer.position(start + length);
    buffer.order(type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    double[] values = values(buffer, count(shape), type.group(2), type.group(3));
    boolean isFortran = find(FORTRAN, header, "True or False").group(1).equals("True");
    return new NpyArray(shape, isFortran ? fromFortranOrder(values, shape) : values);
  }

  private static Matcher find(Pattern pattern, String header, String expected)
      throws NumpyFormatException {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new NumpyFormatException("header: found " + header.strip() + ", expected " + expected);
    }
    return matcher;
  }

  private static int[] shape(String header) throws NumpyFormatException {
    String sizes = find(SHAPE, header, "a shape").group(1).replaceAll("[\\sL]", "");
    try {
      return sizes.isEmpty()
          ? new int[0]
          : Arrays.stream(sizes.split(",")).mapToInt(Integer::parseInt).toArray();
    } catch (NumberFormatException e) {
      throw new NumpyFormatException("shape: found (" + sizes + "), which is too large");
    }
  }

  private static int count(int[] shape) throws NumpyFormatException {
    try {
      return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new NumpyFormatException("shape: found " + Arrays.toString(shape) + ", too large");
    }
  }

  private interface Reader {
    double at(int position);
  }

  private static double[] values(ByteBuffer data, int count, String kind, String size)
      throws NumpyFormatException {
    Reader reader =
        switch (kind + size) {
          case "f2" -> at -> half(data.getShort(at));
          case "f4" -> data::getFloat;
          case "f8" -> data::getDouble;
          case "i1" -> data::get;
          case "i2" -> data::getShort;
          case "i4" -> data::getInt;
          case "i8" -> data::getLong;
          case "u1" -> at -> Byte.toUnsignedInt(data.get(at));
          case "u2" -> at -> Short.toUnsignedInt(data.getShort(at));
          case "u4" -> at -> Integer.toUnsignedLong(data.getInt(at));
          case "b1" -> at -> data.get(at) == 0 ? 0 : 1;
          default ->
              throw new NumpyFormatException(
                  "type: found "
                      + kind
                      + size
                      + ", expected a floating type, an integer or a boolean; convert it with"
                      + " astype('float64')");
        };
    int width = Integer.parseInt(size);
    if (data.remaining() != (long) count * width) {
      throw new NumpyFormatException(
          "data: found " + data.remaining() + " bytes, expected " + (long) count * width);
    }
    double[] values = new double[count];
    int start = data.position();
    Arrays.setAll(values, i -> reader.at(start + i * width));
    return values;
  }

  /** IEEE 754 binary16. */
  private static double half(short bits) {
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    double magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else {
      magnitude =
          exponent == 0
              ? Math.scalb((double) fraction, -24)
              : Math.scalb((double) (fraction | 0x400), exponent - 25);
    }
    return bits < 0 ? -magnitude : magnitude;
  }

  /** The first axis runs fastest in the given values. */
  private static double[] fromFortranOrder(double[] values, int[] shape) {
    double[] ordered = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int rest = i;
      int position = 0;
      int stride = values.length;
      for (int size : shape) {
        stride /= size;
        position += rest % size * stride;
        rest /= size;
      }
      ordered[position] = values[i];
    }
    return ordered;
  }

  byte[] format(Precision precision) {
    String type =
        switch (precision) {
          case FLOAT -> "<f4";
          case DOUBLE -> "<f8";
          case BOOLEAN -> "|b1";
        };
    StringBuilder sizes = new StringBuilder();
    for (int size : shape) {
      sizes.append(size).append(shape.length == 1 ? "," : ", ");
    }
    String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
    int padding = 63 - (10 + header.length()) % 64; // the data begin at a multiple of 64
    byte[] text = (header + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(MAGIC);
    out.writeBytes(new byte[] {1, 0, (byte) text.length, (byte) (text.length >> 8)});
    out.writeBytes(text);
    int width = precision == Precision.FLOAT ? 4 : precision == Precision.DOUBLE ? 8 : 1;
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(values.length, width))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (precision) {
        case FLOAT -> data.putFloat((float) value);
        case DOUBLE -> data.putDouble(value);
        case BOOLEAN -> data.put((byte) (value == 0 ? 0 : 1));
      }
    }
    out.writeBytes(data.array());
    return out.toByteArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NpyArray that
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "NpyArray" + Arrays.toString(shape);
  }
}
