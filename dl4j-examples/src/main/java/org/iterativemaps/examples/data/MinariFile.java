package org.iterativemaps.examples.data;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the episodes of a Minari data set from its HDF5 file, {@code data/main_data.hdf5} in the
 * data set's folder: a group {@code episode_0}, {@code episode_1}, … for each, with {@code
 * observations} [T + 1, n] and {@code actions} [T, m] (Minari's documentation, "Dataset Standards",
 * and its {@code hdf5_storage.py}). What else is there, such as rewards, is not read. The last
 * observation, after which nothing was done, is left out.
 *
 * <p>Where observations or actions are a group of arrays, as those of {@code Dict} and {@code
 * Tuple} spaces are, these are set side by side in the order of their names, those of a {@code
 * Tuple}, {@code _index_0}, {@code _index_1}, …, in that of their numbers. All episodes have the
 * same.
 */
public final class MinariFile {

  private static final Pattern EPISODE = Pattern.compile("episode_\\d{1,9}");
  private static final Pattern INDEX = Pattern.compile("_index_(\\d{1,9})");

  /** Numbers before names. */
  private static final Comparator<String> IN_ORDER =
      Comparator.comparingInt(MinariFile::index).thenComparing(Comparator.naturalOrder());

  private MinariFile() {}

  private static int index(String name) {
    Matcher matcher = INDEX.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : Integer.MAX_VALUE;
  }

  /**
   * Reads all episodes, in the order of their numbers.
   *
   * @param file to read
   * @return at least one; all have the same inputs and outputs, and no NaN or infinity
   * @throws IOException if the file is missing, no HDF5 file, or holds something else; says where
   */
  public static List<Episode> read(Path file) throws IOException {
    if (file == null) {
      throw new IllegalArgumentException("file: found null, expected the path of an HDF5 file");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          file
              + ": found "
              + (Files.exists(file) ? "no regular file" : "nothing")
              + ", expected the HDF5 file of a Minari data set, such as main_data.hdf5");
    }
    try (HdfFile hdf = new HdfFile(file)) {
      long whole = hdf.getHdfBackingStorage().getSuperblock().getEndOfFileAddress();
      if (Files.size(file) < whole) { // what lacks would be read as zeros
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s: found %d bytes of %d: damaged, it was cut off",
                file,
                Files.size(file),
                whole));
      }
      return episodes(hdf, file);
    } catch (RuntimeException e) { // where a file is damaged, jHDF throws more than its own
      throw new IOException(
          file + ": found what is no HDF5 file, or a damaged one (" + e.getMessage() + ")", e);
    }
  }

  private static List<Episode> episodes(HdfFile hdf, Path file) throws IOException {
    List<String> names =
        hdf.getChildren().keySet().stream()
            .filter(name -> EPISODE.matcher(name).matches())
            .sorted(Comparator.comparingInt(name -> Integer.parseInt(name.substring(8))))
            .toList();
    if (names.isEmpty()) {
      throw new IOException(
          file
              + ": found "
              + (hdf.getChildren().isEmpty() ? "nothing" : hdf.getChildren().keySet())
              + " in it, expected groups episode_0, episode_1, …");
    }
    List<Episode> episodes = new ArrayList<>();
    List<String> expected = null;
    for (String name : names) {
      List<String> found = new ArrayList<>();
      float[][] seen = array(hdf.getChild(name), "observations", file, found);
      float[][] done = array(hdf.getChild(name), "actions", file, found);
      if (seen.length != done.length + 1 || done.length == 0) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s, %s: found %d observations and %d actions, expected at least one action and one"
                    + " observation more",
                file,
                name,
                seen.length,
                done.length));
      }
      expected = expected == null ? found : expected;
      if (!found.equals(expected)) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s, %s: found %s numbers per time step, expected %s as in %s",
                file,
                name,
                found,
                expected,
                names.get(0)));
      }
      episodes.add(new Episode(Arrays.copyOf(seen, done.length), done));
    }
    return episodes;
  }

  private static float[][] array(Node episode, String name, Path file, List<String> found)
      throws IOException {
    Node node = episode instanceof Group group ? group.getChildren().get(name) : null;
    if (node == null) {
      throw new IOException(file + ", " + episode.getName() + ": found no " + name);
    }
    return rows(node, name, file, found);
  }

  /**
   * [time][number].
   *
   * @param name within the episode
   * @param found gets the names and widths of the arrays, in their order
   */
  private static float[][] rows(Node node, String name, Path file, List<String> found)
      throws IOException {
    if (node instanceof Dataset dataset) {
      float[][] rows = rows(dataset, file);
      found.add(name + ": " + rows[0].length);
      return rows;
    }
    if (!(node instanceof Group group) || group.getChildren().isEmpty()) {
      throw new IOException(file + ", " + node.getPath() + ": found no array and no arrays in it");
    }
    float[][] all = null;
    Map<String, Node> parts = new TreeMap<>(IN_ORDER);
    parts.putAll(group.getChildren());
    for (Node part : parts.values()) {
      float[][] own = rows(part, name + "/" + part.getName(), file, found);
      if (all != null && own.length != all.length) {
        throw new IOException(
            String.format(
                Locale.ROOT,
                "%s, %s: found %d rows, expected %d as in the arrays beside it",
                file,
                part.getPath(),
                own.length,
                all.length));
      }
      all = all == null ? own : beside(all, own);
    }
    return all;
  }

  private static float[][] beside(float[][] left, float[][] right) {
    float[][] both = new float[left.length][];
    for (int t = 0; t < both.length; t++) {
      both[t] = Arrays.copyOf(left[t], left[t].length + right[t].length);
      System.arraycopy(right[t], 0, both[t], left[t].length, right[t].length);
    }
    return both;
  }

  private static float[][] rows(Dataset dataset, Path file) throws IOException {
    int[] shape = dataset.getDimensions();
    if (shape.length != 2 || shape[0] == 0 || shape[1] == 0) {
      throw new IOException(
          file
              + ", "
              + dataset.getPath()
              + ": found shape "
              + Arrays.toString(shape)
              + ", expected [time, numbers] (choices from a list, images and texts are not read)");
    }
    float[][] rows = new float[shape[0]][];
    Object data = dataset.getData();
    for (int t = 0; t < rows.length; t++) {
      rows[t] = data instanceof float[][] floats ? floats[t] : floats(data, t);
      if (rows[t] == null) {
        throw new IOException(
            file
                + ", "
                + dataset.getPath()
                + ": found "
                + dataset.getJavaType().getSimpleName()
                + " in it, expected float or double");
      }
      for (float value : rows[t]) {
        if (!Float.isFinite(value)) {
          throw new IOException(
              file
                  + ", "
                  + dataset.getPath()
                  + ", row "
                  + t
                  + ": found "
                  + value
                  + ", expected finite numbers");
        }
      }
    }
    return rows;
  }

  private static float[] floats(Object data, int row) {
    if (!(data instanceof double[][] doubles)) {
      return null;
    }
    float[] floats = new float[doubles[row].length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[row][i];
    }
    return floats;
  }
}
