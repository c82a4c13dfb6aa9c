package org.iterativemaps.examples.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.impl.IterativeMapRecurrent;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A {@link MultiLayerNetwork} of one recurrent map layer, its data in NCW. */
final class LayerSequenceNetwork extends LayerNetwork implements SequenceNetwork {
  private final IterativeMapRecurrent layer;

  LayerSequenceNetwork(
      MultiLayerNetwork network, BlockMap map, DataType dataType, GoldenModel model) {
    super(network, map, dataType, model);
    this.layer = (IterativeMapRecurrent) network.getLayer(0);
  }

  @Override
  public INDArray output(INDArray input, Map<String, INDArray> initialState) {
    return fromNetwork(runFrom(initialState, input, false));
  }

  @Override
  public Map<String, INDArray> lastState(INDArray input, Map<String, INDArray> initialState) {
    runFrom(initialState, input, false);
    return cast(layer.rnnGetTBPTTState(), DataType.DOUBLE);
  }

  @Override
  public Gradients gradients(INDArray input, INDArray outputGradient) {
    return gradients(input, Map.of(), outputGradient);
  }

  @Override
  public Gradients gradients(
      INDArray input, Map<String, INDArray> initialState, INDArray outputGradient) {
    runFrom(initialState, input, true);
    Gradients found = backpropagate(outputGradient, Map.of());
    return new Gradients(
        found.input(),
        found.weights(),
        found.biases(),
        cast(layer.initialStateGradient(), DataType.DOUBLE));
  }

  private INDArray runFrom(Map<String, INDArray> initialState, INDArray input, boolean training) {
    network.rnnClearPreviousState();
    layer.rnnSetTBPTTState(cast(initialState, dataType));
    network.setInput(toNetwork(input));
    return network.rnnActivateUsingStoredState(toNetwork(input), training, !training).get(1);
  }

  private static Map<String, INDArray> cast(Map<String, INDArray> state, DataType type) {
    Map<String, INDArray> cast = new LinkedHashMap<>();
    state.forEach((slot, value) -> cast.put(slot, value.castTo(type)));
    return cast;
  }

  /** [batch, time, feature] to [batch, feature, time]. */
  @Override
  INDArray toNetwork(INDArray array) {
    return super.toNetwork(array).permute(0, 2, 1).dup('f');
  }

  /** [batch, feature, time] to [batch, time, feature]. */
  @Override
  INDArray fromNetwork(INDArray array) {
    return super.fromNetwork(array).permute(0, 2, 1).dup('c');
  }
}
