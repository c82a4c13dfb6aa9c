package org.iterativemaps.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks of every kind, and data for them. */
enum Networks {
  DENSE {
    @Override
    Model network(long seed) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              // No Adam: before a normalisation some gradients are rounding alone, and it is all
              // the
              // same to Adam.
              conf(seed, new Nesterovs(0.02, 0.9))
                  .list()
                  .layer(
                      new DenseLayer.Builder()
                          .nIn(FEATURES)
                          .nOut(8)
                          .activation(Activation.TANH)
                          .dropOut(0.8)
                          .build())
                  .layer(new BatchNormalization.Builder().nOut(8).build())
                  .layer(output(8))
                  .build());
      network.init();
      return network;
    }
  },
  DOUBLES {
    @Override
    Model network(long seed) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              conf(seed, new Adam(0.01))
                  .dataType(DataType.DOUBLE)
                  .list()
                  .layer(new DenseLayer.Builder().nIn(FEATURES).nOut(8).build())
                  .layer(output(8))
                  .build());
      network.init();
      return network;
    }
  },
  MAP {
    @Override
    Model network(long seed) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              conf(seed, new Adam(0.01))
                  .list()
                  .layer(
                      new IterativeMapLayer.Builder()
                          .nIn(FEATURES)
                          .nOut(16)
                          .steps(3)
                          .density(0.4)
                          .activation(Activation.TANH)
                          .build())
                  .layer(output(16))
                  .build());
      network.init();
      return network;
    }
  },
  GRAPH {
    @Override
    Model network(long seed) {
      ComputationGraph network =
          new ComputationGraph(
              conf(seed, new Adam(0.01))
                  .graphBuilder()
                  .addInputs("in")
                  .addLayer(
                      "map",
                      new IterativeMapLayer.Builder().nOut(12).steps(2).density(0.5).build(),
                      "in")
                  .addLayer("dense", new DenseLayer.Builder().nOut(6).build(), "in")
                  .addLayer("out", output(18), "map", "dense")
                  .setOutputs("out")
                  .setInputTypes(InputType.feedForward(FEATURES))
                  .build());
      network.init();
      return network;
    }
  },
  LSTM_OF_DL4J {
    @Override
    Model network(long seed) {
      return recurrent(seed, new LSTM.Builder().nIn(FEATURES).nOut(6).build());
    }

    @Override
    boolean isRecurrent() {
      return true;
    }
  },
  RECURRENT_MAP {
    @Override
    Model network(long seed) {
      return recurrent(
          seed,
          new IterativeMapRecurrentLayer.Builder().nIn(FEATURES).nOut(6).density(0.5).build());
    }

    @Override
    boolean isRecurrent() {
      return true;
    }
  };

  static final int FEATURES = 5;
  static final int CLASSES = 3;

  abstract Model network(long seed);

  boolean isRecurrent() {
    return false;
  }

  private static NeuralNetConfiguration.Builder conf(long seed, IUpdater updater) {
    return new NeuralNetConfiguration.Builder().seed(seed).updater(updater);
  }

  private static OutputLayer output(int nIn) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(nIn)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  /** With truncated BPTT: two iterations for a batch. */
  private static Model recurrent(long seed, org.deeplearning4j.nn.conf.layers.Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            conf(seed, new Adam(0.01))
                .list()
                .layer(layer)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(6)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build())
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTLength(4)
                .build());
    network.init();
    return network;
  }

  /** Batches of different sizes; sequences with time masks. */
  List<DataSet> data(long seed, int... batches) {
    Random random = new Random(seed);
    List<DataSet> all = new ArrayList<>();
    for (int examples : batches) {
      all.add(isRecurrent() ? sequences(random, examples) : vectors(random, examples));
    }
    return all;
  }

  private static DataSet vectors(Random random, int examples) {
    INDArray features = Nd4j.create(DataType.FLOAT, examples, FEATURES);
    INDArray labels = Nd4j.create(DataType.FLOAT, examples, CLASSES);
    for (int i = 0; i < examples; i++) {
      int kind = random.nextInt(CLASSES);
      labels.putScalar(i, kind, 1);
      for (int j = 0; j < FEATURES; j++) {
        features.putScalar(i, j, random.nextGaussian() + (j == kind ? 1 : 0));
      }
    }
    return new DataSet(features, labels);
  }

  private static DataSet sequences(Random random, int examples) {
    int length = 6;
    INDArray features = Nd4j.create(DataType.FLOAT, examples, FEATURES, length);
    INDArray labels = Nd4j.create(DataType.FLOAT, examples, CLASSES, length);
    INDArray mask = Nd4j.ones(DataType.FLOAT, examples, length);
    for (int i = 0; i < examples; i++) {
      int kind = random.nextInt(CLASSES);
      int end = 3 + random.nextInt(length - 2);
      for (int t = 0; t < length; t++) {
        labels.putScalar(new int[] {i, kind, t}, 1);
        mask.putScalar(i, t, t < end ? 1 : 0);
        for (int j = 0; j < FEATURES; j++) {
          features.putScalar(new int[] {i, j, t}, random.nextGaussian() + (j == kind ? 1 : 0));
        }
      }
    }
    return new DataSet(features, labels, mask, mask.dup());
  }
}
