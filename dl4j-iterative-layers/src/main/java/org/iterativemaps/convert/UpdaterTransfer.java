package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.surgery.UpdaterState;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Conversions that carry the updater's state along, where every parameter becomes one of the new
 * network, or goes, and none is computed from others.
 *
 * <p>What an updater remembers (Adam: first and second moments) is a number for every parameter.
 * Where those go the conversion itself knows best: it is done once more for each such vector, on a
 * copy of the network that has the vector in place of its parameters.
 */
final class UpdaterTransfer {
  private UpdaterTransfer() {}

  /**
   * A conversion, and the state of the network's updater, if it has one yet.
   *
   * @param plan must not depend on values
   */
  static Conversion<MultiLayerNetwork> along(
      MultiLayerNetwork network, Function<List<Chain>, Conversion.Plan> plan) {
    Conversion<MultiLayerNetwork> converted = converted(network, plan);
    BaseMultiLayerUpdater<?> before = (BaseMultiLayerUpdater<?>) network.getUpdater(false);
    if (before != null) {
      UpdaterState.assign(
          vectors(before, network.clone(), copy -> converted(copy, plan).network()),
          (BaseMultiLayerUpdater<?>) converted.network().getUpdater(true));
    }
    return converted;
  }

  private static Conversion<MultiLayerNetwork> converted(
      MultiLayerNetwork network, Function<List<Chain>, Conversion.Plan> plan) {
    MultiLayerSource source = MultiLayerSource.of(network);
    return plan.apply(source.chains()).network(source);
  }

  /** The same of graphs. */
  static Conversion<ComputationGraph> along(
      ComputationGraph network, Function<List<Chain>, Conversion.Plan> plan) {
    Conversion<ComputationGraph> converted = converted(network, plan);
    BaseMultiLayerUpdater<?> before = network.getUpdater(false);
    if (before != null) {
      UpdaterState.assign(
          vectors(before, network.clone(), copy -> converted(copy, plan).network()),
          converted.network().getUpdater(true));
    }
    return converted;
  }

  private static Conversion<ComputationGraph> converted(
      ComputationGraph network, Function<List<Chain>, Conversion.Plan> plan) {
    GraphSource source = GraphSource.of(network);
    return plan.apply(source.chains()).network(source);
  }

  /** What the parameters of the new network are where the old one's are vectors of its updater. */
  private static <N extends Model> List<double[]> vectors(
      BaseMultiLayerUpdater<?> updater, N copy, UnaryOperator<N> conversion) {
    List<double[]> vectors = new ArrayList<>();
    for (double[] vector : UpdaterState.vectors(updater)) {
      INDArray parameters = Nd4j.createFromArray(vector).castTo(copy.params().dataType());
      copy.setParams(parameters.reshape(copy.params().shape()));
      vectors.add(LayerWeights.numbers(conversion.apply(copy).params()));
    }
    return vectors;
  }
}
