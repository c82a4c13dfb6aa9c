package org.iterativemaps.examples.data;

import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Grey images of digits with their classes.
 *
 * @param side height and width in pixels
 * @param pixels one array of side · side values per image, row by row from the top, 0 (paper) to 1
 *     (ink); not copied
 * @param labels classes 0 to 9, one per image; not copied
 */
public record DigitImages(int side, List<float[]> pixels, int[] labels) {

  /** Number of classes. */
  public static final int CLASSES = 10;

  /**
   * Refuses lengths that do not match.
   *
   * @param side height and width in pixels
   * @param pixels one array of side · side values per image
   * @param labels classes 0 to 9, one per image
   */
  public DigitImages {
    if (pixels.size() != labels.length) {
      throw new IllegalArgumentException(
          "labels: found " + labels.length + ", expected one for each of " + pixels.size());
    }
    for (float[] image : pixels) {
      if (image.length != side * side) {
        throw new IllegalArgumentException(
            "pixels: found an image of " + image.length + ", expected " + side + " by " + side);
      }
    }
  }

  /**
   * How many images there are.
   *
   * @return 0 or more
   */
  public int count() {
    return labels.length;
  }

  /**
   * Numbers per image.
   *
   * @return side · side
   */
  public int inputs() {
    return side * side;
  }

  /**
   * Some of the images, in their order.
   *
   * @param from first index
   * @param to index after the last
   * @return a view on the same pixels
   */
  public DigitImages range(int from, int to) {
    return new DigitImages(
        side, pixels.subList(from, to), java.util.Arrays.copyOfRange(labels, from, to));
  }

  /**
   * Images as vectors: features [batch, side · side], labels one-hot [batch, 10].
   *
   * @param batch size of the batches; the last one may be smaller
   * @param seed of the order, which changes with every reset
   * @return an iterator to train with
   */
  public DataSetIterator asVectors(int batch, long seed) {
    return new SampleIterator(
        count(), batch, seed, inputs(), CLASSES, samples -> batch(samples, false));
  }

  /**
   * Images read row by row, one row per time step: features [batch, side, time = side], labels
   * one-hot [batch, 10].
   *
   * @param batch size of the batches; the last one may be smaller
   * @param seed of the order, which changes with every reset
   * @return an iterator to train with
   */
  public DataSetIterator asRows(int batch, long seed) {
    return new SampleIterator(count(), batch, seed, side, CLASSES, samples -> batch(samples, true));
  }

  private DataSet batch(int[] samples, boolean rowsAsTime) {
    float[][] vectors = new float[samples.length][];
    float[][] oneHot = new float[samples.length][CLASSES];
    for (int i = 0; i < samples.length; i++) {
      vectors[i] = pixels.get(samples[i]);
      oneHot[i][labels[samples[i]]] = 1;
    }
    var features = Nd4j.create(vectors).castTo(DataType.FLOAT);
    if (rowsAsTime) { // [batch, row, column] to [batch, feature = column, time = row]
      features = features.reshape('c', samples.length, side, side).permute(0, 2, 1).dup();
    }
    return new DataSet(features, Nd4j.create(oneHot));
  }

  /**
   * The first image of every class.
   *
   * @return indices in the order of the classes; -1 for a class without images
   */
  public int[] firstOfEachClass() {
    return IntStream.range(0, CLASSES)
        .map(
            digit ->
                IntStream.range(0, count()).filter(i -> labels[i] == digit).findFirst().orElse(-1))
        .toArray();
  }
}
