package org.iterativemaps.convert.numpy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.numpy.NpyArray.Precision;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.MapWeights;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What tests of {@link TorchState} share: a file of random numbers, and networks of what is read.
 */
abstract class TorchStateFiles {
  @TempDir private Path folder;
  final Random random = new Random(5);
  final Map<String, NpyArray> state = new LinkedHashMap<>();

  TorchState saved() throws IOException {
    Path file = folder.resolve("state.npz");
    Npz.write(file, state, Precision.DOUBLE);
    return TorchState.read(file);
  }

  void put(String key, int rows, int columns) {
    double[][] matrix = new double[rows][columns];
    for (double[] row : matrix) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    state.put(key, NpyArray.matrix(matrix));
  }

  void vector(String key, int size) {
    put(key, size, 1);
    state.put(key, NpyArray.vector(state.get(key).values()));
  }

  static double[] times(double[][] matrix, double[] x) {
    double[] y = new double[matrix.length];
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < x.length; j++) {
        y[i] += matrix[i][j] * x[j];
      }
    }
    return y;
  }

  /** The last output of a recurrent layer, from a state of zeros. */
  static double[] runSequence(MapWeights weights, double[][] tokens) {
    return network(new IterativeMapRecurrentLayer.Builder().map(weights.map()).build(), weights)
        .output(Nd4j.createFromArray(new double[][][] {tokens}).permute(0, 2, 1))
        .slice(0)
        .getColumn(tokens.length - 1)
        .toDoubleVector();
  }

  static MultiLayerNetwork network(Layer layer, MapWeights weights) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(layer)
                .build());
    network.init();
    LayerWeights.write(weights, network.getLayer(0));
    return network;
  }

  static void assertClose(double[] expected, double[] actual) {
    assertArrayEquals(expected, actual, 1e-12);
  }

  static void assertRefused(String expected, Executable call) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call);
    assertTrue(refused.getMessage().contains(expected), refused::getMessage);
  }
}
