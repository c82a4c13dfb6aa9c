package org.iterativemaps.layers.impl;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.LossLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.layers.MapLossLayer;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The running half of {@link MapLossLayer}. Not thread-safe, as all DL4J layers. */
public final class MapLoss extends LossLayer {
  private static final long serialVersionUID = 1L;

  /** Made by {@link MapLossLayer#instantiate}. */
  public MapLoss(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public double computeScore(
      double fullNetRegTerm, boolean training, LayerWorkspaceMgr workspaceMgr) {
    double perBatch = super.computeScore(0, training, workspaceMgr);
    score = (conf().isMiniBatch() ? perBatch : perBatch * getInputMiniBatchSize()) + fullNetRegTerm;
    return score;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    INDArray preActivation = input;
    input = input.dup(); // activations write their derivative into what they are given
    try {
      return super.backpropGradient(epsilon, workspaceMgr);
    } finally {
      input = preActivation;
    }
  }
}
