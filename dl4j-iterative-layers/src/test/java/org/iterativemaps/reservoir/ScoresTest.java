package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ScoresTest {

  /** By hand: errors 1, 0, -2, 0 around targets of variance 5. */
  @Test
  void byHand() {
    INDArray target = Nd4j.createFromArray(1.0, 3.0, 5.0, 7.0).reshape(1, 2, 2);
    INDArray predicted = Nd4j.createFromArray(2.0, 3.0, 3.0, 7.0).reshape(1, 2, 2);
    assertEquals(Math.sqrt(5 / 4.0), Scores.rmse(predicted, target), 1e-12);
    assertEquals(Math.sqrt(5 / 4.0 / 5), Scores.nrmse(predicted, target), 1e-12);
    assertEquals(1 - 5 / 4.0 / 5, Scores.rSquared(predicted, target), 1e-12);
    assertEquals(1, Scores.nrmse(target.mul(0).addi(4), target), 1e-12, "the mean");
    assertEquals(0, Scores.rSquared(target.mul(0).addi(4), target), 1e-12, "the mean");
    assertEquals(
        Scores.rmse(predicted, target),
        Scores.rmse(predicted.dup('f'), target),
        1e-12,
        "whatever the order");
  }

  @Test
  void whatIsWrongIsNamed() {
    INDArray y = Nd4j.createFromArray(1.0, 2.0);
    refused("predicted: found null", () -> Scores.rmse(null, y));
    refused("predicted: found shape [3]", () -> Scores.rmse(Nd4j.ones(3), y));
    refused(
        "target: found NaN at [1]", () -> Scores.rmse(y, Nd4j.createFromArray(1.0, Double.NaN)));
    refused("found a constant", () -> Scores.nrmse(y, Nd4j.createFromArray(2.0, 2.0)));
  }

  private static void refused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
