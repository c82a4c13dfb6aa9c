package org.iterativemaps.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.iterativemaps.layers.impl.UnevenBidirectionalLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's {@link Bidirectional} for two directions that differ in their parameters: what a
 * Bidirectional of maps becomes when its maps are pruned, rewired or grown.
 *
 * <p>It computes what a Bidirectional computes. DL4J's halves its parameters and lays both halves
 * out as the forward layer wants; here each direction has its own part, forward first.
 */
public final class UnevenBidirectional extends Bidirectional {
  private static final long serialVersionUID = 1L;

  private transient ParamInitializer parts;

  /** For deserialisation. */
  public UnevenBidirectional() {}

  /**
   * Like another one, with other directions.
   *
   * @param like what name, mode and dropout are taken from
   * @param forward runs over the sequence
   * @param backward runs over the reversed sequence; as many outputs as forward
   */
  public UnevenBidirectional(Bidirectional like, Layer forward, Layer backward) {
    setFwd(forward);
    setBwd(backward);
    setMode(like.getMode());
    this.layerName = like.getLayerName();
    this.iDropout = like.getIDropout();
    this.constraints = like.getConstraints();
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> trainingListeners,
      int layerIndex,
      INDArray layerParamsView,
      boolean initializeParams,
      DataType networkDataType) {
    Parts<INDArray> views = DirectionsParamInitializer.split(this, layerParamsView);
    NeuralNetConfiguration forwardConf = direction(conf, getFwd());
    NeuralNetConfiguration backwardConf = direction(conf, getBwd());
    org.deeplearning4j.nn.api.Layer forward =
        getFwd()
            .instantiate(
                forwardConf,
                trainingListeners,
                layerIndex,
                views.forward(),
                initializeParams,
                networkDataType);
    org.deeplearning4j.nn.api.Layer backward =
        getBwd()
            .instantiate(
                backwardConf,
                trainingListeners,
                layerIndex,
                views.backward(),
                initializeParams,
                networkDataType);
    conf.setVariables(initializer().paramKeys(this));
    return new UnevenBidirectionalLayer(
        conf,
        forward,
        backward,
        layerParamsView == null ? Nd4j.empty(networkDataType) : layerParamsView);
  }

  private static NeuralNetConfiguration direction(NeuralNetConfiguration conf, Layer layer) {
    NeuralNetConfiguration copy = conf.clone();
    copy.clearVariables();
    copy.setLayer(layer);
    return copy;
  }

  @Override
  public ParamInitializer initializer() {
    if (parts == null) {
      parts = new DirectionsParamInitializer(this);
    }
    return parts;
  }

  @Override
  public UnevenBidirectional clone() {
    UnevenBidirectional copy = (UnevenBidirectional) super.clone();
    copy.setFwd(getFwd().clone());
    copy.setBwd(getBwd().clone());
    copy.parts = null; // knows the layer it was made for
    return copy;
  }

  @Override
  protected boolean canEqual(Object other) {
    return other instanceof UnevenBidirectional;
  }

  /** One of something for each direction. */
  record Parts<T>(T forward, T backward) {}
}
