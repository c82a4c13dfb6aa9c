package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import io.jhdf.api.WritableGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class MinariFileTest {

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("main_data.hdf5");
  }

  private void write(Consumer<WritableHdfFile> content) {
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      content.accept(hdf);
    }
  }

  private static WritableGroup episode(WritableGroup hdf, int number) {
    return hdf.putGroup("episode_" + number);
  }

  private static void put(WritableGroup hdf, int number, Object observations, Object actions) {
    WritableGroup episode = episode(hdf, number);
    episode.putDataset("observations", observations);
    episode.putDataset("actions", actions);
  }

  private void assertRefused(String part) {
    String message = assertThrows(IOException.class, () -> MinariFile.read(file)).getMessage();
    assertTrue(message.startsWith(file.toString()), message);
    assertTrue(message.contains(part), message);
  }

  /**
   * Written by h5py 3.16 as Minari's hdf5_storage.py does (chunked, growing, in tracked order, with
   * rewards, ends and infos): episodes of 7, 4 and 12 steps, observations of float64 100 e + t + i
   * / 8, actions of float32 - 10 e - t - i / 4.
   */
  @Test
  void aFileOfH5py() throws Exception {
    Path there = Path.of(MinariFileTest.class.getResource("/minari/three-episodes.hdf5").toURI());
    List<Episode> episodes = MinariFile.read(there);
    int[] steps = {7, 4, 12};
    assertEquals(steps.length, episodes.size());
    for (int e = 0; e < steps.length; e++) {
      Episode episode = episodes.get(e);
      assertEquals(steps[e], episode.length());
      for (int t = 0; t < steps[e]; t++) {
        assertArrayEquals(
            new float[] {100 * e + t, 100 * e + t + 1 / 8f, 100 * e + t + 2 / 8f},
            episode.observations()[t]);
        assertArrayEquals(new float[] {-10f * e - t, -10f * e - t - 1 / 4f}, episode.actions()[t]);
      }
    }
  }

  @Test
  void episodesToTrainWith() throws Exception {
    write(
        hdf -> {
          for (int number = 0; number < 5; number++) {
            put(hdf, number, new double[81][4], new float[80][2]);
          }
        });
    long seed = 1;
    // region read
    List<Episode> episodes = MinariFile.read(file);
    DataSetIterator train = EpisodeWindows.of(episodes, 50).iterator(8, seed);
    // endregion
    DataSet first = train.next();
    assertArrayEquals(new long[] {8, 4, 50}, first.getFeatures().shape());
    assertArrayEquals(new long[] {8, 2, 50}, first.getLabels().shape());
    assertArrayEquals(new long[] {8, 50}, first.getLabelsMaskArray().shape());
    assertEquals(2, train.next().numExamples());
  }

  @Test
  void episodesComeInTheOrderOfTheirNumbers() throws Exception {
    write(
        hdf -> {
          for (int number : new int[] {10, 2, 0}) {
            put(hdf, number, new double[][] {{number}, {1}, {2}}, new float[][] {{3}, {4}});
          }
          hdf.putGroup("other");
        });
    List<Episode> episodes = MinariFile.read(file);
    assertEquals(3, episodes.size());
    assertEquals(0, episodes.get(0).observations()[0][0]);
    assertEquals(2, episodes.get(1).observations()[0][0]);
    assertEquals(10, episodes.get(2).observations()[0][0]);
  }

  @Test
  void groupsOfArraysAreSetSideBySideByName() throws Exception {
    write(
        hdf -> {
          WritableGroup episode = episode(hdf, 0);
          WritableGroup seen = episode.putGroup("observations");
          seen.putDataset("goal", new double[][] {{5}, {6}});
          WritableGroup nested = seen.putGroup("arm");
          nested.putDataset("b", new float[][] {{3, 4}, {30, 40}});
          nested.putDataset("a", new float[][] {{1, 2}, {10, 20}});
          WritableGroup done = episode.putGroup("actions");
          done.putDataset("_index_1", new double[][] {{8}});
          done.putDataset("_index_0", new double[][] {{7}});
        });
    Episode episode = MinariFile.read(file).get(0);
    assertArrayEquals(new float[] {1, 2, 3, 4, 5}, episode.observations()[0]);
    assertArrayEquals(new float[] {7, 8}, episode.actions()[0]);
  }

  @Test
  void tuplesComeInTheOrderOfTheirNumbers() throws Exception {
    write(
        hdf -> {
          WritableGroup episode = episode(hdf, 0);
          WritableGroup seen = episode.putGroup("observations");
          for (int number : new int[] {10, 2, 0, 11, 1, 9, 3, 8, 4, 7, 5, 6}) {
            seen.putDataset("_index_" + number, new double[][] {{number}, {number}});
          }
          episode.putDataset("actions", new double[1][1]);
        });
    assertArrayEquals(
        new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
        MinariFile.read(file).get(0).observations()[0]);
  }

  @Test
  void whatIsNoFileIsNamed() throws Exception {
    assertThrows(IllegalArgumentException.class, () -> MinariFile.read(null));
    assertRefused("found nothing, expected the HDF5 file of a Minari data set");
    Files.createDirectory(file);
    assertRefused("found no regular file");
    Files.delete(file);
    Files.writeString(file, "a,b\n1,2\n".repeat(1000));
    assertRefused("found what is no HDF5 file, or a damaged one");
    Files.writeString(file, "");
    assertRefused("found what is no HDF5 file");
  }

  @Test
  void aFileCutOffIsRefused() throws Exception {
    write(hdf -> put(hdf, 0, new double[200][3], new double[199][2]));
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {9, 100, whole.length / 2, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused("damaged");
    }
  }

  @Test
  void withoutEpisodesItSaysWhatThereIs() {
    write(hdf -> hdf.putGroup("episodes"));
    assertRefused("found [episodes] in it, expected groups episode_0");
  }

  @Test
  void missingArraysAreNamed() {
    write(hdf -> episode(hdf, 0).putDataset("observations", new double[3][2]));
    assertRefused("episode_0: found no actions");
    write(hdf -> hdf.putDataset("episode_0", new double[] {1}));
    assertRefused("episode_0: found no observations");
    write(
        hdf -> {
          WritableGroup episode = episode(hdf, 0);
          episode.putGroup("observations");
          episode.putDataset("actions", new double[2][1]);
        });
    assertRefused("/episode_0/observations/: found no array and no arrays in it");
  }

  @Test
  void wrongShapesAreNamed() {
    write(hdf -> put(hdf, 0, new double[3], new double[2][1]));
    assertRefused("/episode_0/observations: found shape [3], expected [time, numbers]");
    write(hdf -> put(hdf, 0, new double[3][2], new double[2][4][4]));
    assertRefused("/episode_0/actions: found shape [2, 4, 4]");
    write(hdf -> put(hdf, 0, new double[3][2], new double[3][1]));
    assertRefused("episode_0: found 3 observations and 3 actions");
    write(hdf -> put(hdf, 0, new int[3][2], new double[2][1]));
    assertRefused("/episode_0/observations: found int in it, expected float or double");
    write(
        hdf -> {
          WritableGroup seen = episode(hdf, 0).putGroup("observations");
          seen.putDataset("a", new double[3][1]);
          seen.putDataset("b", new double[4][1]);
        });
    assertRefused("/episode_0/observations/b: found 4 rows, expected 3");
  }

  @Test
  void otherWidthsInALaterEpisodeAreNamed() {
    write(
        hdf -> {
          put(hdf, 0, new double[3][2], new double[2][1]);
          put(hdf, 1, new double[3][2], new double[2][3]);
        });
    assertRefused(
        "episode_1: found [observations: 2, actions: 3] numbers per time step, expected"
            + " [observations: 2, actions: 1] as in episode_0");
  }

  /** Equally many in all, but others. */
  @Test
  void otherArraysInALaterEpisodeAreNamed() {
    write(
        hdf -> {
          putGroup(hdf, 0, "arm", 1, "goal", 2);
          putGroup(hdf, 1, "arm", 1, "place", 2);
        });
    assertRefused(
        "episode_1: found [observations/arm: 1, observations/place: 2, actions: 1] numbers per time"
            + " step, expected [observations/arm: 1, observations/goal: 2, actions: 1] as in"
            + " episode_0");
    write(
        hdf -> {
          putGroup(hdf, 0, "arm", 1, "goal", 2);
          putGroup(hdf, 1, "arm", 2, "goal", 1);
        });
    assertRefused("episode_1: found [observations/arm: 2, observations/goal: 1, actions: 1]");
  }

  private static void putGroup(
      WritableGroup hdf, int number, String one, int width, String other, int otherWidth) {
    WritableGroup episode = episode(hdf, number);
    WritableGroup seen = episode.putGroup("observations");
    seen.putDataset(one, new double[3][width]);
    seen.putDataset(other, new double[3][otherWidth]);
    episode.putDataset("actions", new double[2][1]);
  }

  @Test
  void whatIsNoNumberIsNamed() {
    write(hdf -> put(hdf, 0, new double[][] {{1}, {Double.NaN}, {2}}, new double[2][1]));
    assertRefused("/episode_0/observations, row 1: found NaN, expected finite numbers");
    write(hdf -> put(hdf, 0, new double[3][1], new double[][] {{0}, {1e300}}));
    assertRefused("/episode_0/actions, row 1: found Infinity");
  }
}
