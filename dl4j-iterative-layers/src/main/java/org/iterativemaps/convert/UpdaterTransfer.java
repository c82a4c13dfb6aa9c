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
   * A conversion, and the state of the network's updater, if it has one yet. An updater of the
   * user's whose state does not follow its parameters starts anew, and the report says so.
   *
   * @param plan must not depend on values
   */
  static Conversion<MultiLayerNetwork> along(
      MultiLayerNetwork network, Function<List<Chain>, Conversion.Plan> plan) {
    return along(
        network,
        (BaseMultiLayerUpdater<?>) network.getUpdater(false),
        of -> {
          MultiLayerSource source = MultiLayerSource.of(of);
          return plan.apply(source.chains()).network(source);
        },
        MultiLayerNetwork::clone,
        fresh -> (BaseMultiLayerUpdater<?>) fresh.getUpdater(true));
  }

  /** The same of graphs. */
  static Conversion<ComputationGraph> along(
      ComputationGraph network, Function<List<Chain>, Conversion.Plan> plan) {
    return along(
        network,
        network.getUpdater(false),
        of -> {
          GraphSource source = GraphSource.of(of);
          return plan.apply(source.chains()).network(source);
        },
        ComputationGraph::clone,
        fresh -> fresh.getUpdater(true));
  }

  private static <N extends Model> Conversion<N> along(
      N network,
      BaseMultiLayerUpdater<?> updater,
      Function<N, Conversion<N>> conversion,
      UnaryOperator<N> copy,
      Function<N, BaseMultiLayerUpdater<?>> freshUpdater) {
    Conversion<N> converted = conversion.apply(network);
    List<double[]> before;
    try {
      before = updater == null ? List.of() : UpdaterState.vectors(updater);
    } catch (IllegalArgumentException e) {
      String note = "the updater's state starts anew: " + e.getMessage();
      return new Conversion<>(converted.network(), converted.report().with(note));
    }
    if (before.isEmpty()) {
      return converted;
    }
    N moments = copy.apply(network);
    List<double[]> after = new ArrayList<>();
    for (double[] vector : before) {
      INDArray parameters = Nd4j.createFromArray(vector).castTo(moments.params().dataType());
      moments.setParams(parameters.reshape(moments.params().shape()));
      after.add(LayerWeights.numbers(conversion.apply(moments).network().params()));
    }
    UpdaterState.assign(after, freshUpdater.apply(converted.network()));
    return converted;
  }
}
