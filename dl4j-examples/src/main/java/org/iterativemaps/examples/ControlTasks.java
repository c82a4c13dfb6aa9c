package org.iterativemaps.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.data.ArmReaching;
import org.iterativemaps.examples.data.Episode;
import org.iterativemaps.examples.data.EpisodeWindows;
import org.iterativemaps.examples.data.MinariFile;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/** The tasks of {@link ControlStudy}: what was seen goes in, what the expert did is to come out. */
final class ControlTasks {

  private static final int BATCH = 50;
  private static final double[] RATES = {0.005, 0.01, 0.02};

  /** Time steps of a window of a file's episodes. */
  static final int WINDOW = 50;

  /** Of the file's episodes, one of so many to decide by, another to test with. */
  private static final int SHARE = 5;

  private ControlTasks() {}

  /**
   * The arm that reaches.
   *
   * @param quick whether little will do
   * @param seed of the episodes whose mean and deviation scale all others
   */
  static ProportionTask arm(boolean quick, long seed) {
    int sequences = quick ? 500 : 15_000;
    int tested = quick ? 50 : 500;
    NormalizerStandardize scale = scale(ArmReaching.train(seed).iterator(500, BATCH));
    return new ProportionTask(
        "Reaching arm",
        "arm",
        ArmReaching.INPUTS,
        ArmReaching.OUTPUTS,
        ArmReaching.TIME,
        quick ? 1000 : 3000,
        sequences,
        1,
        BATCH,
        tested,
        quick ? new double[] {0.02} : RATES,
        new ControlRecipe(),
        new ControlScore(
            (network, number) -> {
              network.rnnClearPreviousState();
              return ArmReaching.test(number).drive(tested, seen -> answer(network, seen, scale));
            }),
        "scaled by seed " + seed,
        number -> scaled(ArmReaching.train(number).iterator(sequences, BATCH), scale),
        number -> scaled(ArmReaching.validation(number).iterator(tested, BATCH), scale),
        number -> scaled(ArmReaching.test(number).iterator(tested, BATCH), scale));
  }

  /**
   * What the network would have the motors do; it keeps its state from one time step to the next.
   */
  static INDArray answer(MultiLayerNetwork network, INDArray seen, NormalizerStandardize scale) {
    scale.transform(seen);
    INDArray torques = network.rnnTimeStep(seen);
    scale.revertLabels(torques);
    return torques;
  }

  /**
   * Episodes from a Minari file: a fifth to decide by, a fifth to test with.
   *
   * @param file to read
   * @param quick whether little will do
   * @param seed of the parting
   * @throws IOException if the file cannot be read, or has fewer than three episodes
   */
  static ProportionTask minari(Path file, boolean quick, long seed) throws IOException {
    List<Episode> episodes = new ArrayList<>(MinariFile.read(file));
    if (episodes.size() < 3) {
      throw new IOException(
          file
              + ": found "
              + episodes.size()
              + " episodes, expected at least 3: to train with, to decide by and to test with");
    }
    Collections.shuffle(episodes, new Random(seed));
    int part = Math.max(1, episodes.size() / SHARE);
    EpisodeWindows validation = EpisodeWindows.of(episodes.subList(0, part), WINDOW);
    EpisodeWindows test = EpisodeWindows.of(episodes.subList(part, 2 * part), WINDOW);
    EpisodeWindows train = EpisodeWindows.of(episodes.subList(2 * part, episodes.size()), WINDOW);
    NormalizerStandardize scale = scale(train.iterator(BATCH, 0));
    int batches = (train.count() + BATCH - 1) / BATCH;
    return new ProportionTask(
        file.getFileName().toString(),
        "minari",
        train.inputs(),
        train.outputs(),
        WINDOW,
        (quick ? 2000 : 5000) + 3 * (train.inputs() + train.outputs()) * train.outputs(),
        train.count(),
        Math.max(1, Math.round((quick ? 8f : 400f) / batches)),
        BATCH,
        test.count(),
        quick ? new double[] {0.02} : RATES,
        new ControlRecipe(),
        new ControlScore(null),
        identity(file) + ", parted by seed " + seed,
        number -> scaled(train.iterator(BATCH, number), scale),
        number -> scaled(validation.iterator(BATCH, number), scale),
        number -> scaled(test.iterator(BATCH, number), scale));
  }

  /**
   * Another file in the same place is not taken for this one, nor this one for another elsewhere.
   */
  private static String identity(Path file) throws IOException {
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
      long size = in.transferTo(OutputStream.nullOutputStream());
      return String.format(
          Locale.ROOT, "%s, %d bytes, CRC-32 %08x", file.getFileName(), size, sum.getValue());
    }
  }

  private static DataSetIterator scaled(DataSetIterator data, NormalizerStandardize scale) {
    data.setPreProcessor(scale);
    return data;
  }

  /** Mean 0 and deviation 1 of every number seen and done; of what never changes mean 0 alone. */
  static NormalizerStandardize scale(DataSetIterator train) {
    NormalizerStandardize scale = new NormalizerStandardize();
    scale.fitLabel(true);
    scale.fit(train);
    return scale;
  }
}
