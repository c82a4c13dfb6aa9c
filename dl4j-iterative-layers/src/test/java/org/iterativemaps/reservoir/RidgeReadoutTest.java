package org.iterativemaps.reservoir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.Networks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Against a regression written out, on states that DL4J computes. */
class RidgeReadoutTest {
  private static final int N_IN = 2;
  private static final int UNITS = 9;
  private static final int N_OUT = 3;

  private static NeuralNetConfiguration.ListBuilder conf() {
    return new NeuralNetConfiguration.Builder().seed(3).dataType(DataType.DOUBLE).list();
  }

  private static MultiLayerNetwork recurrent(boolean hasBias) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .layer(new LSTM.Builder().nIn(N_IN).nOut(7).build())
                .layer(new SimpleRnn.Builder().nIn(7).nOut(UNITS).build())
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

  /**
   * Weights and intercept by the normal equations of a column of ones, which alone goes without
   * penalty.
   */
  private static double[][] expected(
      List<double[]> states, List<double[]> targets, double lambda, boolean hasBias) {
    int size = states.get(0).length + (hasBias ? 1 : 0);
    RealMatrix s = new Array2DRowRealMatrix(states.size(), size);
    for (int i = 0; i < states.size(); i++) {
      double[] row = Arrays.copyOf(states.get(i), size);
      if (hasBias) {
        row[size - 1] = 1;
      }
      s.setRow(i, row);
    }
    RealMatrix y = new Array2DRowRealMatrix(targets.toArray(new double[0][]));
    RealMatrix square = s.transpose().multiply(s);
    for (int i = 0; i < states.get(0).length; i++) {
      square.addToEntry(i, i, lambda);
    }
    return new LUDecomposition(square).getSolver().solve(s.transpose().multiply(y)).getData();
  }

  private static void assertSolved(double[][] expected, INDArray weights, INDArray bias) {
    long states = weights.size(0);
    for (int out = 0; out < weights.size(1); out++) {
      for (int i = 0; i < states; i++) {
        assertEquals(expected[i][out], weights.getDouble(i, out), 1e-8, i + " " + out);
      }
      if (bias != null) {
        assertEquals(expected[(int) states][out], bias.getDouble(out), 1e-8);
      }
    }
  }

