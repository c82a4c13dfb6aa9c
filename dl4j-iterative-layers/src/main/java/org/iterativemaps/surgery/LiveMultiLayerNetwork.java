package org.iterativemaps.surgery;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.MultiLayerUpdater;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.layers.MapSettings;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link MultiLayerNetwork} under surgery. */
final class LiveMultiLayerNetwork extends LiveNetwork {
  private final MultiLayerNetwork network;

  LiveMultiLayerNetwork(MultiLayerNetwork network) {
    this.network = network;
  }

  @Override
  Model model() {
    return network;
  }

  @Override
  NeuralNetConfiguration defaultConf() {
    return network.getDefaultConfiguration();
  }

  @Override
  List<MapPlace> maps() {
    return MapPlace.of(network.getLayerWiseConfigurations());
  }

  @Override
  Map<String, Object> kinds() {
    Map<String, Object> kinds = new LinkedHashMap<>();
    confs()
        .forEach(
            (index, conf) -> {
              String name = MapPlace.nameOf(conf.getLayer());
              kinds.put("#" + index + (name == null ? "" : " '" + name + "'"), conf.getLayer());
            });
    return kinds;
  }

  private Map<String, NeuralNetConfiguration> confs() {
    Map<String, NeuralNetConfiguration> confs = new LinkedHashMap<>();
    for (NeuralNetConfiguration conf : network.getLayerWiseConfigurations().getConfs()) {
      confs.put(Integer.toString(confs.size()), conf);
    }
    return confs;
  }

  @Override
  Map<String, Trainable> trainables() {
    return new LinkedHashMap<>(layers());
  }

  @Override
  Map<String, Layer> layers() {
    Map<String, Layer> layers = new LinkedHashMap<>();
    for (Layer layer : network.getLayers()) {
      layers.put(Integer.toString(layers.size()), layer);
    }
    return layers;
  }

  @Override
  BaseMultiLayerUpdater<?> updater() {
    return (BaseMultiLayerUpdater<?>) network.getUpdater(false);
  }

  @Override
  BaseMultiLayerUpdater<?> newUpdater() {
    return new MultiLayerUpdater(network);
  }

  @Override
  void setUpdater(BaseMultiLayerUpdater<?> updater) {
    network.setUpdater(updater);
  }

  @Override
  LiveNetwork rebuilt(Map<String, Map<String, MapSettings>> settings, INDArray parameters) {
    MultiLayerNetwork other = new MultiLayerNetwork(confWith(settings));
    // Layers keep the network's own collection, as those that init() makes.
    Fields.set(MultiLayerNetwork.class, other, "trainingListeners", network.getListeners());
    other.init(parameters, false);
    other.initGradientsView();
    return new LiveMultiLayerNetwork(other);
  }

  /** A configuration object may belong to several networks: the changed one is a new one. */
  private MultiLayerConfiguration confWith(Map<String, Map<String, MapSettings>> settings) {
    MultiLayerConfiguration after = network.getLayerWiseConfigurations().clone();
    List<NeuralNetConfiguration> confs = new ArrayList<>(after.getConfs());
    for (int i = 0; i < confs.size(); i++) {
      Map<String, MapSettings> ofLayer = settings.get(Integer.toString(i));
      if (ofLayer != null) {
        confs.set(i, MapLayer.with(confs.get(i), ofLayer));
      }
    }
    after.setConfs(confs);
    return after;
  }

  @Override
  FieldSwap adoption(LiveNetwork rebuilt) {
    return new FieldSwap(network)
        .take(
            MultiLayerNetwork.class,
            rebuilt.model(),
            "layers",
            "layerMap",
            "layerWiseConfigurations",
            "defaultConfiguration",
            "flattenedParams",
            "flattenedGradients");
  }

  @Override
  void takeBatch(LiveNetwork other) {
    MultiLayerNetwork source = ((LiveMultiLayerNetwork) other).network;
    checkBatch(source.getInput(), source.getLabels());
    network.setInput(source.getInput());
    network.setLabels(source.getLabels());
    takeMasks(other);
  }

  @Override
  INDArray gradient() {
    network.computeGradientAndScore();
    return network.gradient().gradient();
  }
}
