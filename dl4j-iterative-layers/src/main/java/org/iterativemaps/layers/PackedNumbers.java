package org.iterativemaps.layers;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Base64;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Heap;
import org.iterativemaps.map.pattern.WeightMask;

/**
 * Many numbers as one short text: a count, then the numbers, deflated, in Base64.
 *
 * <p>The cells of a mask are kept as the gaps between them, seven bits to the byte with the high
 * bit for "more": about one byte per entry for densities above 1 %.
 *
 * <p>A short text can unfold to very many numbers. The count is held against what there is room for
 * before any number is read.
 */
final class PackedNumbers {
  private PackedNumbers() {}

  static String packCells(WeightMask mask) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeInt(mask.entryCount());
      long previous = -1;
      for (int to = 0; to < mask.toSize(); to++) {
        for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
          long cell = (long) to * mask.fromSize() + mask.source(entry);
          long gap = cell - previous - 1;
          previous = cell;
          while (gap > 0x7F) {
            out.writeByte((int) (gap & 0x7F) | 0x80);
            gap >>>= 7;
          }
          out.writeByte((int) gap);
        }
      }
    }
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /**
   * The mask of a block of this size.
   *
   * @throws IOException if the text is damaged
   * @throws IllegalArgumentException if there are more cells than the block has, or memory
   */
  static WeightMask unpackCells(String text, int fromSize, int toSize) throws IOException {
    if (fromSize > Slot.MAX_SIZE || toSize > Slot.MAX_SIZE) {
      throw new IllegalArgumentException(
          "sizes: found " + fromSize + " and " + toSize + ", expected at most " + Slot.MAX_SIZE);
    }
    long end = (long) fromSize * toSize;
    try (DataInputStream in = open(text)) {
      int count = count(in, Math.min(end, WeightMask.MAX_ENTRIES));
      if (count == end) {
        return full(in, fromSize, toSize);
      }
      Heap.check("a mask of " + count + " cells", 2.0 * Integer.BYTES * (toSize + 1.0 + count));
      int[] starts = new int[toSize + 1];
      int[] sources = new int[count];
      long cell = -1;
      for (int entry = 0; entry < count; entry++) {
        cell += 1 + gap(in);
        if (cell >= end || cell < 0) {
          throw damaged("cell " + cell + " of " + end, null);
        }
        sources[entry] = (int) (cell % fromSize);
        starts[(int) (cell / fromSize) + 1]++;
      }
      checkEnd(in);
      for (int to = 0; to < toSize; to++) {
        starts[to + 1] += starts[to];
      }
      return WeightMask.ofRows(fromSize, toSize, starts, sources);
    } catch (EOFException e) {
      throw damaged("they end too early", e);
    } catch (ZipException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  /** Every cell: nothing to keep. */
  private static WeightMask full(DataInputStream in, int fromSize, int toSize) throws IOException {
    for (long cell = 0; cell < (long) fromSize * toSize; cell++) {
      if (gap(in) != 0) {
        throw damaged("a gap in a mask of all cells", null);
      }
    }
    checkEnd(in);
    return WeightMask.dense(fromSize, toSize);
  }

  private static long gap(DataInputStream in) throws IOException {
    long gap = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      int next = in.readUnsignedByte();
      gap |= (long) (next & 0x7F) << shift;
      if (next <= 0x7F) {
        return gap;
      }
    }
    throw damaged("a gap of more than 63 bits", null);
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

  /**
   * The values.
   *
   * @param most how many there may be
   * @throws IOException if the text is damaged
   * @throws IllegalArgumentException if there are more, or more than memory
   */
  static double[] unpack(String text, long most) throws IOException {
    try (DataInputStream in = open(text)) {
      int count = count(in, Math.min(most, WeightMask.MAX_ENTRIES));
      Heap.check(count + " values", 2.0 * Double.BYTES * count); // WeightValues copies them
      double[] values = new double[count];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.readDouble();
      }
      checkEnd(in);
      return values;
    } catch (EOFException e) {
      throw damaged("they end too early", e);
    } catch (ZipException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  private static DataInputStream open(String text) throws IOException {
    try {
      byte[] bytes = Base64.getDecoder().decode(text);
      return new DataInputStream(
          new BufferedInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes))));
    } catch (IllegalArgumentException e) {
      throw damaged(e.getMessage(), e);
    }
  }

  private static int count(DataInputStream in, long most) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > most) {
      throw damaged("a count of " + count + ", expected at most " + most, null);
    }
    return count;
  }

  /** Reads to the end, where the checksum is. */
  private static void checkEnd(DataInputStream in) throws IOException {
    if (in.read() >= 0) {
      throw damaged("numbers are left over", null);
    }
  }

  private static IOException damaged(String how, Exception cause) {
    return new IOException("packed numbers are damaged: " + how, cause);
  }
}
