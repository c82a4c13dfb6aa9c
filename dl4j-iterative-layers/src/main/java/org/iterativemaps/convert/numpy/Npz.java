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
   * All arrays of a file but those of types that are not known here (text, complex numbers,
   * records, pickled objects): {@link #unknown} names them.
   *
   * @return by name, in the file's order
   * @throws IOException if the file cannot be read
   */
  public static Map<String, NpyArray> read(Path file) throws IOException {
    Map<String, NpyArray> known = new LinkedHashMap<>();
    sort(file, known, new LinkedHashMap<>());
    return known;
  }

  /**
   * The arrays that {@link #read(Path)} leaves out.
   *
   * @return by name, in the file's order: why each is not known
   * @throws IOException if the file cannot be read
   */
  public static Map<String, String> unknown(Path file) throws IOException {
    Map<String, String> unknown = new LinkedHashMap<>();
    sort(file, new LinkedHashMap<>(), unknown);
    return unknown;
  }

  private static void sort(Path file, Map<String, NpyArray> known, Map<String, String> unknown)
      throws IOException {
    for (Map.Entry<String, byte[]> array : bytes(file).entrySet()) {
      try {
        known.put(array.getKey(), NpyArray.parse(array.getValue()));
      } catch (NumpyFormatException e) {
        unknown.put(array.getKey(), e.getMessage());
      }
    }
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
        String entryName = entry.getName();
        String name =
            entryName.endsWith(ENDING)
                ? entryName.substring(0, entryName.length() - ENDING.length())
                : entryName;
        try (InputStream in = zip.getInputStream(entry)) {
          if (arrays.put(name, in.readAllBytes()) != null) {
            throw new NumpyFormatException(file + ": two arrays '" + name + "', expected one");
          }
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
