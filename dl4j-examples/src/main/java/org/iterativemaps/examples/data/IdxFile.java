package org.iterativemaps.examples.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An array of unsigned bytes in IDX format: two zero bytes, the type code 0x08, the number of
 * dimensions, the dimensions as big-endian integers, the values.
 */
final class IdxFile {

  private static final int UNSIGNED_BYTE = 0x08;
  private static final long LARGEST = 1L << 30;

  private final int[] sizes;
  private final byte[] values;

  private IdxFile(int[] sizes, byte[] values) {
    this.sizes = sizes;
    this.values = values;
  }

  /** Length along a dimension. */
  int size(int dimension) {
    return sizes[dimension];
  }

  /** A value, 0 to 255, the last dimension running fastest. */
  int value(int index) {
    return values[index] & 0xff;
  }

  /**
   * Reads a file, unpacking it when its name ends in ".gz".
   *
   * @param file to read
   * @param dimensions how many are expected
   * @return its content
   * @throws IOException if it is not such a file; the message names file and reason
   */
  static IdxFile read(Path file, int dimensions) throws IOException {
    try (InputStream in = open(file);
        DataInputStream data = new DataInputStream(in)) {
      int magic = data.readInt();
      int expected = UNSIGNED_BYTE << 8 | dimensions;
      if (magic != expected) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: found magic number 0x%08x, expected 0x%08x; this is not the IDX file its name"
                    + " says",
                file,
                magic,
                expected));
      }
      int[] sizes = new int[dimensions];
      long total = 1;
      for (int i = 0; i < dimensions; i++) {
        sizes[i] = data.readInt();
        if (sizes[i] < 1 || (total *= sizes[i]) > LARGEST) {
          throw new IOException(file + ": found " + sizes[i] + " as length of dimension " + i);
        }
      }
      byte[] values = data.readNBytes((int) total);
      if (values.length < total) {
        throw new IOException(
            file + ": found " + values.length + " values, expected " + total + "; it is cut off");
      }
      if (data.read() >= 0) {
        throw new IOException(file + ": more data than the " + total + " values it announces");
      }
      return new IdxFile(sizes, values);
    } catch (EOFException e) {
      throw new IOException(file + ": ends too early; download it again", e);
    } catch (ZipException e) {
      throw new IOException(file + ": damaged gzip data (" + e.getMessage() + ")", e);
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream raw = Files.newInputStream(file);
    try {
      return new BufferedInputStream(
          file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }
}
