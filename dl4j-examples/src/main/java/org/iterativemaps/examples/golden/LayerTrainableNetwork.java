package org.iterativemaps.examples.golden;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A {@link MultiLayerNetwork} of a map layer and a loss layer.
 *
 * <p>DL4J's MSE divides by the features and its score by the batch, so the score is the golden
 * files' loss. Its gradients are divided by the batch in the updater, and so here.
 */
final class LayerTrainableNetwork extends LayerNetwork implements TrainableNetwork {

  LayerTrainableNetwork(
      MultiLayerNetwork network, BlockMap map, DataType dataType, GoldenModel model) {
    super(network, map, dataType, model);
  }

  @Override
  public double loss(INDArray input, INDArray target) {
    return network.score(new DataSet(toNetwork(input), toNetwork(target)));
  }

  @Override
  public Gradients lossGradients(INDArray input, INDArray target) {
    network.setInput(toNetwork(input));
    network.setLabels(toNetwork(target));
    network.computeGradientAndScore();
    Gradients ofSum = gradients(network.gradient(), null, Map.of());
    ofSum.weights().values().forEach(gradient -> gradient.divi(input.size(0)));
    ofSum.biases().replaceAll((slot, gradient) -> gradient.div(input.size(0)));
    return ofSum;
  }

  @Override
  public double fit(INDArray input, INDArray target) {
    network.fit(toNetwork(input), toNetwork(target));
    return network.score();
  }

  @Override
  public List<IUpdater> updaters() {
    BaseLayer layer = (BaseLayer) network.getLayer(0).conf().getLayer();
    return List.of(layer.getIUpdater(), layer.getBiasUpdater());
  }
}
