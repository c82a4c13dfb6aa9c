package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.iterativemaps.examples.data.RandomAnomaly.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.shade.jackson.databind.JsonNode;

class PublishedAnomalyTest {

  private static final float BLACK = (0 - 0.1307f) / 0.3081f;
  private static final float WHITE = (1 - 0.1307f) / 0.3081f;

  private static void assertFits(String what, double[] expected, long[] observed) {
    double p = new ChiSquareTest().chiSquareTest(expected, observed);
    assertTrue(p > 1e-3, what + ": p = " + p + " " + Arrays.toString(observed));
  }

  private static double[] even(int count) {
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Every image of class c is grey of level 20 c + its number in the class. */
  private static DigitImages greys(int perClass) {
    int[] labels = new int[10 * perClass];
    float[][] pixels = new float[labels.length][64];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 10;
      Arrays.fill(pixels[i], (20 * (i % 10) + i / 10) / 255f);
    }
    return new DigitImages(8, List.of(pixels), labels);
  }

  @Test
  void tenThousandSequencesAreDrawnAsTheTaskSays() {
    DigitImages images = greys(7);
    RandomAnomaly task = PublishedAnomaly.of(images, images, images).train(1);
    long[] pairs = new long[56];
    long[] places = new long[10];
    long[] classes = new long[10];
    long[] fresh = new long[7];
    for (int i = 0; i < 10_000; i++) {
      Sample sample = task.sample(i);
      int usual = ((PublishedFamily) sample.usual()).ordinal();
      int odd = ((PublishedFamily) sample.odd()).ordinal();
      assertNotEquals(usual, odd);
      pairs[7 * usual + (odd > usual ? odd - 1 : odd)]++;
      places[sample.anomaly()]++;
      classes[sample.digit()]++;
      for (int t = 0; t < 10; t++) {
        // An even grey has one value, which all that is changed is clamped to.
        float value = sample.frames().get(t)[0];
        for (float other : sample.frames().get(t)) {
          assertEquals(value, other);
        }
        int level = Math.round(255 * (value * 0.3081f + 0.1307f));
        assertEquals(sample.digit(), level / 20);
        fresh[level % 20]++;
      }
    }
    assertFits("pairs", even(56), pairs);
    assertFits("places", even(10), places);
    assertFits("classes", even(10), classes);
    assertFits("images of a class", even(7), fresh);
  }

  @Test
  void classesComeAsOftenAsTheirImages() throws IOException {
    DigitImages train = HandwrittenDigits.train();
    RandomAnomaly task = PublishedAnomaly.of(train.range(0, 40), train, train).train(2);
    double[] expected = new double[10];
    for (int i = 0; i < 40; i++) {
      expected[train.labels()[i]]++;
    }
    long[] classes = new long[10];
    for (int i = 0; i < 2000; i++) {
      classes[task.sample(i).digit()]++;
    }
    assertFits("classes", expected, classes);
  }

  @Test
  void framesAreNormalizedAndTheLastIsZero() throws IOException {
    RandomAnomaly task = RandomAnomaly.asPublished().train(3);
    assertEquals(2500, task.inputs());
    for (int i = 0; i < 200; i++) {
      List<float[]> frames = task.sample(i).frames();
      assertEquals(11, frames.size());
      assertArrayEquals(new float[2500], frames.get(10));
      Set<Integer> different = new HashSet<>();
      for (float[] frame : frames.subList(0, 10)) {
        different.add(Arrays.hashCode(frame));
        boolean varies = false;
        for (float value : frame) {
          assertTrue(value >= BLACK - 1e-6 && value <= WHITE + 1e-6, value + "");
          varies |= value != frame[0];
        }
        assertTrue(varies, "sequence " + i + " has an empty frame");
      }
      assertTrue(different.size() > 5, "sequence " + i + " repeats its frames");
    }
  }

  @Test
  void valuesAreNormalizedAndClampedAsByTorchvision() {
    JsonNode numbers = TorchvisionNumbers.read();
    float[] levels = TorchvisionNumbers.floats(numbers.get("levels"));
    float[] blurred = new GaussianBlur(15, 1).apply(GreyLevels.toValues(levels), 50);
    float[] sharp = Sharpness.apply(blurred, 50, 4);
    assertArrayEquals(
        TorchvisionNumbers.floats(numbers.get("blurred_sharpened_normalized_clamped")),
        PublishedProtocol.normalized(sharp, levels),
        2e-5f);
    float[] beyond = {-1, 0.2f, 0.5f, 2};
    assertArrayEquals(
        new float[] {(0.2f - 0.1307f) / 0.3081f, 0.2249270f, 1.1986f, (0.8f - 0.1307f) / 0.3081f},
        PublishedProtocol.normalized(beyond, new float[] {51, 204, 100, 60}),
        1e-4f);
    assertArrayEquals(
        new float[] {0, 0.5f, 1}, PublishedAnomaly.ink(new float[] {BLACK, 1.1986f, WHITE}), 1e-4f);
  }

