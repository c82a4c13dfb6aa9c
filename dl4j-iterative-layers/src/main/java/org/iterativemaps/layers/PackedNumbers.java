package org.iterativemaps.layers;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
    ByteBuffer in = open(text);
    long[] numbers = new long[count(in, 1)];
    long previous = -1;
    for (int i = 0; i < numbers.length; i++) {
      long gap = 0;
      int shift = 0;
      int next;
      do {
        if (!in.hasRemaining()) {
          throw damaged("end after " + i + " of " + numbers.length, null);
        }
        next = in.get() & 0xFF;
        gap |= (long) (next & 0x7F) << shift;
        shift += 7;
      } while (next > 0x7F && shift < 63);
      previous += 1 + gap;
      numbers[i] = previous;
    }
    checkEnd(in);
    return numbers;
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
    ByteBuffer in = open(text);
    double[] values = new double[count(in, Double.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.getDouble();
    }
    checkEnd(in);
    return values;
  }

  /** Inflates to the end, where the checksum is. */
  private static ByteBuffer open(String text) throws IOException {
    try (InflaterInputStream in =
        new InflaterInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(text)))) {
      return ByteBuffer.wrap(in.readAllBytes());
    } catch (IllegalArgumentException | IOException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  private static int count(ByteBuffer in, int bytesEach) throws IOException {
    int count = in.remaining() < Integer.BYTES ? -1 : in.getInt();
    if (count < 0 || (long) count * bytesEach > in.remaining()) {
      throw damaged("a count of " + count + " before " + in.remaining() + " bytes", null);
    }
    return count;
  }

  private static void checkEnd(ByteBuffer in) throws IOException {
    if (in.hasRemaining()) {
      throw damaged(in.remaining() + " bytes are left over", null);
    }
  }

  private static IOException damaged(String how, Exception cause) {
    return new IOException("iterative map settings: packed numbers are damaged: " + how, cause);
  }
}
