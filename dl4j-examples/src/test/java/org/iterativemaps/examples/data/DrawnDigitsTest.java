package org.iterativemaps.examples.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;

class DrawnDigitsTest {

  private static long hash(DigitImages images) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < images.count(); i++) {
      crc.update(images.labels()[i]);
      for (float pixel : images.pixels().get(i)) {
        crc.update(Math.round(pixel * 255));
      }
    }
    return crc.getValue();
  }

  @Test
  void seedsMeanTheSamePixelsOnEveryJvm() {
    assertEquals(464_608_494L, hash(DrawnDigits.make(200, 28, 1)), "28 by 28, seed 1");
    assertEquals(2_985_114_483L, hash(DrawnDigits.make(50, 50, 2)), "50 by 50, seed 2");
  }

  @Test
  void anImageDoesNotDependOnHowManyFollow() {
    assertArrayEquals(
        DrawnDigits.make(5, 28, 3).pixels().get(4), DrawnDigits.make(9, 28, 3).pixels().get(4));
  }

  @Test
  void everyDigitLeavesInkInsideTheFrame() {
    for (int digit = 0; digit < 10; digit++) {
      for (int i = 0; i < 100; i++) {
        float[] image = DrawnDigits.draw(digit, 28, new Random(i));
        double ink = 0;
        double edge = 0;
        for (int p = 0; p < image.length; p++) {
          assertTrue(image[p] >= 0 && image[p] <= 1);
          ink += image[p];
          edge += p < 28 || p >= 27 * 28 || p % 28 == 0 || p % 28 == 27 ? image[p] : 0;
        }
        assertTrue(ink > 15 && ink < 300, "digit " + digit + ", seed " + i + ": ink " + ink);
        assertEquals(0, edge, "digit " + digit + ", seed " + i + " touches the edge");
      }
    }
  }

  @Test
  void theNearestMeanImageTellsMostDigits() {
    DigitImages all = DrawnDigits.make(3000, 28, 5);
    double accuracy = nearestMeanAccuracy(all.range(0, 2000), all.range(2000, 3000));
    assertTrue(accuracy > 0.7, "accuracy " + accuracy);
    assertTrue(accuracy < 0.99, "too easy to learn anything from: " + accuracy);
  }

  private static double nearestMeanAccuracy(DigitImages train, DigitImages test) {
    double[][] means = new double[10][28 * 28];
    int[] counts = new int[10];
    for (int i = 0; i < train.count(); i++) {
      counts[train.labels()[i]]++;
      for (int p = 0; p < 28 * 28; p++) {
        means[train.labels()[i]][p] += train.pixels().get(i)[p];
      }
    }
    int right = 0;
    for (int i = 0; i < test.count(); i++) {
      int best = -1;
      double least = Double.MAX_VALUE;
      for (int digit = 0; digit < 10; digit++) {
        double distance = 0;
        for (int p = 0; p < 28 * 28; p++) {
          double d = test.pixels().get(i)[p] - means[digit][p] / counts[digit];
          distance += d * d;
        }
        if (distance < least) {
          least = distance;
          best = digit;
        }
      }
      right += best == test.labels()[i] ? 1 : 0;
    }
    return (double) right / test.count();
  }

  @Test
  void classesAreAboutEquallyFrequent() {
    int[] counts = new int[10];
    for (int label : DrawnDigits.make(2000, 8, 6).labels()) {
      counts[label]++;
    }
    for (int count : counts) {
      assertTrue(count > 150 && count < 250, java.util.Arrays.toString(counts));
    }
  }

  @Test
  void rowsBecomeTimeSteps() {
    float[] image = {1, 2, 3, 4};
    DigitImages images = new DigitImages(2, List.of(image), new int[] {3});
    var data = images.asRows(1, 0).next();
    assertArrayEquals(new long[] {1, 2, 2}, data.getFeatures().shape());
    assertEquals(2, data.getFeatures().getFloat(0, 1, 0), "time 0 is the upper row");
    assertEquals(3, data.getFeatures().getFloat(0, 0, 1));
    assertEquals(1, data.getLabels().getFloat(0, 3));
    var vectors = images.asVectors(1, 0).next();
    assertArrayEquals(new long[] {1, 4}, vectors.getFeatures().shape());
    assertArrayEquals(image, vectors.getFeatures().toFloatVector());
  }

  @Test
  void networksLearnFromBothForms() {
    DigitImages all = DrawnDigits.make(1200, 28, 7);
    DigitImages train = all.range(0, 1000);
    DigitImages test = all.range(1000, 1200);
    var vectors =
        network(new DenseLayer.Builder().nOut(64).build(), InputType.feedForward(28 * 28));
    vectors.fit(train.asVectors(32, 1), 4);
    double accuracy = vectors.evaluate(test.asVectors(64, 1)).accuracy();
    assertTrue(accuracy > 0.85, "accuracy from vectors " + accuracy);
    var rows =
        network(
            new LastTimeStep(new SimpleRnn.Builder().nOut(32).activation(Activation.TANH).build()),
            InputType.recurrent(28, 28));
    rows.fit(train.asRows(20, 1), 6);
    accuracy = rows.evaluate(test.asRows(64, 1)).accuracy();
    assertTrue(accuracy > 0.3, "accuracy from rows " + accuracy);
  }

  private static MultiLayerNetwork network(Layer hidden, InputType input) {
    var network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.005))
                .activation(Activation.RELU)
                .weightInit(WeightInit.XAVIER)
                .list()
                .layer(hidden)
                .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
                .setInputType(input)
                .build());
    network.init();
    return network;
  }

  @Test
  void refusesWrongArguments() {
    assertThrows(IllegalArgumentException.class, () -> DrawnDigits.make(0, 28, 1));
    assertThrows(IllegalArgumentException.class, () -> DrawnDigits.draw(10, 28, new Random(1)));
    assertThrows(IllegalArgumentException.class, () -> DrawnDigits.draw(1, 7, new Random(1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new DigitImages(2, List.of(new float[3]), new int[] {1}));
    assertThrows(
        IllegalArgumentException.class,
        () -> new DigitImages(2, List.of(new float[4]), new int[] {1, 2}));
  }
}
