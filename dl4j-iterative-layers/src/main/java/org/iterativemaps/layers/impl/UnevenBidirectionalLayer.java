package org.iterativemaps.layers.impl;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BidirectionalLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.UnevenBidirectional;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The running half of {@link UnevenBidirectional}: DL4J's arithmetic, with flat arrays split where
 * the forward layer's part ends instead of in the middle.
 */
public class UnevenBidirectionalLayer extends BidirectionalLayer {
  private static final long serialVersionUID = 1L;

  private final Layer forward;
  private final Layer backward;
  private INDArray gradientsView;

  /** Made by {@link UnevenBidirectional#instantiate}. */
  public UnevenBidirectionalLayer(
      NeuralNetConfiguration conf, Layer forward, Layer backward, INDArray paramsView) {
    super(conf, forward, backward, paramsView);
    this.forward = forward;
    this.backward = backward;
  }

  @Override
  public void setParamsViewArray(INDArray params) {
    throw new UnsupportedOperationException("the parameters are set when the layer is made");
  }

  @Override
  public void setBackpropGradientsViewArray(INDArray gradients) {
    if (gradients.length() != numParams()) {
      throw new IllegalArgumentException(
          "gradients: found length " + gradients.length() + ", expected " + numParams());
    }
    gradientsView = gradients;
    setGradients(forward, 0);
    setGradients(backward, forward.numParams());
  }

  private void setGradients(Layer direction, long start) {
    long length = direction.numParams();
    if (length > 0) {
      direction.setBackpropGradientsViewArray(
          gradientsView
              .reshape(gradientsView.length())
              .get(NDArrayIndex.interval(start, start + length)));
    }
  }

  @Override
  public INDArray getGradientsViewArray() {
    return gradientsView;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    Pair<Gradient, INDArray> found = super.backpropGradient(epsilon, workspaceMgr);
    Gradient gradient = new DefaultGradient(gradientsView);
    gradient.gradientForVariable().putAll(found.getFirst().gradientForVariable());
    return new Pair<>(gradient, found.getSecond());
  }
}
