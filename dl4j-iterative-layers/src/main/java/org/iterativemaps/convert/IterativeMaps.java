package org.iterativemaps.convert;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * The entrance: networks of DL4J's own layers as maps, and back.
 *
 * <pre>{@code
 * Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(trainedNetwork);
 * map.network();                      // the same outputs, loss and gradients
 * System.out.println(map.report());   // layer by layer what became what
 * }</pre>
 *
 * <p>Networks are copied; the one that is given is not changed. What a conversion leaves alone
 * (other layers, preprocessors, updater settings, iteration counts) is in the new network as it
 * was; the state of updaters (momentum) starts anew.
 */
public final class IterativeMaps {
  private IterativeMaps() {}

  /**
   * Dense layers as one map with the same outputs, loss and gradients: {@link
   * #fromMlp(MultiLayerNetwork, MlpOptions)} with every weight kept.
   */
  public static Conversion<MultiLayerNetwork> fromMlp(MultiLayerNetwork network) {
    return fromMlp(network, MlpOptions.dense());
  }

  /**
   * A run of {@code DenseLayer}, {@code ActivationLayer}, {@code DropoutLayer} and {@code
   * OutputLayer} becomes one {@code IterativeMapLayer}: a slot per layer, dense blocks below the
   * diagonal, K = depth. An output layer leaves a {@code MapLossLayer} behind.
   *
   * <p>A map has one input dropout, one updater and one regularisation: where a layer has dropout
   * or differs in these, a map of its own begins (the report says so).
   *
   * @throws IllegalArgumentException if there is no such layer; if a layer has weight noise,
   *     constraints, layer normalisation or RReLU; or if something that no map can be stands
   *     between dense layers. The message names the layer and says what to do
   */
  public static Conversion<MultiLayerNetwork> fromMlp(
      MultiLayerNetwork network, MlpOptions options) {
    MultiLayerSource source = MultiLayerSource.of(network);
    return MlpToMap.plan(source.chains(), options).network(source);
  }

  /** As {@link #fromMlp(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraph> fromMlp(ComputationGraph network) {
    return fromMlp(network, MlpOptions.dense());
  }

  /**
   * As {@link #fromMlp(MultiLayerNetwork, MlpOptions)}. A layer that several others read, or whose
   * values are an output of the network, ends a run. The last vertex of a run keeps its name.
   */
  public static Conversion<ComputationGraph> fromMlp(ComputationGraph network, MlpOptions options) {
    GraphSource source = GraphSource.of(network);
    return MlpToMap.plan(source.chains(), options).network(source);
  }

  /**
   * The swap without a trained network. Densities become random patterns, weights are drawn by each
   * layer's own initialiser.
   */
  public static Conversion<MultiLayerConfiguration> fromMlp(
      MultiLayerConfiguration configuration, MlpOptions options) {
    MultiLayerSource source = new MultiLayerSource(configuration, null);
    return MlpToMap.plan(source.chains(), options).configuration(source);
  }

  /** As {@link #fromMlp(MultiLayerConfiguration, MlpOptions)}. */
  public static Conversion<ComputationGraphConfiguration> fromMlp(
      ComputationGraphConfiguration configuration, MlpOptions options) {
    GraphSource source = new GraphSource(configuration, null);
    return MlpToMap.plan(source.chains(), options).configuration(source);
  }
}
