package org.iterativemaps.convert.numpy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.iterativemaps.convert.numpy.NpyArray.Precision;

/** {@code .npz} files: zip files, compressed or not, of {@code .npy} files by name. */
public final class Npz {
  private static final String ENDING = ".npy";

  private Npz() {}

  /**
   * All arrays of a file.
   *
   * @return by name, in the file's order
   * @throws IOException if it cannot be read; the message names the array
   */
  public static Map<String, NpyArray> read(Path file) throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        try (InputStream in = zip.getInputStream(entry)) {
          arrays.put(
              name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name,
              NpyArray.parse(in.readAllBytes()));
        } catch (NumpyFormatException e) {
          throw new NumpyFormatException(file + ", array '" + name + "': " + e.getMessage());
        }
      }
    }
    return arrays;
  }

  /**
   * Writes a file.
   *
   * @param arrays by name
   * @param precision of all arrays but masks
   */
  public static void write(Path file, Map<String, NpyArray> arrays, Precision precision)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, NpyArray> array : arrays.entrySet()) {
        zip.putNextEntry(new ZipEntry(array.getKey() + ENDING));
        boolean isMask = NumpyWeights.isMask(array.getKey());
        zip.write(array.getValue().format(isMask ? Precision.BOOLEAN : precision));
        zip.closeEntry();
      }
    }
  }
}
