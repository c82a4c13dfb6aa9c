package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class RlsReadoutTest {
  private static final int N_IN = 2;
  private static final int UNITS = 8;
  private static final int N_OUT = 2;

  private static MultiLayerNetwork network(boolean hasBias) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(Reservoir.of(UNITS).leakRate(0.6).seed(3).layer(N_IN))
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(UNITS)
                        .nOut(N_OUT)
                        .hasBias(hasBias)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static INDArray numbers(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  /** The weighted normal equations, with the penalty of the intercept, too. */
  @ParameterizedTest
  @CsvSource({"1, 0.5, 0, true", "0.95, 0.5, 3, true", "0.9, 2, 0, false"})
  void isTheWeightedRegression(double forgetting, double initial, int warmup, boolean hasBias) {
    MultiLayerNetwork network = network(hasBias);
    INDArray x = numbers(1, 1, N_IN, 60);
    INDArray y = numbers(2, 1, N_OUT, 60);
    Readout.rls(forgetting, initial).warmup(warmup).fit(network, new DataSet(x, y));
    INDArray states = network.feedForwardToLayer(0, x, false).get(1).reshape(UNITS, 60);
    int size = UNITS + (hasBias ? 1 : 0);
    RealMatrix square = new Array2DRowRealMatrix(size, size);
    RealMatrix right = new Array2DRowRealMatrix(size, N_OUT);
    double penalty = initial;
    for (int t = warmup; t < 60; t++) {
      square = square.scalarMultiply(forgetting);
      right = right.scalarMultiply(forgetting);
      penalty *= forgetting;
      RealMatrix s = new Array2DRowRealMatrix(size, 1);
      for (int i = 0; i < size; i++) {
        s.setEntry(i, 0, i < UNITS ? states.getDouble(i, t) : 1);
      }
      square = square.add(s.multiply(s.transpose()));
      RealMatrix target = new Array2DRowRealMatrix(1, N_OUT);
      target.setEntry(0, 0, y.getDouble(0, 0, t));
      target.setEntry(0, 1, y.getDouble(0, 1, t));
      right = right.add(s.multiply(target));
    }
    for (int i = 0; i < size; i++) {
      square.addToEntry(i, i, penalty);
    }
    RealMatrix expected = new LUDecomposition(square).getSolver().solve(right);
    for (int out = 0; out < N_OUT; out++) {
      for (int i = 0; i < UNITS; i++) {
        assertEquals(expected.getEntry(i, out), network.getParam("1_W").getDouble(i, out), 1e-8);
      }
      if (hasBias) {
        assertEquals(expected.getEntry(UNITS, out), network.getParam("1_b").getDouble(out), 1e-8);
      }
    }
  }

  /** The more samples, the less the penalty of the intercept matters. */
  @Test
  void comesToRidgeInTheLimit() {
    double[] distances = new double[2];
    for (int i = 0; i < 2; i++) {
      int time = i == 0 ? 200 : 20_000;
      DataSet data = new DataSet(numbers(1, 1, N_IN, time), numbers(2, 1, N_OUT, time).addi(3));
      MultiLayerNetwork rls = network(true);
      MultiLayerNetwork ridge = network(true);
      Readout.rls(1, 0.1).fit(rls, data);
      Readout.ridge(0.1).fit(ridge, data);
      distances[i] = rls.params().distance2(ridge.params());
    }
    assertTrue(distances[0] > 1e-4 && distances[1] < distances[0] / 30, distances[1] + "");
    assertTrue(distances[1] < 1e-4, distances[1] + "");
  }

  /** Time step by time step, as they come in. */
  @Test
  void learnsOn() {
    MultiLayerNetwork whole = network(true);
    MultiLayerNetwork steps = network(true);
    INDArray x = numbers(1, 1, N_IN, 40);
    INDArray y = numbers(2, 1, N_OUT, 40);
    Readout.rls(0.98, 1).fit(whole, new DataSet(x, y));
    RlsReadout rls = Readout.rls(0.98, 1);
    for (int t = 0; t < 40; t++) {
      var now = NDArrayIndex.interval(t, t + 1);
      rls.fitNext(
          steps,
          new DataSet(
              x.get(NDArrayIndex.all(), NDArrayIndex.all(), now).dup(),
              y.get(NDArrayIndex.all(), NDArrayIndex.all(), now).dup()));
    }
    Networks.assertClose(whole.params(), steps.params(), 1e-9);
  }

  /** A target that changes is followed with forgetting, and is not without. */
  @Test
  void forgets() {
    INDArray x = numbers(1, 1, N_IN, 2_000);
    INDArray y = numbers(2, 1, N_OUT, 2_000).muli(1e-3);
    y.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(1_000, 2_000)).addi(1);
    double[] bias = new double[2];
    for (int i = 0; i < 2; i++) {
      MultiLayerNetwork network = network(true);
      Readout.rls(i == 0 ? 1 : 0.98, 1e-3).fit(network, new DataSet(x, y));
      bias[i] = network.getParam("1_b").getDouble(0);
    }
    assertEquals(0.5, bias[0], 0.1);
    assertEquals(1, bias[1], 0.01);
  }

  @Test
  void whatIsWrongIsNamed() {
    refused("forgetting: found 0.0", () -> Readout.rls(0, 1));
    refused("forgetting: found 1.1", () -> Readout.rls(1.1, 1));
    refused("initial: found 0.0", () -> Readout.rls(1, 0));
    refused("warmup: found -1", () -> Readout.rls(1, 1).warmup(-1));
    RlsReadout rls = Readout.rls(1, 1);
    DataSet data = new DataSet(numbers(1, 1, N_IN, 5), numbers(1, 1, N_OUT, 5));
    rls.fit(network(true), data);
    refused("found another one", () -> rls.fit(network(true), data));
    refused("no sample", () -> Readout.rls(1, 1).warmup(5).fit(network(true), data));
  }

  private static void refused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
