package org.iterativemaps.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.kernel.Magnitude;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks and data for the layer tests. */
public final class Networks {
  private Networks() {}

  /** With the system property that names a kernel; layers ask for theirs when they first run. */
  static <T> T onKernel(String kernel, Supplier<T> work) {
    String before = System.getProperty(KernelSelection.PROPERTY);
    System.setProperty(KernelSelection.PROPERTY, kernel);
    try {
      return work.get();
    } finally {
      if (before == null) {
        System.clearProperty(KernelSelection.PROPERTY);
      } else {
        System.setProperty(KernelSelection.PROPERTY, before);
      }
    }
  }

  static NeuralNetConfiguration.Builder conf(DataType type) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(type)
        .updater(new NoOp())
        .weightInit(new NormalDistribution(0, 0.4)); // linear feedback does not grow with this
  }

  /** The layer under test between nothing and a softmax read-out. */
  static MultiLayerNetwork feedForward(NeuralNetConfiguration.Builder conf, Layer layer, int nOut) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf.list()
                .layer(layer)
                .layer(new OutputLayer.Builder(LossFunction.MCXENT).nIn(nOut).nOut(3).build())
                .build());
    network.init();
    return network;
  }

  static MultiLayerNetwork recurrent(NeuralNetConfiguration.Builder conf, Layer layer, int nOut) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf.list()
                .layer(layer)
                .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT).nIn(nOut).nOut(3).build())
                .build());
    network.init();
    return network;
  }

  /** Three state slots with feedback, a fixed block, a slot without bias, every kind of pattern. */
  public static BlockMap richMap(int nIn, Injection injection) {
    return BlockMap.builder()
        .input("x", nIn)
        .state("h", 5, Activation.TANH)
        .stateWithoutBias("g", 4, Activation.SIGMOID.getActivationFunction())
        .state("y", 3, Activation.IDENTITY)
        .connect("x", "h", Sparsity.density(0.6))
        .connect("h", "h", Sparsity.fanIn(2))
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(0.3))
        .connect("y", "h", Sparsity.bernoulli(0.7))
        .connect("h", "g", Sparsity.entries(7))
        .connect("g", "y", Sparsity.dense())
        .connect("x", "y", Sparsity.density(0.5))
        .output("y")
        .injection(injection)
        .seed(3)
        .build();
  }

  /** {@link #richMap} in a layer of four steps, the fewest in which every block matters. */
  static IterativeMapLayer.Builder single() {
    return new IterativeMapLayer.Builder().map(richMap(4, Injection.HOLD)).steps(4);
  }

  /** {@link #richMap} in a recurrent layer of two steps per token. */
  static IterativeMapRecurrentLayer.Builder sequence() {
    return new IterativeMapRecurrentLayer.Builder().map(richMap(4, Injection.HOLD)).steps(2);
  }

  /** Features and labels for a network around {@link #single} or {@link #sequence}. */
  static DataSet data(boolean recurrent) {
    return recurrent
        ? new DataSet(normal(1, 5, 4, 6), oneHotSequence(2, 5, 3, 6))
        : new DataSet(normal(1, 5, 4), oneHot(2, 5, 3));
  }

  /** A network around {@link #single} or {@link #sequence}. */
  static MultiLayerNetwork network(NeuralNetConfiguration.Builder conf, boolean recurrent) {
    return recurrent
        ? recurrent(conf, sequence().build(), 3)
        : feedForward(conf, single().build(), 3);
  }

  static NeuralNetConfiguration.Builder sgd(double learningRate) {
    return conf(DataType.DOUBLE).updater(new Sgd(learningRate));
  }

  /** dL/d(parameters) of the sum of the loss over the batch, in a new array. */
  static INDArray gradient(MultiLayerNetwork network, DataSet data) {
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.setLayerMaskArrays(data.getFeaturesMaskArray(), data.getLabelsMaskArray());
    network.computeGradientAndScore();
    network.clearLayerMaskArrays();
    return network.gradient().gradient().dup();
  }

  static MultiLayerNetwork withParameters(MultiLayerNetwork network, MultiLayerNetwork from) {
    network.setParams(from.params().dup());
    return network;
  }

  public static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    assertArrayEquals(expected.shape(), actual.shape());
    double largest = Magnitude.largestDifference(expected, actual);
    assertTrue(
        largest <= tolerance,
        () -> "largest difference " + largest + "\n" + expected + "\n" + actual);
  }

  static void assertDifferent(INDArray one, INDArray other) {
    assertTrue(Magnitude.largestDifference(one, other) > 1e-6, () -> "the same: " + one);
  }

  public static INDArray normal(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array;
  }

  static INDArray oneHot(long seed, int batch, int classes) {
    Random random = new Random(seed);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, batch, classes);
    for (int b = 0; b < batch; b++) {
      labels.putScalar(b, random.nextInt(classes), 1);
    }
    return labels;
  }

  static INDArray oneHotSequence(long seed, int batch, int classes, int time) {
    Random random = new Random(seed);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, batch, classes, time);
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < time; t++) {
        labels.putScalar(new int[] {b, random.nextInt(classes), t}, 1);
      }
    }
    return labels;
  }

  /** Sequences of lengths time, time-1, … (at least 1): 1 where there is data. */
  static INDArray raggedMask(int batch, int time) {
    INDArray mask = Nd4j.zeros(DataType.DOUBLE, batch, time);
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < Math.max(1, time - b); t++) {
        mask.putScalar(b, t, 1);
      }
    }
    return mask;
  }
}
