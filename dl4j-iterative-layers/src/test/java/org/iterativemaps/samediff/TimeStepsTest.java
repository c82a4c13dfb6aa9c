package org.iterativemaps.samediff;

import static org.iterativemaps.layers.Networks.assertClose;
import static org.iterativemaps.layers.Networks.normal;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class TimeStepsTest {
  private final SameDiff sd = SameDiff.create();
  private final SDIterative iterative = new SDIterative(sd);

  @BeforeAll
  static void doublePrecision() {
    Nd4j.setDefaultDataTypes(DataType.DOUBLE, DataType.DOUBLE);
  }

  @AfterAll
  static void singlePrecision() {
    Nd4j.setDefaultDataTypes(DataType.FLOAT, DataType.FLOAT);
  }

  /** What an operation gives has no shape yet: the time steps are said. */
  @Test
  void sequencesStackOnOtherOperations() {
    SDMap below = iterative.blockMap("below", sequenceMap(4, 3), DataType.DOUBLE);
    SDMap above = iterative.blockMap("above", sequenceMap(3, 2), DataType.DOUBLE);
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 4, 6);
    SDVariable scaled = iterative.iterateSequence("first", below, x, 2).mul(0.5);
    assertNull(scaled.getShape());
    SDIterativeTest.refused(
        () -> iterative.iterateSequence("no", above, scaled, 1), "not known", "timeSteps");
    SDVariable out = iterative.iterateSequence("second", above, scaled, 2, 6);
    SDVariable start = sd.zerosLike(sd.mean(scaled, 2));
    iterative.iterateSequence("sums", scaled, start, 1, 6, (token, z) -> z.add(token));
    INDArray input = normal(4, 2, 4, 6);
    INDArray tokens = sd.output(Map.of("x", input), "first").get("first").mul(0.5);
    SDVariable given = sd.placeHolder("tokens", DataType.DOUBLE, -1, 3, 6);
    iterative.iterateSequence("alone", above, given, 2);
    Map<String, INDArray> found =
        sd.output(Map.of("x", input, "tokens", tokens.dup('c')), "second", "alone", "sums");
    assertClose(found.get("alone"), found.get("second"), 1e-13);
    assertClose(tokens.cumsum(2), found.get("sums"), 1e-13);
    out.mul(sd.constant(normal(9, 2, 2, 6))).sum("loss");
    Graphs.checkGradients(sd, "loss", Map.of("x", input));
  }

  private static BlockMap sequenceMap(int nIn, int size) {
    return (BlockMap.builder()
        .input("x", nIn)
        .state("h", size, Activation.TANH)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.dense())
        .output("h")
        .build());
  }

  /** Never other time steps taken for those that are said. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 12})
  void otherTimeStepsThanThoseSaidAreRefused(int timeSteps) {
    SDMap map = iterative.blockMap("map", sequenceMap(4, 3), DataType.DOUBLE);
    SDVariable x = sd.placeHolder("x", DataType.DOUBLE, -1, 4, 6);
    SDIterativeTest.refused(
        () -> iterative.iterateSequence("s", map, x, 1, timeSteps), "'x'", "6", "timeSteps");
    iterative.iterateSequence("out", map, sd.math().abs(x), 1, timeSteps);
    assertThrows(RuntimeException.class, () -> sd.output(Map.of("x", normal(1, 2, 4, 6)), "out"));
  }
}
