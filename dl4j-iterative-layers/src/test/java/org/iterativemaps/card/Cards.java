package org.iterativemaps.card;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Networks of random maps. */
final class Cards {
  private Cards() {}

  /** Plain, gated, or with every function, by turns; the output depends on every block. */
  static BlockMap map(int seed) {
    BlockMap map = draw(seed);
    for (int other = seed; hasDeadBlocks(map, seed); map = draw(other)) {
      other += 300;
    }
    return map;
  }

  private static boolean hasDeadBlocks(BlockMap map, int seed) {
    return !Liveness.sequence(map, steps(seed), slot -> false).dead().isEmpty();
  }

  private static int steps(int seed) {
    return 1 + seed % 3;
  }

  private static BlockMap draw(int seed) {
    RandomPrograms random = new RandomPrograms(seed);
    return switch (seed % 3) {
      case 0 -> random.map(Activation.TANH, Activation.RELU, Activation.SIGMOID);
      case 1 -> random.gatedMap(true, Activation.TANH, Activation.SIGMOID);
      default -> random.nonlinearMap();
    };
  }

  private static NeuralNetConfiguration.Builder conf(int seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .dataType(seed % 2 == 0 ? DataType.FLOAT : DataType.DOUBLE)
        .updater(new Adam(0.01));
  }

  private static IterativeMapRecurrentLayer layer(int seed) {
    return new IterativeMapRecurrentLayer.Builder().map(map(seed)).steps(steps(seed)).build();
  }

  private static RnnOutputLayer output(int seed) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .nIn(map(seed).output().size())
        .nOut(2)
        .activation(Activation.IDENTITY)
        .build();
  }

  static MultiLayerNetwork layers(int seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(conf(seed).list().layer(layer(seed)).layer(output(seed)).build());
    network.init();
    return network;
  }

  static ComputationGraph graph(int seed) {
    ComputationGraph network =
        new ComputationGraph(
            conf(seed)
                .graphBuilder()
                .addInputs("in")
                .addLayer("map|1", layer(seed), "in")
                .addLayer("out", output(seed), "map|1")
                .setOutputs("out")
                .build());
    network.init();
    return network;
  }
}
