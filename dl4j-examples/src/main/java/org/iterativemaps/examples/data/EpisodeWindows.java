package org.iterativemaps.examples.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Episodes cut into windows of one length, one behind the other. What an episode lacks at its end
 * is zero, and 0 in the time masks of features and labels; batches of whole windows have no masks.
 */
public final class EpisodeWindows {

  private final List<Episode> episodes;
  private final int length;

  /** Number of the episode and first time step, per window. */
  private final List<int[]> starts = new ArrayList<>();

  private EpisodeWindows(List<Episode> episodes, int length) {
    this.episodes = episodes;
    this.length = length;
    for (int i = 0; i < episodes.size(); i++) {
      for (int start = 0; start < episodes.get(i).length(); start += length) {
        starts.add(new int[] {i, start});
      }
    }
  }

  /**
   * Cuts.
   *
   * @param episodes at least one, all with the same inputs and outputs
   * @param length time steps per window, at least 1
   * @throws IllegalArgumentException if the numbers per time step differ, or one is not finite;
   *     says where
   */
  public static EpisodeWindows of(List<Episode> episodes, int length) {
    if (episodes.isEmpty() || length < 1) {
      throw new IllegalArgumentException(
          "episodes, length: found "
              + episodes.size()
              + " and "
              + length
              + ", expected at least 1 each");
    }
    EpisodeWindows windows = new EpisodeWindows(episodes, length);
    windows.check();
    return windows;
  }

  private void check() {
    for (int i = 0; i < episodes.size(); i++) {
      Episode episode = episodes.get(i);
      for (int t = 0; t < episode.length(); t++) {
        int seen = episode.observations()[t].length;
        int done = episode.actions()[t].length;
        if (seen != inputs() || done != outputs()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "episodes: found %d inputs and %d outputs in episode %d at time step %d, expected"
                      + " %d and %d",
                  seen,
                  done,
                  i,
                  t,
                  inputs(),
                  outputs()));
        }
        checkFinite("observations", episode.observations()[t], i, t);
        checkFinite("actions", episode.actions()[t], i, t);
      }
    }
  }

  private static void checkFinite(String what, float[] numbers, int episode, int time) {
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "episodes: found %s among the %s of episode %d at time step %d, expected finite"
                    + " numbers",
                number,
                what,
                episode,
                time));
      }
    }
  }

  /** How many windows there are. */
  public int count() {
    return starts.size();
  }

  /** Numbers seen per time step. */
  public int inputs() {
    return episodes.get(0).observations()[0].length;
  }

  /** Numbers to tell per time step. */
  public int outputs() {
    return episodes.get(0).actions()[0].length;
  }

  /**
   * Batches in random order: features [batch, inputs, length], labels [batch, outputs, length],
   * masks [batch, length] where a window is short.
   *
   * @param batch size of the batches; the last one may be smaller
   * @param seed of the order, which changes with every reset
   */
  public DataSetIterator iterator(int batch, long seed) {
    return new SampleIterator(count(), batch, seed, inputs(), outputs(), this::batch);
  }

  /** All windows in their order, as one batch. */
  public DataSet all() {
    return batch(IntStream.range(0, count()).toArray());
  }

  private DataSet batch(int[] windows) {
    int count = windows.length;
    // [time][number][sample], the order in which recurrent layers want them
    float[] features = new float[length * inputs() * count];
    float[] labels = new float[length * outputs() * count];
    float[][] mask = new float[count][length];
    boolean whole = true;
    for (int i = 0; i < count; i++) {
      int[] start = starts.get(windows[i]);
      Episode episode = episodes.get(start[0]);
      int steps = Math.min(length, episode.length() - start[1]);
      whole &= steps == length;
      for (int t = 0; t < steps; t++) {
        put(episode.observations()[start[1] + t], features, t, i, count);
        put(episode.actions()[start[1] + t], labels, t, i, count);
        mask[i][t] = 1;
      }
    }
    INDArray masks = whole ? null : Nd4j.create(mask);
    return new DataSet(
        Nd4j.create(features, new int[] {count, inputs(), length}, 'f'),
        Nd4j.create(labels, new int[] {count, outputs(), length}, 'f'),
        masks,
        whole ? null : masks.dup());
  }

  private static void put(float[] from, float[] to, int time, int sample, int samples) {
    for (int n = 0; n < from.length; n++) {
      to[(time * from.length + n) * samples + sample] = from[n];
    }
  }
}
