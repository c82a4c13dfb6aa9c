package org.iterativemaps.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.BidirectionalParamInitializer;
import org.iterativemaps.layers.UnevenBidirectional.Parts;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of an {@link UnevenBidirectional}: all of the forward layer, then all of the
 * backward one, named as DL4J's Bidirectional names them.
 *
 * <p>Made for one layer, since DL4J asks it about the wrappers around that layer, too.
 */
final class DirectionsParamInitializer implements ParamInitializer {
  private final UnevenBidirectional layer;

  DirectionsParamInitializer(UnevenBidirectional layer) {
    this.layer = layer;
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(layer);
  }

  @Override
  public long numParams(Layer ignored) {
    return count(layer.getFwd()) + count(layer.getBwd());
  }

  private static long count(Layer direction) {
    return direction.initializer().numParams(direction);
  }

  /** What belongs to each direction of a flat array; null for one without parameters. */
  static Parts<INDArray> split(UnevenBidirectional layer, INDArray view) {
    if (view == null) {
      return new Parts<>(null, null);
    }
    return new Parts<>(
        part(view, 0, count(layer.getFwd())),
        part(view, count(layer.getFwd()), count(layer.getBwd())));
  }

  private static INDArray part(INDArray view, long start, long length) {
    return length == 0
        ? null
        : view.reshape(view.length()).get(NDArrayIndex.interval(start, start + length));
  }

  @Override
  public List<String> paramKeys(Layer ignored) {
    return keys(ParamInitializer::paramKeys);
  }

  @Override
  public List<String> weightKeys(Layer ignored) {
    return keys(ParamInitializer::weightKeys);
  }

  @Override
  public List<String> biasKeys(Layer ignored) {
    return keys(ParamInitializer::biasKeys);
  }

  private List<String> keys(BiFunction<ParamInitializer, Layer, List<String>> of) {
    List<String> keys = new ArrayList<>();
    for (String key : of.apply(layer.getFwd().initializer(), layer.getFwd())) {
      keys.add(BidirectionalParamInitializer.FORWARD_PREFIX + key);
    }
    for (String key : of.apply(layer.getBwd().initializer(), layer.getBwd())) {
      keys.add(BidirectionalParamInitializer.BACKWARD_PREFIX + key);
    }
    return keys;
  }

  @Override
  public boolean isWeightParam(Layer ignored, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer ignored, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    Map<String, INDArray> views =
        views(
            conf,
            paramsView,
            (direction, view) ->
                direction.getLayer().initializer().init(direction, view, initializeParams));
    conf.setVariables(paramKeys(layer));
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(
        conf,
        gradientView,
        (direction, view) ->
            direction.getLayer().initializer().getGradientsFromFlattened(direction, view));
  }

  private Map<String, INDArray> views(
      NeuralNetConfiguration conf,
      INDArray flat,
      BiFunction<NeuralNetConfiguration, INDArray, Map<String, INDArray>> of) {
    Parts<INDArray> parts = split(layer, flat);
    Map<String, INDArray> views = new LinkedHashMap<>();
    of.apply(conf(conf, layer.getFwd()), parts.forward())
        .forEach(
            (key, view) -> views.put(BidirectionalParamInitializer.FORWARD_PREFIX + key, view));
    of.apply(conf(conf, layer.getBwd()), parts.backward())
        .forEach(
            (key, view) -> views.put(BidirectionalParamInitializer.BACKWARD_PREFIX + key, view));
    return views;
  }

  private static NeuralNetConfiguration conf(NeuralNetConfiguration conf, Layer direction) {
    NeuralNetConfiguration copy = conf.clone();
    copy.clearVariables();
    copy.setLayer(direction);
    return copy;
  }
}
