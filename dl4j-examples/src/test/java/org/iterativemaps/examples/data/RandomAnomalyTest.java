package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.iterativemaps.examples.data.RandomAnomaly.Sample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

class RandomAnomalyTest {

  private static final int SIDE = 20;
  private final RandomAnomaly task = RandomAnomaly.train(null, SIDE, 1);

  private static boolean same(Sample a, Sample b) {
    return a.anomaly() == b.anomaly()
        && IntStream.range(0, RandomAnomaly.FRAMES)
            .allMatch(t -> Arrays.equals(a.frames().get(t), b.frames().get(t)));
  }

  private static double ink(float[] frame) {
    return IntStream.range(0, frame.length).mapToDouble(p -> frame[p]).sum();
  }

  @Test
  void theSameSeedGivesTheSameSequences() {
    RandomAnomaly again = RandomAnomaly.train(null, SIDE, 1);
    RandomAnomaly other = RandomAnomaly.train(null, SIDE, 2);
    RandomAnomaly test = RandomAnomaly.test(null, SIDE, 1);
    for (int i = 0; i < 20; i++) {
      assertTrue(same(task.sample(i), again.sample(i)), "sequence " + i);
      assertFalse(same(task.sample(i), other.sample(i)), "sequence " + i);
    }
    for (int i = 0; i < 100; i++) {
      for (int j = 0; j < 20; j++) {
        assertFalse(same(task.sample(j), test.sample(i)), "test " + i + " is train " + j);
      }
    }
  }

  @Test
  void tenImagesWithOneOddOneAndABlankFrame() {
    for (int i = 0; i < 50; i++) {
      List<float[]> frames = task.sample(i).frames();
      assertEquals(RandomAnomaly.FRAMES, frames.size());
      assertArrayEquals(new float[SIDE * SIDE], frames.get(RandomAnomaly.POSITIONS));
      for (int t = 0; t < RandomAnomaly.POSITIONS; t++) {
        assertTrue(ink(frames.get(t)) > 1, "frame " + t + " is blank");
        for (float pixel : frames.get(t)) {
          assertTrue(pixel >= 0 && pixel <= 1, "pixel " + pixel);
        }
        for (int u = 0; u < t; u++) {
          assertFalse(Arrays.equals(frames.get(t), frames.get(u)), t + " repeats " + u);
        }
      }
    }
  }

