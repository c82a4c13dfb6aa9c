package org.iterativemaps.examples.guides;

import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks and data for the guides' code. */
final class Networks {
  static final int INPUTS = 8;
  static final int CLASSES = 3;
  static final int TIME_STEPS = 5;

  private Networks() {}

  static NeuralNetConfiguration.Builder settings() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .updater(new Adam(0.01))
        .activation(Activation.TANH);
  }

  static MultiLayerNetwork feedForward(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list = settings().list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    list.layer(
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nOut(CLASSES)
            .activation(Activation.SOFTMAX)
            .build());
    return started(list.setInputType(InputType.feedForward(INPUTS)).build());
  }

  static MultiLayerNetwork recurrent(Layer layer) {
    return started(
        settings()
            .list()
            .layer(layer)
            .layer(
                new RnnOutputLayer.Builder(LossFunction.MCXENT)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .setInputType(InputType.recurrent(INPUTS))
            .build());
  }

  static MultiLayerNetwork mlp() {
    return feedForward(dense(16), dense(16), dense(16));
  }

  static BaseLayer dense(int units) {
    return new DenseLayer.Builder().nOut(units).build();
  }

  static MultiLayerNetwork started(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  static INDArray normal(long seed, long... shape) {
    Random random = new Random(seed);
    INDArray result = Nd4j.zeros(DataType.DOUBLE, shape);
    for (long i = 0; i < result.length(); i++) {
      result.putScalar(i, random.nextGaussian());
    }
    return result;
  }

  /** Which of three sums of the inputs is largest: something that can be learned. */
  static DataSet samples(long seed, int samples) {
    INDArray features = normal(seed, samples, INPUTS);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, samples, CLASSES);
    for (int s = 0; s < samples; s++) {
      labels.putScalar(s, label(features, s), 1);
    }
    return new DataSet(features, labels);
  }

  private static int label(INDArray features, int sample) {
    int best = 0;
    for (int c = 1; c < CLASSES; c++) {
      best = features.getDouble(sample, c) > features.getDouble(sample, best) ? c : best;
    }
    return best;
  }

  static DataSet sequences(long seed, int samples) {
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, samples, CLASSES, TIME_STEPS);
    for (int s = 0; s < samples; s++) {
      for (int t = 0; t < TIME_STEPS; t++) {
        labels.putScalar(new int[] {s, (s + t) % CLASSES, t}, 1);
      }
    }
    return new DataSet(normal(seed, samples, INPUTS, TIME_STEPS), labels);
  }

  static double largestDifference(INDArray a, INDArray b) {
    double largest = 0;
    for (long i = 0; i < a.length(); i++) {
      double difference = Math.abs(a.getDouble(i) - b.getDouble(i));
      largest = difference <= largest ? largest : difference; // NaN is largest
    }
    return largest;
  }
}
