package org.iterativemaps.examples.data;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.impl.MnistDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The MNIST digits from the four files in IDX format that they are distributed in, packed by gzip
 * or not (Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998).
 */
public final class Mnist {
  private Mnist() {}

  /**
   * Reads the training images.
   *
   * @param folder holds {@code train-images-idx3-ubyte} and {@code train-labels-idx1-ubyte}, or
   *     either with {@code .gz}
   * @return all images, 60 000 in the original
   * @throws IOException if a file is missing or damaged; the message names file and reason
   */
  public static DigitImages train(Path folder) throws IOException {
    return read(folder, "train");
  }

  /**
   * Reads the test images.
   *
   * @param folder holds {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, or
   *     either with {@code .gz}
   * @return all images, 10 000 in the original
   * @throws IOException if a file is missing or damaged; the message names file and reason
   */
  public static DigitImages test(Path folder) throws IOException {
    return read(folder, "t10k");
  }

  /**
   * Lets DL4J download the training images, once, into its folder below the user's home.
   *
   * @return all images, 60 000
   * @throws IOException if they cannot be had; the message says what to do
   */
  public static DigitImages downloadTrain() throws IOException {
    return download(true);
  }

  /**
   * Lets DL4J download the test images, once, into its folder below the user's home.
   *
   * @return all images, 10 000
   * @throws IOException if they cannot be had; the message says what to do
   */
  public static DigitImages downloadTest() throws IOException {
    return download(false);
  }

  private static DigitImages download(boolean train) throws IOException {
    List<float[]> pixels = new ArrayList<>();
    List<Integer> classes = new ArrayList<>();
    try {
      var batches = new MnistDataSetIterator(1000, train ? 60_000 : 10_000, false, train, false, 0);
      while (batches.hasNext()) {
        DataSet batch = batches.next();
        pixels.addAll(List.of(batch.getFeatures().toFloatMatrix()));
        for (int label : batch.getLabels().argMax(1).toIntVector()) {
          classes.add(label);
        }
      }
    } catch (IOException e) {
      throw new IOException(
          "MNIST could not be downloaded; fetch its four IDX files by hand and give their folder:"
              + " --mnist DIR",
          e);
    }
    int side = (int) Math.round(Math.sqrt(pixels.get(0).length));
    return new DigitImages(side, pixels, classes.stream().mapToInt(i -> i).toArray());
  }

  private static DigitImages read(Path folder, String set) throws IOException {
    Path imageFile = find(folder, set + "-images", "idx3-ubyte");
    Path labelFile = find(folder, set + "-labels", "idx1-ubyte");
    IdxFile images = IdxFile.read(imageFile, 3);
    IdxFile labels = IdxFile.read(labelFile, 1);
    int count = images.size(0);
    int side = images.size(1);
    if (images.size(2) != side) {
      throw new IOException(
          imageFile + ": found images of " + side + " by " + images.size(2) + ", expected square");
    }
    if (labels.size(0) != count) {
      throw new IOException(
          labelFile
              + ": found "
              + labels.size(0)
              + " labels, expected "
              + count
              + " as in "
              + imageFile);
    }
    List<float[]> pixels = new ArrayList<>(count);
    int[] classes = new int[count];
    for (int i = 0; i < count; i++) {
      float[] image = new float[side * side];
      for (int p = 0; p < image.length; p++) {
        image[p] = images.value(i * image.length + p) / 255f;
      }
      pixels.add(image);
      classes[i] = labels.value(i);
      if (classes[i] >= DigitImages.CLASSES) {
        throw new IOException(
            labelFile + ": label " + i + " is " + classes[i] + ", expected 0 to 9");
      }
    }
    return new DigitImages(side, pixels, classes);
  }

  /** Both spellings of the names are about, with a hyphen or a dot before "idx". */
  private static Path find(Path folder, String start, String end) throws IOException {
    for (String separator : List.of("-", ".")) {
      for (String packed : List.of("", ".gz")) {
        Path file = folder.resolve(start + separator + end + packed);
        if (Files.isRegularFile(file)) {
          return file;
        }
      }
    }
    throw new FileNotFoundException(
        (Files.isDirectory(folder)
                ? "In " + folder + ": no file "
                : "No folder " + folder + " with ")
            + start
            + "-"
            + end
            + " or "
            + start
            + "-"
            + end
            + ".gz; put the four MNIST files there");
  }
}
