package org.iterativemaps.shortcut;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.dynamics.SettledResponses;
import org.iterativemaps.dynamics.SettledResponses.Settling;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.iterativemaps.shortcut.Shortcut.Accuracy;
import org.iterativemaps.shortcut.Shortcut.Training;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ShortcutTest {
  private static final Settling SETTLING = Settling.withTolerance(1e-9).atMost(100);

  /** z = 0.5 z + x settles at 2 x: within reach of a few hidden units. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aLinearRelationIsLearnt(long seed) {
    MapWeights weights = map(Activation.IDENTITY, 0.5);
    Shortcut shortcut =
        Shortcut.train(
            responses(weights, seed, 512, 100), Training.withHidden(16).epochs(40).seed(seed));
    Accuracy accuracy = shortcut.test(responses(weights, seed + 100, 200, 100));
    assertTrue(accuracy.rmse() < 0.1 * accuracy.deviation(), accuracy::toString);
    assertTrue(accuracy.rmse() <= accuracy.largest(), accuracy::toString);
    assertTrue(accuracy.sameWinner() > 0.9, accuracy::toString);
    INDArray x = Nd4j.createFromArray(new double[][] {{30, -60, 90}});
    double difference =
        Magnitude.largestDifference(x.mul(2), shortcut.respond(x).castTo(DataType.DOUBLE));
    assertTrue(difference < 0.15 * 180, "" + difference);
  }

  /** The accuracy is what its formulas say. */
  @Test
  void accuracyIsCounted() {
    SettledResponses heldOut = responses(map(Activation.TANH, 0.5), 5, 50, 1);
    Shortcut shortcut =
        Shortcut.train(
            responses(map(Activation.TANH, 0.5), 6, 100, 1), Training.withHidden(3).epochs(2));
    double[][] y = heldOut.responses().toDoubleMatrix();
    double[][] found = shortcut.respond(heldOut.inputs()).toDoubleMatrix();
    double squares = 0;
    double largest = 0;
    int same = 0;
    double[] mean = new double[3];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < 3; j++) {
        squares += Math.pow(found[i][j] - y[i][j], 2);
        largest = Math.max(largest, Math.abs(found[i][j] - y[i][j]));
        mean[j] += y[i][j] / y.length;
      }
      same += first(found[i]) == first(y[i]) ? 1 : 0;
    }
    double spread = 0;
    for (double[] row : y) {
      for (int j = 0; j < 3; j++) {
        spread += Math.pow(row[j] - mean[j], 2);
      }
    }
    Accuracy accuracy = shortcut.test(heldOut);
    assertEquals(Math.sqrt(squares / y.length / 3), accuracy.rmse(), 1e-9);
    assertEquals(largest, accuracy.largest(), 1e-9);
    assertEquals(Math.sqrt(spread / y.length / 3), accuracy.deviation(), 1e-9);
    assertEquals(same / (double) y.length, accuracy.sameWinner(), 1e-12);
  }

  private static int first(double[] row) {
    int largest = 0;
    for (int i = 0; i < row.length; i++) {
      largest = row[i] > row[largest] ? i : largest;
    }
    return largest;
  }

  /** tanh with weight -3 oscillates for small inputs and comes to rest for large ones. */
  @Test
  void whatDoesNotSettleIsNotLeftOutSilently() {
    SettledResponses some = responses(map(Activation.TANH, -3), 7, 100, 5);
    int out = some.samples().size() - some.count(SettledResponses.Fate.SETTLED);
    assertTrue(out > 0 && out < 100, some::toString);
    Training training = Training.withHidden(4).epochs(1);
    String refused =
        assertThrows(IllegalArgumentException.class, () -> Shortcut.train(some, training))
            .getMessage();
    assertTrue(refused.contains("100 inputs:") && refused.contains("oscillate"), refused);
    double share = out / 100.0;
    assertThrows(
        IllegalArgumentException.class,
        () -> Shortcut.train(some, training.leavingOut(share - 0.005)));
    Shortcut.train(some, training.leavingOut(share + 0.005)).test(some);
    SettledResponses none = responses(map(Activation.TANH, -3), 7, 100, 0.1);
    assertThrows(
        IllegalArgumentException.class, () -> Shortcut.train(none, training.leavingOut(0.999)));
  }

  @Test
  void theSameSeedGivesTheSameNetworkAndItIsAnOrdinaryOne() {
    SettledResponses responses = responses(map(Activation.TANH, 0.5), 1, 100, 1);
    Training training = Training.withHidden(5).epochs(3);
    Shortcut first = Shortcut.train(responses, training);
    assertEquals(first.network().params(), Shortcut.train(responses, training).network().params());
    INDArray inputs = responses.inputs().castTo(DataType.FLOAT);
    INDArray asMap = IterativeMaps.fromMlp(first.network()).network().output(inputs);
    assertTrue(Magnitude.largestDifference(first.respond(inputs), asMap) < 1e-5);
  }

  @Test
  void wrongTrainingIsRefused() {
    Training training = Training.withHidden(1);
    assertThrows(IllegalArgumentException.class, () -> Training.withHidden(0));
    assertThrows(IllegalArgumentException.class, () -> training.epochs(0));
    assertThrows(IllegalArgumentException.class, () -> training.leavingOut(1));
    assertThrows(IllegalArgumentException.class, () -> training.leavingOut(Double.NaN));
  }

  private static MapWeights map(Activation activation, double weight) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 3)
            .stateWithoutBias("h", 3, activation)
            .connect("x", "h", BlockFunctions.identity())
            .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(weight))
            .output("h")
            .build();
    return new MapWeights(map.realize(), Map.of());
  }

  private static SettledResponses responses(
      MapWeights weights, long seed, int count, double scale) {
    RandomSource random = RandomSource.of(seed, "inputs");
    double[] x = new double[3 * count];
    Arrays.setAll(x, i -> scale * (2 * random.nextDouble() - 1));
    return SettledResponses.of(weights, null, Nd4j.createFromArray(x).reshape(count, 3), SETTLING);
  }
}
