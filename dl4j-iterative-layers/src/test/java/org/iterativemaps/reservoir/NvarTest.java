package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class NvarTest {

  /** Every product of p of the delayed inputs, whatever their order, once. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "2, 1, 2, 3", "3, 2, 2, 2", "2, 3, 3, 2", "4, 1, 1, 2"})
  void hasEveryMonomial(int delays, int stride, int order, int nIn) {
    Nvar nvar = new Nvar(delays, stride, order);
    Random random = new Random(1);
    int time = 15;
    INDArray x = Nd4j.create(DataType.DOUBLE, 2, nIn, time);
    for (int i = 0; i < x.length(); i++) {
      x.putScalar(i, random.nextGaussian());
    }
    INDArray features = nvar.features(x);
    assertEquals(nvar.featureCount(nIn), features.size(1));
    for (int b = 0; b < 2; b++) {
      for (int t = 0; t < time; t++) {
        List<Double> lin = new ArrayList<>();
        for (int k = 0; k < delays; k++) {
          for (int i = 0; i < nIn; i++) {
            lin.add(t < k * stride ? 0 : x.getDouble(b, i, t - k * stride));
          }
        }
        List<Double> all = new ArrayList<>(lin);
        if (order > 1) {
          multiply(lin, 0, order, 1, all);
        }
        assertEquals(all.size(), features.size(1));
        for (int f = 0; f < all.size(); f++) {
          assertEquals(all.get(f), features.getDouble(b, f, t), 1e-12);
        }
      }
    }
  }

  private static void multiply(
      List<Double> lin, int first, int left, double product, List<Double> into) {
    if (left == 0) {
      into.add(product);
      return;
    }
    for (int i = first; i < lin.size(); i++) {
      multiply(lin, i, left - 1, product * lin.get(i), into);
    }
  }

  /** Hénon's map is such a regression: x(t + 1) = 1 - 1.4 x(t)² + 0.3 x(t - 1). */
  @Test
  void findsHenonsMap() {
    double[] series = new double[500];
    for (int t = 2; t < series.length; t++) {
      series[t] = 1 - 1.4 * series[t - 1] * series[t - 1] + 0.3 * series[t - 2];
    }
    Nvar nvar = new Nvar(2, 1, 2);
    ForecastTask task = ForecastTask.of(series, 1, 0.5);
    MultiLayerNetwork network = nvar.network(1, 1);
    INDArray train = nvar.features(task.trainInputs().castTo(DataType.DOUBLE));
    Readout.ridge(1e-10)
        .warmup(nvar.warmup())
        .fit(network, new DataSet(train, task.trainTargets().castTo(DataType.DOUBLE)));
    double[] expected = {0, 0.3, -1.4, 0, 0};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(
          expected[i], network.getParam("0_W").getDouble(i), 1e-5, Arrays.toString(expected));
    }
    assertEquals(1, network.getParam("0_b").getDouble(0), 1e-5);
    INDArray answer = network.output(nvar.features(task.testInputs().castTo(DataType.DOUBLE)));
    assertEquals(answer.size(2), task.testTargets().size(2));
  }

  @Test
  void whatIsWrongIsNamed() {
    refused("delays: found 0", () -> new Nvar(0, 1, 1));
    refused("stride: found 0", () -> new Nvar(1, 0, 1));
    refused("order: found 0", () -> new Nvar(1, 1, 0));
    refused("more than 100000 features", () -> new Nvar(50, 1, 5).featureCount(3));
    refused("expected [batch, size, time]", () -> new Nvar(1, 1, 1).features(Nd4j.ones(3)));
    INDArray bad = Nd4j.ones(1, 1, 3);
    bad.putScalar(0, 0, 1, Float.NaN);
    refused("inputs: found NaN at [0, 0, 1]", () -> new Nvar(1, 1, 1).features(bad));
  }

  private static void refused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
