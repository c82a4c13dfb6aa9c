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
   * @throws IOException if it cannot be read, or has an array that is not known here; the message
   *     names the array
   */
  public static Map<String, NpyArray> read(Path file) throws IOException {
    Map<String, NpyArray> arrays = new LinkedHashMap<>();
    for (Map.Entry<String, byte[]> array : bytes(file).entrySet()) {
      arrays.put(array.getKey(), parse(file.toString(), array.getKey(), array.getValue()));
    }
    return arrays;
  }

  /**
   * One array of a file, whatever else is in it.
   *
   * @throws IOException if it cannot be read, or is not known here; the message names the array
   * @throws IllegalArgumentException if there is no such array
   */
  public static NpyArray read(Path file, String name) throws IOException {
    Map<String, byte[]> arrays = bytes(file);
    if (!arrays.containsKey(name)) {
      throw new IllegalArgumentException(
          file + ": no array '" + name + "'; it has " + arrays.keySet());
    }
    return parse(file.toString(), name, arrays.get(name));
  }

  /** Arrays as {@code .npy} data, so that each can be refused when it is wanted. */
  static Map<String, byte[]> bytes(Path file) throws IOException {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        String name = entry.getName();
        try (InputStream in = zip.getInputStream(entry)) {
          arrays.put(
              name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name,
              in.readAllBytes());
        }
      }
    }
    return arrays;
  }

  static NpyArray parse(String file, String name, byte[] bytes) throws NumpyFormatException {
    try {
      return NpyArray.parse(bytes);
    } catch (NumpyFormatException e) {
      throw new NumpyFormatException(file + ", array '" + name + "': " + e.getMessage());
    }
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
