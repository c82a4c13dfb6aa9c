package org.iterativemaps.samediff;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.iterativemaps.layers.LayerChecks;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Parameters of a SameDiff layer: those of its map in their order, each a vector. Gains count as
 * weights, as in DL4J's layers with layer normalisation: {@code l2} shrinks them, {@code l2Bias}
 * and {@code biasUpdater} leave them alone. They all begin at 1.
 */
public final class SDMapParamInitializer implements ParamInitializer {
  private static final SDMapParamInitializer INSTANCE = new SDMapParamInitializer();

  private SDMapParamInitializer() {}

  /** The one instance. */
  public static SDMapParamInitializer getInstance() {
    return INSTANCE;
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    if (settings(layer).map().isOpen()) {
      throw new DL4JInvalidConfigException(
          "layer name: \"" + layer.getLayerName() + "\": " + LayerChecks.UNKNOWN_INPUT);
    }
    return settings(layer).parameters().stream().mapToLong(SDParameter::length).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    return keys(layer, parameter -> true);
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return keys(layer, SDParameter::countsAsWeight);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return keys(layer, parameter -> !parameter.countsAsWeight());
  }

  private static List<String> keys(Layer layer, Predicate<SDParameter> which) {
    return settings(layer).parameters().stream().filter(which).map(SDParameter::key).toList();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
    BaseLayer layer = (BaseLayer) conf.getLayer();
    Map<String, INDArray> views = views(settings(layer), paramsView);
    views.keySet().forEach(conf::addVariable);
    if (initializeParams) {
      for (SDParameter parameter : settings(layer).parameters()) {
        INDArray view = views.get(parameter.key());
        settings(layer)
            .init(
                parameter,
                ((SDMapConf) layer).weightInit(parameter),
                layer.getBiasInit(),
                view,
                conf.getSeed());
      }
    }
    return views;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray gradientView) {
    return views(settings(conf.getLayer()), gradientView);
  }

  private static SDMapSettings settings(Layer layer) {
    return ((SDMapConf) layer).getSettings();
  }

  /** The parts of a flat vector, by key. */
  static Map<String, INDArray> views(SDMapSettings settings, INDArray flat) {
    Map<String, INDArray> views = new LinkedHashMap<>();
    INDArray all = flat.reshape(flat.length());
    long start = 0;
    for (SDParameter parameter : settings.parameters()) {
      long end = start + parameter.length();
      views.put(parameter.key(), all.get(NDArrayIndex.interval(start, end)));
      start = end;
    }
    return views;
  }
}
