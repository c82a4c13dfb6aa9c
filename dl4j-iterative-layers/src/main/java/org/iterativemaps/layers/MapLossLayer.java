package org.iterativemaps.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.layers.impl.MapLoss;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Activation and loss of an output layer whose weights are part of the map before it: a {@code
 * LossLayer} that scores exactly as {@link OutputLayer} does.
 *
 * <p>Input and output [batch, n]. DL4J's own LossLayer overwrites its input while it computes the
 * gradient (for most activations), and its training score, which is computed afterwards, is then
 * that of another input; and it averages over the batch even where {@code miniBatch(false)} asks
 * for the sum.
 */
public final class MapLossLayer extends LossLayer {
  private static final long serialVersionUID = 1L;

  /** For deserialisation. */
  public MapLossLayer() {}

  /** The activation and loss of an output layer, and its name. */
  public MapLossLayer(OutputLayer output) {
    super(new LossLayer.Builder(output.getLossFn()).activation(output.getActivationFn()));
    setLayerName(output.getLayerName());
    setNIn(output.getNOut());
    setNOut(output.getNOut());
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    return Instantiation.join(
        new MapLoss(conf, networkDataType),
        conf,
        trainingListeners,
        layerIndex,
        layerParamsView,
        initializeParams);
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof MapLossLayer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MapLossLayer && super.equals(other);
  }

  @Override
  public int hashCode() {
    return super.hashCode();
  }
}
