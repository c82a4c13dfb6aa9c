package org.iterativemaps.layers;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * Many numbers as one short text: a count, then the numbers, deflated, in Base64.
 *
 * <p>Ascending cell numbers are kept as their gaps, seven bits to the byte with the high bit for
 * "more": about one byte per entry for densities above 1 %.
 */
final class PackedNumbers {
  private PackedNumbers() {}

  static String packAscending(long[] ascending) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeInt(ascending.length);
      long previous = -1;
      for (long number : ascending) {
        long gap = number - previous - 1;
        previous = number;
        while (gap > 0x7F) {
          out.writeByte((int) (gap & 0x7F) | 0x80);
          gap >>>= 7;
        }
        out.writeByte((int) gap);
      }
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  static long[] unpackAscending(String text) throws IOException {
    try (DataInputStream in = open(text)) {
      long[] numbers = new long[count(in)];
      long previous = -1;
      for (int i = 0; i < numbers.length; i++) {
        long gap = 0;
        int shift = 0;
        int next;
        do {
          next = in.readUnsignedByte();
          gap |= (long) (next & 0x7F) << shift;
          shift += 7;
        } while (next > 0x7F && shift < 63);
        previous += 1 + gap;
        numbers[i] = previous;
      }
      return numbers;
    }
  }

  static String pack(double[] values) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeInt(values.length);
      for (double value : values) {
        out.writeDouble(value);
      }
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  static double[] unpack(String text) throws IOException {
    try (DataInputStream in = open(text)) {
      double[] values = new double[count(in)];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.readDouble();
      }
      return values;
    }
  }

  private static DataInputStream open(String text) throws IOException {
    try {
      return new DataInputStream(
          new InflaterInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text))));
    } catch (IllegalArgumentException e) {
      throw new IOException("iterative map settings: packed numbers are not Base64", e);
    }
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0) {
      throw new IOException(
          "iterative map settings: packed numbers have a negative count " + count);
    }
    return count;
  }
}
