package org.iterativemaps.dynamics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import java.util.Random;
import org.iterativemaps.dynamics.ImpulseResponse.Measurement;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Sparsity;
import org.iterativemaps.map.WeightMask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ImpulseResponseTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anMlpForgetsAfterItsDepth(int depth) {
    BlockMap.Builder builder = BlockMap.builder().input("x", 3);
    for (int i = 1; i <= depth; i++) {
      builder.state("h" + i, 4, Activation.TANH);
      builder.connect(i == 1 ? "x" : "h" + (i - 1), "h" + i, Sparsity.dense());
    }
    RealizedMap map = builder.output("h" + depth).build().realize();
    assertEquals(OptionalInt.of(depth), ImpulseResponse.ofStructure(map));
    assertEquals(OptionalInt.of(depth), measured(map, 0.9, 1e-13));
  }

  /** A loop of slots that is none of units: strictly triangular h->h. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aStrictlyTriangularBlockIsNilpotent(long seed) {
    Random random = new Random(seed);
    int size = 2 + random.nextInt(6);
    boolean[][] below = new boolean[size][size];
    for (int to = 1; to < size; to++) {
      for (int from = 0; from < to; from++) {
        below[to][from] = random.nextInt(3) == 0;
      }
    }
    below[1][0] = true;
    RealizedMap map = withLoop(size, below);
    assertEquals(OptionalInt.of(nilpotency(below)), ImpulseResponse.ofStructure(map));
    assertEquals(OptionalInt.of(nilpotency(below)), measured(map, 0.9, 1e-14));
    below[0][size - 1] = true; // closes a loop if the last unit hears of the first
    OptionalInt closed = ImpulseResponse.ofStructure(withLoop(size, below));
    assertEquals(nilpotency(below) <= size, closed.isPresent());
  }

  @Test
  void loopsForgetAsFastAsTheyContract() {
    boolean[][] self = {{true}};
    RealizedMap map = withLoop(1, self);
    assertEquals(OptionalInt.empty(), ImpulseResponse.ofStructure(map));
    // From both sides of zero, tanh'(0) = 1: the weight is the rate.
    int slow = measured(map, 0.9, 1e-6).orElseThrow();
    int fast = measured(map, 0.45, 1e-6).orElseThrow();
    assertTrue(fast < slow, fast + " " + slow);
    assertTrue(fast <= 1 + Math.log(1e-6) / Math.log(0.45), "" + fast);
    assertEquals(OptionalInt.empty(), measured(map, 3.0, 1e-6)); // two fixed points
  }

  @Test
  void unitsThatTheOutputDoesNotReadDoNotMatter() {
    RealizedMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("h", 3, Activation.TANH)
            .state("y", 1, Activation.TANH)
            .state("aside", 2, Activation.TANH)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "y", Sparsity.dense())
            .connect("h", "aside", Sparsity.dense())
            .connect("aside", "aside", Sparsity.dense())
            .output("y")
            .build()
            .realize();
    assertEquals(OptionalInt.of(2), ImpulseResponse.ofStructure(map));
  }

  @Test
  void wrongInputIsNamed() {
    RealizedMap map = withLoop(2, new boolean[][] {{true, false}, {false, true}});
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                ImpulseResponse.measured(
                    map,
                    new ActivationTanH(),
                    new INDArray[3],
                    Nd4j.ones(5),
                    Measurement.withTolerance(1e-3)));
    assertTrue(refused.getMessage().contains("found 5 units"), refused::getMessage);
    assertThrows(IllegalArgumentException.class, () -> Measurement.withTolerance(-1));
  }

  private static RealizedMap withLoop(int size, boolean[][] loop) {
    return BlockMap.builder()
        .input("x", 1)
        .stateWithoutBias("h", size, new ActivationTanH())
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.explicit(WeightMask.ofMatrix(loop)))
        .output("h")
        .build()
        .realize();
  }

  /** The smallest n with M^n = 0; beyond the size if there is none. */
  private static int nilpotency(boolean[][] m) {
    double[][] values = new double[m.length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m.length; j++) {
        values[i][j] = m[i][j] ? 1 : 0;
      }
    }
    INDArray matrix = Nd4j.createFromArray(values);
    INDArray power = matrix.dup();
    for (int n = 1; n <= m.length; n++) {
      if (power.amaxNumber().doubleValue() == 0) {
        return n;
      }
      power = power.mmul(matrix);
    }
    return m.length + 1;
  }

  private static OptionalInt measured(RealizedMap map, double weight, double tolerance) {
    INDArray[] parameters =
        map.parameters().stream()
            .map(
                p ->
                    Nd4j.valueArrayOf(new long[] {p.length()}, weight)
                        .castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE))
            .toArray(INDArray[]::new);
    INDArray token = Nd4j.zeros(map.map().input().size());
    return ImpulseResponse.measured(
        map, new ActivationTanH(), parameters, token, Measurement.withTolerance(tolerance));
  }
}
