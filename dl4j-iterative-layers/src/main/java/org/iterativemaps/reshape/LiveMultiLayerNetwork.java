package org.iterativemaps.reshape;

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
  Map<String, NeuralNetConfiguration> confs() {
    Map<String, NeuralNetConfiguration> confs = new LinkedHashMap<>();
    for (NeuralNetConfiguration conf : network.getLayerWiseConfigurations().getConfs()) {
      confs.put(conf.getLayer().getLayerName(), conf);
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
    List<NeuralNetConfiguration> confs = network.getLayerWiseConfigurations().getConfs();
    for (int i = 0; i < confs.size(); i++) {
      layers.put(confs.get(i).getLayer().getLayerName(), network.getLayer(i));
    }
    return layers;
  }

  @Override
  BaseMultiLayerUpdater<?> updater() {
    return (BaseMultiLayerUpdater<?>) network.getUpdater(false);
  }

  @Override
  BaseMultiLayerUpdater<?> newUpdater() {
    MultiLayerUpdater updater = new MultiLayerUpdater(network);
    network.setUpdater(updater);
    return updater;
  }

  @Override
  void rebuild(Map<String, NeuralNetConfiguration> replaced, INDArray parameters) {
    network.setLayerWiseConfigurations(confWith(replaced));
    network.setLayers(null);
    setField(MultiLayerNetwork.class, network, "initCalled", false);
    network.init(parameters, false);
    network.initGradientsView();
  }

  /** A configuration object may belong to several networks: the changed one is a new one. */
  private MultiLayerConfiguration confWith(Map<String, NeuralNetConfiguration> replaced) {
    MultiLayerConfiguration before = network.getLayerWiseConfigurations();
    MultiLayerConfiguration after = before.clone();
    List<NeuralNetConfiguration> confs = new ArrayList<>(before.getConfs());
    confs.replaceAll(conf -> replaced.getOrDefault(conf.getLayer().getLayerName(), conf));
    after.setConfs(confs);
    return after;
  }

  @Override
  LiveNetwork copyWith(Map<String, NeuralNetConfiguration> replaced, INDArray parameters) {
    MultiLayerNetwork copy = new MultiLayerNetwork(confWith(replaced));
    copy.init(parameters, false);
    return new LiveMultiLayerNetwork(copy);
  }

  @Override
  void takeBatch(LiveNetwork other) {
    MultiLayerNetwork source = ((LiveMultiLayerNetwork) other).network;
    checkBatch(source.getInput(), source.getLabels());
    network.setInput(source.getInput());
    network.setLabels(source.getLabels());
    for (int i = 0; i < source.getnLayers(); i++) {
      network.getLayer(i).setMaskArray(source.getLayer(i).getMaskArray());
    }
  }

  @Override
  INDArray gradient() {
    network.computeGradientAndScore();
    return network.gradient().gradient();
  }
}