  /** Several sequences, warm-up, masks, whole and in segments, with and without an intercept. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, true, false",
    "5, 0, true, false",
    "5, 7, true, false",
    "5, 7, true, true",
    "3, 1, false, true",
    "0, 100, false, false"
  })
  void solvesTheNormalEquations(int warmup, int segment, boolean hasBias, boolean isMasked) {
    double lambda = 0.3;
    MultiLayerNetwork network = recurrent(hasBias);
    int batch = 4;
    int time = 40;
    DataSet data = new DataSet(numbers(1, batch, N_IN, time), numbers(2, batch, N_OUT, time));
    Random random = new Random(5);
    INDArray mask = Nd4j.ones(DataType.DOUBLE, batch, time);
    if (isMasked) {
      for (int i = 0; i < mask.length(); i++) {
        mask.putScalar(i, random.nextInt(4) == 0 ? 0 : 1);
      }
      data.setLabelsMaskArray(mask);
    }
    INDArray all = network.feedForwardToLayer(1, data.getFeatures(), false).get(2);
    List<double[]> states = new ArrayList<>();
    List<double[]> targets = new ArrayList<>();
    for (int b = 0; b < batch; b++) {
      int seen = 0;
      for (int t = 0; t < time; t++) {
        if (mask.getDouble(b, t) != 0 && seen++ >= warmup) {
          states.add(all.slice(b).getColumn(t).toDoubleVector());
          targets.add(data.getLabels().slice(b).getColumn(t).toDoubleVector());
        }
      }
    }
    INDArray labels = data.getLabels().dup();
    Readout.ridge(lambda).warmup(warmup).segment(segment).fit(network, data);
    assertSolved(
        expected(states, targets, lambda, hasBias),
        network.getParam("2_W"),
        hasBias ? network.getParam("2_b") : null);
    assertEquals(labels, data.getLabels(), "data are as they were");
  }

  /** More samples than a block has, in several data sets, of states far from zero. */
  @Test
  void blocksAndDataSetsAddUp() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(70)
                        .nOut(2)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    List<DataSet> parts = new ArrayList<>();
    List<double[]> states = new ArrayList<>();
    List<double[]> targets = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      INDArray x = numbers(part, 900, 70).addi(5);
      INDArray y = numbers(10 + part, 900, 2).addi(x.getColumns(3, 4));
      parts.add(new DataSet(x, y));
      states.addAll(List.of(x.toDoubleMatrix()));
      targets.addAll(List.of(y.toDoubleMatrix()));
    }
    Readout.ridge(2).fit(network, new ListDataSetIterator<>(parts, 900));
    assertSolved(
        expected(states, targets, 2, true), network.getParam("0_W"), network.getParam("0_b"));
  }

  /** A dense layer behind a recurrent one, in the middle of a network, and last time steps. */
  @Test
  void anyDenseLayer() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .layer(new SimpleRnn.Builder().nOut(UNITS).build())
                .layer(new DenseLayer.Builder().nOut(N_OUT).activation(Activation.IDENTITY).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nOut(1)
                        .activation(Activation.TANH)
                        .build())
                .setInputType(InputType.recurrent(N_IN))
                .build());
    network.init();
    INDArray x = numbers(1, 2, N_IN, 30);
    INDArray y = numbers(2, 2, N_OUT, 30);
    DataSet data = new DataSet(x, y);
    Readout.ridge(1).fit(network, 1, new ListDataSetIterator<>(List.of(data), 2));
    INDArray all = network.feedForwardToLayer(0, x, false).get(1);
    List<double[]> states = new ArrayList<>();
    List<double[]> targets = new ArrayList<>();
    for (int b = 0; b < 2; b++) {
      states.addAll(List.of(all.slice(b).transpose().toDoubleMatrix()));
      targets.addAll(List.of(y.slice(b).transpose().toDoubleMatrix()));
    }
    assertSolved(
        expected(states, targets, 1, true), network.getParam("1_W"), network.getParam("1_b"));

    MultiLayerNetwork last =
        new MultiLayerNetwork(
            conf()
                .layer(new LastTimeStep(new SimpleRnn.Builder().nIn(N_IN).nOut(UNITS).build()))
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(UNITS)
                        .nOut(N_OUT)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    last.init();
    INDArray one = numbers(5, 20, N_OUT);
    INDArray sequences = numbers(6, 20, N_IN, 4);
    Readout.ridge(1).fit(last, new DataSet(sequences, one));
    INDArray ends = last.feedForwardToLayer(0, sequences, false).get(1);
    assertSolved(
        expected(List.of(ends.toDoubleMatrix()), List.of(one.toDoubleMatrix()), 1, true),
        last.getParam("1_W"),
        last.getParam("1_b"));
  }

  @Test
  void timeInTheMiddleAndGraphs() {
    INDArray x = numbers(1, 3, N_IN, 25);
    INDArray y = numbers(2, 3, N_OUT, 25);
    MultiLayerNetwork plain = one(RNNFormat.NCW);
    MultiLayerNetwork permuted = one(RNNFormat.NWC);
    Readout.ridge(0.1).warmup(2).fit(plain, new DataSet(x, y));
    for (int segment : new int[] {0, 10}) {
      Readout.ridge(0.1)
          .warmup(2)
          .segment(segment)
          .fit(permuted, new DataSet(x.permute(0, 2, 1).dup(), y.permute(0, 2, 1).dup()));
      Networks.assertClose(plain.params(), permuted.params(), 1e-9);
    }
    ComputationGraph graph =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("x")
                .addLayer("rnn", map().nIn(N_IN).build(), "x")
                .addLayer(
                    "y",
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(UNITS)
                        .nOut(N_OUT)
                        .activation(Activation.IDENTITY)
                        .build(),
                    "rnn")
                .setOutputs("y")
                .build());
    graph.init();
    graph.setParams(plain.params());
    graph.getLayer("y").getParam("W").assign(0);
    Readout.ridge(0.1).warmup(2).fit(graph, "y", 0, List.of(new MultiDataSet(x, y)));
    Networks.assertClose(plain.params(), graph.params(), 1e-9);
  }

  private static IterativeMapRecurrentLayer.Builder map() {
    return new IterativeMapRecurrentLayer.Builder().nOut(UNITS).activation(Activation.TANH);
  }

  private static MultiLayerNetwork one(RNNFormat format) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf()
                .layer(map().dataFormat(format).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nOut(N_OUT)
                        .dataFormat(format)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(N_IN, format))
                .build());
    network.init();
    return network;
  }

  @Test
  void whatIsWrongIsNamed() {
    assertRefused("ridge: found -1.0", () -> Readout.ridge(-1));
    assertRefused("ridge: found NaN", () -> Readout.ridge(Double.NaN));
    assertRefused("warmup: found -1", () -> Readout.ridge(1).warmup(-1));
    assertRefused("segment: found -1", () -> Readout.ridge(1).segment(-1));
    MultiLayerNetwork network = recurrent(true);
    INDArray x = numbers(1, 1, N_IN, 12);
    INDArray y = numbers(2, 1, N_OUT, 12);
    RidgeReadout ridge = Readout.ridge(1);
    INDArray bad = x.dup();
    bad.putScalar(0, 1, 3, Double.NaN);
    assertRefused(
        "features: found NaN at [0, 1, 3]", () -> ridge.fit(network, new DataSet(bad, y)));
    INDArray worse = y.dup();
    worse.putScalar(0, 2, 11, Double.NEGATIVE_INFINITY);
    assertRefused(
        "labels: found -Infinity at [0, 2, 11]", () -> ridge.fit(network, new DataSet(x, worse)));
    assertRefused(
        "targets: found shape [1, 3, 11]",
        () -> ridge.fit(network, new DataSet(x, numbers(1, 1, N_OUT, 11))));
    assertRefused(
        "expected its nIn 9 and nOut 3",
        () -> ridge.fit(network, new DataSet(x, numbers(1, 1, N_OUT + 1, 12))));
    assertRefused("no sample", () -> ridge.warmup(12).fit(network, new DataSet(x, y)));
    assertRefused(
        "use a larger ridge",
        () -> Readout.ridge(0).warmup(5).fit(network, new DataSet(x, y))); // 7 of 9 states
    assertRefused(
        "layer 1: found SimpleRnn",
        () -> ridge.fit(network, 1, new ListDataSetIterator<>(List.of(new DataSet(x, y)), 1)));
    assertRefused(
        "layer: found 3, expected 0 to 2",
        () -> ridge.fit(network, 3, new ListDataSetIterator<>(List.of(new DataSet(x, y)), 1)));
    MultiLayerNetwork both =
        new MultiLayerNetwork(
            conf()
                .layer(new Bidirectional(new SimpleRnn.Builder().nIn(N_IN).nOut(4).build()))
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(8)
                        .nOut(N_OUT)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(N_OUT)
                        .nOut(N_OUT)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
    both.init();
    var iterator = new ListDataSetIterator<>(List.of(new DataSet(x, y)), 1);
    assertRefused("segment", () -> ridge.segment(4).fit(both, 1, iterator));
    assertRefused("expected IDENTITY", () -> ridge.fit(both, new DataSet(x, y)));
  }

  private static void assertRefused(String says, Executable wrong) {
    String message = assertThrows(IllegalArgumentException.class, wrong).getMessage();
    assertTrue(message.contains(says), message);
  }
}
