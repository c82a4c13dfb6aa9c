package org.iterativemaps.surgery;

import java.util.Random;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks with map layers, and data for them. */
final class Nets {
  static final int IN = 4;
  static final int CLASSES = 3;

  private Nets() {}

  static NeuralNetConfiguration.Builder conf(DataType type, IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(7)
        .dataType(type)
        .updater(updater)
        .activation(Activation.TANH)
        .weightInit(new NormalDistribution(0, 0.4));
  }

  static NeuralNetConfiguration.Builder adam() {
    return conf(DataType.DOUBLE, new Adam(0.01));
  }

  /** x of 5, h of 6, y of 5: every pattern, a feedback block and a bias on each state. */
  static BlockMap map() {
    return BlockMap.builder()
        .input("x", 5)
        .state("h", 6)
        .state("y", 5)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.density(0.6))
        .connect("y", "h", Sparsity.bernoulli(0.5))
        .connect("h", "y", Sparsity.fanIn(3))
        .connect("x", "y", Sparsity.density(0.5))
        .output("y")
        .seed(3)
        .build();
  }

  static Layer mapLayer(boolean recurrent) {
    return recurrent
        ? new IterativeMapRecurrentLayer.Builder().name("map").map(map()).steps(2).build()
        : new IterativeMapLayer.Builder().name("map").map(map()).steps(4).build();
  }

  /** dense 4 -> 5, the layer, read-out 5 -> 3; the middle one called "map". */
  static MultiLayerNetwork stack(
      NeuralNetConfiguration.Builder conf, Layer middle, boolean recurrent) {
    var list = conf.list().layer(new DenseLayer.Builder().nIn(IN).nOut(5).build()).layer(middle);
    list.layer(
        recurrent
            ? new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nIn(5)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build()
            : new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(5)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build());
    if (recurrent) {
      list.setInputType(InputType.recurrent(IN));
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  static MultiLayerNetwork stack(IUpdater updater, boolean recurrent) {
    return stack(conf(DataType.DOUBLE, updater), mapLayer(recurrent), recurrent);
  }

  static MultiLayerNetwork truncated(int length, IUpdater updater) {
    MultiLayerNetwork network = stack(updater, true);
    network.getLayerWiseConfigurations().setBackpropType(BackpropType.TruncatedBPTT);
    network.getLayerWiseConfigurations().setTbpttFwdLength(length);
    network.getLayerWiseConfigurations().setTbpttBackLength(length);
    return network;
  }

  /** The same as a graph, with a second map layer beside the first and both merged. */
  static ComputationGraph graph(NeuralNetConfiguration.Builder conf) {
    ComputationGraphConfiguration graph =
        conf.graphBuilder()
            .addInputs("in")
            .addLayer("dense", new DenseLayer.Builder().nIn(IN).nOut(5).build(), "in")
            .addLayer("map", mapLayer(false), "dense")
            .addLayer(
                "second",
                new IterativeMapLayer.Builder().nIn(5).nOut(7).steps(2).density(0.7).build(),
                "dense")
            .addLayer(
                "out",
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .nIn(12)
                    .nOut(CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build(),
                "map",
                "second")
            .setOutputs("out")
            .build();
    ComputationGraph network = new ComputationGraph(graph);
    network.init();
    return network;
  }

  /** A recurrent graph, trained in pieces of the sequences. */
  static ComputationGraph truncatedGraph(int length, IUpdater updater) {
    ComputationGraph network =
        new ComputationGraph(
            conf(DataType.DOUBLE, updater)
                .graphBuilder()
                .addInputs("in")
                .addLayer("lstm", new LSTM.Builder().nIn(IN).nOut(5).build(), "in")
                .addLayer("map", mapLayer(true), "lstm")
                .addLayer(
                    "out",
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(5)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "map")
                .setOutputs("out")
                .setInputTypes(InputType.recurrent(IN))
                .backpropType(BackpropType.TruncatedBPTT)
                .tBPTTForwardLength(length)
                .tBPTTBackwardLength(length)
                .build());
    network.init();
    return network;
  }

  static void fit(Model network, int from, int to, boolean recurrent) {
    for (int i = from; i < to; i++) {
      fit(network, data(i, recurrent));
    }
  }

  static void fit(Model network, DataSet data) {
    if (network instanceof MultiLayerNetwork multiLayer) {
      multiLayer.fit(data);
    } else {
      ((ComputationGraph) network).fit(data);
    }
  }

  static INDArray output(Model network, INDArray features) {
    return network instanceof MultiLayerNetwork multiLayer
        ? multiLayer.output(features)
        : ((ComputationGraph) network).outputSingle(features);
  }

  static INDArray updaterState(Model network) {
    return network instanceof MultiLayerNetwork multiLayer
        ? multiLayer.getUpdater().getStateViewArray()
        : ((ComputationGraph) network).getUpdater().getStateViewArray();
  }

  static void listen(Model network, TrainingListener listener) {
    network.setListeners(listener);
  }

  static DataSet data(long seed, boolean recurrent) {
    Random random = new Random(seed);
    int batch = 6;
    int time = 5;
    INDArray features =
        recurrent
            ? Nd4j.create(DataType.DOUBLE, batch, IN, time)
            : Nd4j.create(DataType.DOUBLE, batch, IN);
    for (long i = 0; i < features.length(); i++) {
      features.putScalar(i, random.nextGaussian());
    }
    INDArray labels =
        recurrent
            ? Nd4j.zeros(DataType.DOUBLE, batch, CLASSES, time)
            : Nd4j.zeros(DataType.DOUBLE, batch, CLASSES);
    for (int b = 0; b < batch; b++) {
      if (recurrent) {
        for (int t = 0; t < time; t++) {
          labels.putScalar(new int[] {b, random.nextInt(CLASSES), t}, 1);
        }
      } else {
        labels.putScalar(b, random.nextInt(CLASSES), 1);
      }
    }
    return new DataSet(features, labels);
  }
}
