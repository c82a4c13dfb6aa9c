package org.iterativemaps.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.iterativemaps.iterate.MapProgram;
import org.iterativemaps.kernel.providers.ScalarProvider;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A minLstm whose gates are so far open or shut that ND4J's softplus is infinite, and the
 * difference of two such no number. With k = S(f) / (S(f) + S(i)) and v told twice, h is (1 - k²)
 * v.
 */
class ShutGatesTest {
  private static final double V = 3;

  /** log S(a). */
  private static double logOfSigmoid(double a) {
    return Math.min(a, 0) - Math.log1p(Math.exp(-Math.abs(a)));
  }

  private static double sigmoid(double a) {
    return Math.exp(logOfSigmoid(a));
  }

  @ParameterizedTest
  @CsvSource({
    "800, 801",
    "801, 800",
    "800, 800",
    "-800, -801",
    "-801, -800",
    "800, -800",
    "-800, 800",
    "90, 91",
    "-800, 0",
    "0, -800",
    "1, 2"
  })
  void theShareIsExact(double f, double i) {
    double k = 1 / (1 + Math.exp(logOfSigmoid(i) - logOfSigmoid(f)));
    double slope = -2 * V * k * k * (1 - k);
    Map<String, Double> biases =
        Map.of(Parameter.biasKey("f"), f, Parameter.biasKey("i"), i, Parameter.biasKey("h"), V);
    Map<String, Double> slopes =
        Map.of(
            Parameter.biasKey("f"),
            slope * sigmoid(-f),
            Parameter.biasKey("i"),
            -slope * sigmoid(-i),
            Parameter.biasKey("h"),
            1 - k * k);
    RealizedMap realized = GatedMaps.minLstm(1).nIn(1).build().realize();
    MapProgram program = MapProgram.sequence(realized, 1, null);
    for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
      double bound = type == DataType.FLOAT ? 3e-6 : 1e-13;
      for (MapKernel kernel :
          List.of(
              new ReferenceKernel(program),
              new ScalarProvider().make(program, type),
              KernelSelection.of(program, type))) {
        String message = kernel.getClass().getName() + ", " + type;
        INDArray[] parameters =
            realized.parameters().stream()
                .map(
                    p -> Nd4j.valueArrayOf(new long[] {1}, biases.getOrDefault(p.key(), 0.0), type))
                .toArray(INDArray[]::new);
        INDArray input = Nd4j.ones(type, 1, 1, 2);
        INDArray output = Nd4j.create(type, 1, 1, 2);
        kernel.forward(parameters, input, null, null, output, true);
        assertEquals((1 - k) * V, output.getDouble(0, 0, 0), bound, message);
        assertEquals((1 - k * k) * V, output.getDouble(0, 0, 1), bound, message);
        INDArray last = Nd4j.zeros(type, 1, 1, 2).putScalar(0, 0, 1, 1);
        INDArray[] gradients =
            Arrays.stream(parameters).map(INDArray::like).toArray(INDArray[]::new);
        kernel.backward(last, null, 0, gradients, input.like());
        kernel.dropTape();
        for (int p = 0; p < gradients.length; p++) {
          String key = realized.parameters().get(p).key();
          if (slopes.containsKey(key)) {
            assertEquals(slopes.get(key), gradients[p].getDouble(0), bound, message + ", " + key);
          }
        }
      }
    }
  }
}