  /** A rotation keeps the ink, up to interpolation; a scaled image sticks out. */
  @Test
  void theOddOneDiffersAsItsFamilySays() {
    RandomAnomaly full = RandomAnomaly.train(null, RandomAnomaly.SIDE, 3);
    Map<AnomalyFamily, Integer> seen = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      Sample sample = full.sample(i);
      seen.merge(sample.odd(), 1, Integer::sum);
      double[] others =
          IntStream.range(0, RandomAnomaly.POSITIONS)
              .filter(t -> t != sample.anomaly())
              .mapToDouble(t -> ink(sample.frames().get(t)))
              .toArray();
      double usual = Arrays.stream(others).average().orElseThrow();
      for (double ink : others) {
        assertEquals(1, ink / usual, 0.05);
      }
      double odd = ink(sample.frames().get(sample.anomaly())) / usual;
      boolean scaled = sample.odd() == TransformFamily.SCALE;
      assertEquals(scaled, odd < 0.8 || odd > 1.3, sample.odd() + " " + odd);
    }
    assertEquals(3, seen.size(), seen.toString());
    assertFalse(seen.containsKey(TransformFamily.ROTATION), seen.toString());
  }

  @Test
  void everyPlaceIsEquallyLikely() {
    RandomAnomaly small = RandomAnomaly.train(null, 8, 4);
    int count = 4000;
    int[] places = new int[RandomAnomaly.POSITIONS];
    for (int i = 0; i < count; i++) {
      places[small.sample(i).anomaly()]++;
    }
    double expected = (double) count / places.length;
    double chiSquare =
        Arrays.stream(places).mapToDouble(n -> (n - expected) * (n - expected)).sum();
    assertTrue(chiSquare / expected < 27.9, Arrays.toString(places)); // 9 degrees, 0.1 %
  }

  @Test
  void batchesHoldTheSequencesAndRepeatAfterAReset() {
    DataSetIterator iterator = task.iterator(5, 3);
    int number = 0;
    for (int epoch = 0; epoch < 2; epoch++) {
      number = 0;
      while (iterator.hasNext()) {
        DataSet data = iterator.next();
        int size = number == 0 ? 3 : 2;
        assertArrayEquals(new long[] {size, SIDE * SIDE, 11}, data.getFeatures().shape());
        assertArrayEquals(new long[] {size, 10}, data.getLabels().shape());
        for (int i = 0; i < size; i++, number++) {
          Sample sample = task.sample(number);
          assertEquals(1, data.getLabels().getDouble(i, sample.anomaly()));
          assertEquals(1, data.getLabels().getRow(i).sumNumber().doubleValue());
          for (int t = 0; t < 11; t++) {
            for (int p = 0; p < SIDE * SIDE; p += 7) {
              assertEquals(sample.frames().get(t)[p], data.getFeatures().getFloat(i, p, t));
            }
          }
        }
      }
      assertEquals(5, number);
      assertThrows(NoSuchElementException.class, iterator::next);
      iterator.reset();
    }
    assertEquals(SIDE * SIDE, iterator.inputColumns());
    assertEquals(10, iterator.totalOutcomes());
  }

  /** Held in memory, they would take 40 TB, or 8 GB for their order alone. */
  @Test
  void twoBillionSequencesTakeNoMoreMemoryThanTheirBatch() {
    DataSetIterator iterator = task.iterator(Integer.MAX_VALUE, 4);
    for (int i = 0; i < 3; i++) {
      assertEquals(4, iterator.next().numExamples());
    }
    assertTrue(iterator.hasNext());
  }

  @Test
  void imagesFromIdxFilesAreUsed(@TempDir Path folder) throws Exception {
    int[] pixels = new int[2 * 100];
    Arrays.fill(pixels, 33, 37, 255); // a bar in the first image, and a block in the second
    Arrays.fill(pixels, 144, 148, 255);
    Arrays.fill(pixels, 154, 158, 255);
    for (String set : List.of("train", "t10k")) {
      Files.write(
          folder.resolve(set + "-images-idx3-ubyte"),
          MnistTest.idx(0x803, new int[] {2, 10, 10}, pixels));
      Files.write(
          folder.resolve(set + "-labels-idx1-ubyte"), MnistTest.idx(0x801, new int[] {2}, 1, 7));
    }
    RandomAnomaly train = RandomAnomaly.train(Mnist.train(folder), 50, 1);
    RandomAnomaly test = RandomAnomaly.test(Mnist.test(folder), 50, 1);
    double area = 2.8 * 2.8; // frame pixels per image pixel: 28 of 50 for 10 of 10
    for (RandomAnomaly task : List.of(train, test)) {
      for (int i = 0; i < 20; i++) {
        Sample sample = task.sample(i);
        double ink = ink(sample.frames().get(sample.anomaly() == 0 ? 1 : 0)) / area;
        assertTrue(Math.abs(ink - 4) < 0.2 || Math.abs(ink - 8) < 0.4, "ink " + ink);
      }
    }
    assertFalse(same(train.sample(0), test.sample(0)));
  }

  @Test
  void refusesWhatMakesNoSense() {
    String small =
        assertThrows(IllegalArgumentException.class, () -> RandomAnomaly.train(null, 7, 1))
            .getMessage();
    assertTrue(small.contains("side: found 7") && small.contains("50"), small);
    DigitImages none = new DigitImages(28, List.of(), new int[0]);
    assertThrows(IllegalArgumentException.class, () -> RandomAnomaly.test(none, 50, 1));
    assertThrows(IllegalArgumentException.class, () -> task.iterator(0, 1));
    assertThrows(IllegalArgumentException.class, () -> task.iterator(1, 0));
    assertThrows(IllegalArgumentException.class, () -> task.sample(-1));
  }
}