  @Test
  void partsShareNoSequenceAndSeedsRepeatThem() {
    PublishedAnomaly drawn = PublishedAnomaly.drawn();
    RandomAnomaly[] tasks = {drawn.train(1), drawn.validation(1), drawn.test(1), drawn.train(2)};
    Set<Integer> seen = new HashSet<>();
    for (RandomAnomaly task : tasks) {
      for (int i = 0; i < 25; i++) {
        assertTrue(seen.add(hash(task.sample(i))), "sequence " + i + " again");
      }
    }
    RandomAnomaly again = PublishedAnomaly.drawn().validation(1);
    for (int i = 24; i >= 0; i--) {
      assertFalse(seen.add(hash(again.sample(i))), "sequence " + i);
    }
  }

  private static int hash(Sample sample) {
    return Arrays.deepHashCode(sample.frames().toArray());
  }

  @Test
  void eachPartHasItsOwnImages() {
    DigitImages all = greys(9);
    PublishedAnomaly task =
        PublishedAnomaly.of(all.range(0, 30), all.range(30, 60), all.range(60, 90));
    RandomAnomaly[] parts = {task.train(1), task.validation(1), task.test(1)};
    for (int part = 0; part < 3; part++) {
      for (int i = 0; i < 30; i++) {
        float value = parts[part].sample(i).frames().get(3)[77];
        int level = Math.round(255 * (value * 0.3081f + 0.1307f));
        assertEquals(part, level % 20 / 3);
      }
    }
  }

  @Test
  void batchesHoldTheSequences() throws IOException {
    RandomAnomaly task = RandomAnomaly.asPublished().test(4);
    DataSetIterator iterator = task.iterator(5, 3);
    DataSet first = iterator.next();
    DataSet second = iterator.next();
    assertFalse(iterator.hasNext());
    assertArrayEquals(new long[] {3, 2500, 11}, first.getFeatures().shape());
    assertArrayEquals(new long[] {2, 10}, second.getLabels().shape());
    Sample last = task.sample(4);
    assertEquals(1, second.getLabels().getDouble(1, last.anomaly()));
    for (int t = 0; t < 11; t++) {
      for (int p = 0; p < 2500; p += 13) {
        assertEquals(last.frames().get(t)[p], second.getFeatures().getFloat(1, p, t));
      }
    }
  }

  @Test
  void asManySequencesAsTheAuthorsTrainedWith() throws IOException {
    long seed = 5;
    // region published
    DataSetIterator train = RandomAnomaly.asPublished().train(seed).iterator(58_000, 16);
    // endregion
    assertEquals(16, train.next().numExamples());
    assertTrue(train.hasNext());
  }

  @Test
  void imagesFromIdxFilesAreUsed(@TempDir Path folder) throws Exception {
    int[] pixels = new int[2 * 28 * 28];
    Arrays.fill(pixels, 0, 28 * 28, 40);
    Arrays.fill(pixels, 28 * 28, pixels.length, 90);
    Files.write(
        folder.resolve("train-images-idx3-ubyte"),
        MnistTest.idx(0x803, new int[] {2, 28, 28}, pixels));
    Files.write(
        folder.resolve("train-labels-idx1-ubyte"), MnistTest.idx(0x801, new int[] {2}, 3, 8));
    DigitImages images = Mnist.train(folder);
    RandomAnomaly task = PublishedAnomaly.of(images, images, images).train(1);
    for (int i = 0; i < 20; i++) {
      Sample sample = task.sample(i);
      float level = sample.digit() == 3 ? 40 : 90;
      assertEquals((level / 255 - 0.1307f) / 0.3081f, sample.frames().get(5)[1234], 1e-6);
    }
  }

  @Test
  void refusesToBeWithoutImages() {
    DigitImages none = new DigitImages(8, List.of(), new int[0]);
    DigitImages some = greys(1);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> PublishedAnomaly.of(some, none, some));
    assertTrue(refused.getMessage().contains("images: found none"), refused.getMessage());
  }
}
