package org.iterativemaps.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Means of replicas, exact and in any order. */
class AverageTest {
  private static final int REPLICAS = 37;

  @ParameterizedTest
  @EnumSource(
      value = Networks.class,
      names = {"MAP", "GRAPH", "DOUBLES"})
  void isExactInAnyOrder(Networks kind) {
    Random random = new Random(5);
    Replica replica = Replica.of(kind.network(1));
    int count = (int) replica.parameters().length();
    List<double[]> values = new ArrayList<>();
    long[] examples = new long[REPLICAS];
    long all = 0;
    for (int i = 0; i < REPLICAS; i++) {
      examples[i] = 1 + random.nextInt(1000);
      all += examples[i];
      for (int p = 0; p < count; p++) {
        // Wider apart than a double has digits.
        replica
            .parameters()
            .putScalar(p, random.nextGaussian() * Math.scalb(1.0, random.nextInt(60)));
      }
      values.add(replica.parameters().toDoubleVector());
    }
    double[] expected = new double[count];
    for (int p = 0; p < count; p++) {
      BigDecimal sum = BigDecimal.ZERO;
      for (int i = 0; i < REPLICAS; i++) {
        sum = sum.add(new BigDecimal(values.get(i)[p]).multiply(BigDecimal.valueOf(examples[i])));
      }
      expected[p] = sum.divide(BigDecimal.valueOf(all), MathContext.DECIMAL128).doubleValue();
    }
    for (int order = 0; order < 20; order++) {
      List<Average> parts = new ArrayList<>();
      for (int i = 0; i < REPLICAS; i++) {
        set(replica.parameters(), values.get(i));
        parts.add(Average.of(replica, i, examples[i]));
      }
      parts.add(new Average()); // of a worker that was through
      Collections.shuffle(parts, random);
      while (parts.size() > 1) {
        Average other = parts.remove(random.nextInt(parts.size()));
        int to = random.nextInt(parts.size());
        parts.set(to, parts.get(to).add(other));
      }
      parts.get(0).into(replica);
      double[] found = replica.parameters().toDoubleVector();
      if (kind == Networks.DOUBLES) {
        for (int p = 0; p < count; p++) {
          assertEquals(expected[p], found[p], Math.ulp(expected[p]));
        }
      } else {
        for (int p = 0; p < count; p++) {
          assertEquals((float) expected[p], (float) found[p]);
        }
      }
      assertEquals(all, parts.get(0).examples());
      if (order == 0) {
        expected = kind == Networks.DOUBLES ? found : expected; // from now on the same bits
      } else {
        assertArrayEquals(kind == Networks.DOUBLES ? expected : found, found);
      }
    }
  }

  private static void set(INDArray vector, double[] values) {
    for (int p = 0; p < values.length; p++) {
      vector.putScalar(p, values[p]);
    }
  }

  @ParameterizedTest
  @EnumSource(Networks.class)
  void seesWhatIsNoNumber(Networks kind) {
    Replica replica = Replica.of(kind.network(1));
    replica.parameters().putScalar(3, Double.POSITIVE_INFINITY);
    assertFalse(Average.of(replica, 1, 2).isFinite());
  }

  @ParameterizedTest
  @EnumSource(value = Networks.class, names = "MAP")
  void namesTheFirstWorkersProblem(Networks kind) {
    Average sum = Average.of(Replica.of(kind.network(1)), 1, 2);
    assertNull(sum.problem());
    sum.add(Average.problem(4, "four")).add(Average.problem(2, "two"));
    assertEquals("two", sum.add(Average.problem(3, "three")).problem());
  }
}
