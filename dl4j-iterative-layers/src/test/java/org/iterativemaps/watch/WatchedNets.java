package org.iterativemaps.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.IterativeMapVertex;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Every kind of network with a map called "map", 4 inputs and 3 classes. */
enum WatchedNets {
  FEED_FORWARD(false, false),
  RECURRENT(true, false),
  GATED(true, false),
  FEED_FORWARD_GRAPH(false, true),
  RECURRENT_GRAPH(true, true),
  GATED_GRAPH(true, true),
  VERTEX(true, true);

  static final int BATCH = 5;
  private static final int IN = 4;
  private static final int CLASSES = 3;
  private static final int TIME = 6;

  final boolean isSequence;
  private final boolean isGraph;

  WatchedNets(boolean isSequence, boolean isGraph) {
    this.isSequence = isSequence;
    this.isGraph = isGraph;
  }

  /** Feedback of two slots, one of them by trained and fixed weights. */
  static BlockMap map() {
    return BlockMap.builder()
        .input("x", IN)
        .state("h", 8, Activation.TANH)
        .state("y", 5, Activation.TANH)
        .connect("x", "h", Sparsity.density(0.5))
        .connect("h", "h", Sparsity.fanIn(2))
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.constant(0.25))
        .connect("y", "h", Sparsity.density(0.2))
        .connect("h", "y", Sparsity.dense())
        .output("y")
        .seed(3)
        .build();
  }

  private BaseLayer layer() {
    return switch (this) {
      case FEED_FORWARD, FEED_FORWARD_GRAPH ->
          new IterativeMapLayer.Builder().name("map").map(map()).steps(4).build();
      case GATED, GATED_GRAPH ->
          new IterativeMapRecurrentLayer.Builder().name("map").nIn(IN).lstm(6).density(0.5).build();
      default -> new IterativeMapRecurrentLayer.Builder().name("map").map(map()).steps(2).build();
    };
  }

  private org.deeplearning4j.nn.conf.layers.Layer readOut() {
    return isSequence
        ? new RnnOutputLayer.Builder().name("out").nOut(CLASSES).build()
        : new OutputLayer.Builder().name("out").nOut(CLASSES).build();
  }

  /** A new network, always the same. */
  Model network() {
    NeuralNetConfiguration.Builder conf =
        new NeuralNetConfiguration.Builder()
            .seed(7)
            .dataType(DataType.FLOAT)
            .updater(new Adam(0.01));
    InputType type = isSequence ? InputType.recurrent(IN) : InputType.feedForward(IN);
    if (!isGraph) {
      MultiLayerNetwork network =
          new MultiLayerNetwork(conf.list(layer(), readOut()).setInputType(type).build());
      network.init();
      return network;
    }
    GraphBuilder graph = conf.graphBuilder().addInputs("in").setInputTypes(type);
    if (this == VERTEX) {
      graph.addVertex("map", new IterativeMapVertex(map(), 2), "in");
    } else {
      graph.addLayer("map", layer(), "in");
    }
    ComputationGraph network =
        new ComputationGraph(graph.addLayer("out", readOut(), "map").setOutputs("out").build());
    network.init();
    return network;
  }

  DataSet data(long seed) {
    Random random = new Random(seed);
    INDArray features =
        isSequence
            ? Nd4j.create(DataType.FLOAT, BATCH, IN, TIME)
            : Nd4j.create(DataType.FLOAT, BATCH, IN);
    for (long i = 0; i < features.length(); i++) {
      features.putScalar(i, random.nextGaussian());
    }
    INDArray labels =
        isSequence
            ? Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES, TIME)
            : Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES);
    for (int example = 0; example < BATCH; example++) {
      for (int time = 0; time < (isSequence ? TIME : 1); time++) {
        int label = random.nextInt(CLASSES);
        labels.putScalar(
            isSequence ? new int[] {example, label, time} : new int[] {example, label}, 1);
      }
    }
    return new DataSet(features, labels);
  }

  /** So many batches. */
  DataSetIterator batches(int count) {
    List<DataSet> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.addAll(data(i).asList());
    }
    return new ListDataSetIterator<>(examples, BATCH);
  }

  static void fit(Model network, DataSetIterator data, int epochs) {
    if (network instanceof MultiLayerNetwork multiLayer) {
      multiLayer.fit(data, epochs);
    } else {
      ((ComputationGraph) network).fit(data, epochs);
    }
  }
}
