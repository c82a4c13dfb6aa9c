package org.iterativemaps.benchmarks;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A stack of running layers, called as a network calls them, without loss and updater. */
final class LayerCall {
  private final Layer[] layers;
  private final INDArray input;
  private final INDArray outputGradient;
  private final LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();

  LayerCall(MultiLayerNetwork network, INDArray input) {
    this.layers = network.getLayers();
    this.input = input;
    this.outputGradient = Nd4j.randn(forward(false).shape()).dup('f').muli(0.01);
  }

  INDArray forward(boolean training) {
    INDArray activations = input;
    for (Layer layer : layers) {
      activations = layer.activate(activations, training, workspaces);
    }
    return activations;
  }

  /** Forward and backward: all that a training step needs of these layers. */
  INDArray training() {
    forward(true);
    INDArray gradient = outputGradient;
    for (int i = layers.length - 1; i >= 0; i--) {
      gradient = layers[i].backpropGradient(gradient, workspaces).getSecond();
    }
    return gradient;
  }
}
