package org.iterativemaps.convert;

import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** An MLP with everything drawn from a seed, and a batch for it. */
final class RandomMlp {
  private static final Activation[] HIDDEN = {
    Activation.TANH,
    Activation.RELU,
    Activation.SIGMOID,
    Activation.IDENTITY,
    Activation.ELU,
    Activation.LEAKYRELU,
    Activation.SOFTMAX,
    Activation.SWISH
  };

  private static final LossFunction[] LOSSES = {
    LossFunction.MCXENT, LossFunction.XENT, LossFunction.MSE
  };

  private final MultiLayerNetwork network;
  private final DataSet data;
  private final boolean hasOutputLayer;

  RandomMlp(long seed, DataType type) {
    this(seed, type, new Sgd(0.1));
  }

  RandomMlp(long seed, DataType type, IUpdater updater) {
    Random random = new Random(seed);
    int nIn = 1 + random.nextInt(6);
    int batch = 1 + random.nextInt(5);
    boolean isImage = random.nextInt(3) == 0; // a preprocessor before the first layer
    hasOutputLayer = random.nextInt(4) > 0;
    NeuralNetConfiguration.ListBuilder list =
        FromMlpTest.conf(type)
            .seed(seed)
            .updater(updater)
            .l2(0.01)
            .miniBatch(random.nextInt(4) > 0)
            .list();
    int depth = 1 + random.nextInt(4);
    int width = 0;
    for (int i = 0; i < depth; i++) {
      width = 1 + random.nextInt(7);
      list.layer(
          SameNetworks.named(new DenseLayer.Builder(), random.nextBoolean() ? "fc" + i : null)
              .nOut(width)
              .activation(hidden(random))
              .hasBias(random.nextInt(3) > 0)
              .build());
      if (random.nextInt(4) == 0) {
        list.layer(new ActivationLayer(hidden(random)));
      }
    }
    int nOut = hasOutputLayer ? 2 + random.nextInt(3) : width;
    INDArray labels = SameNetworks.oneHot(random, type, batch, nOut);
    if (hasOutputLayer) {
      LossFunction loss = LOSSES[random.nextInt(LOSSES.length)];
      list.layer(
          new OutputLayer.Builder(loss)
              .activation(
                  loss == LossFunction.MCXENT
                      ? Activation.SOFTMAX
                      : loss == LossFunction.XENT ? Activation.SIGMOID : Activation.TANH)
              .nOut(nOut)
              .hasBias(random.nextInt(3) > 0)
              .build());
    }
    list.setInputType(isImage ? InputType.convolutional(2, nIn, 1) : InputType.feedForward(nIn));
    network = new MultiLayerNetwork(list.build());
    network.init();
    // Biases differ, too.
    network.setParams(SameNetworks.normal(random, type, 1, network.numParams()).mul(0.5));
    INDArray features =
        isImage
            ? SameNetworks.normal(random, type, batch, 1, 2, nIn)
            : SameNetworks.normal(random, type, batch, nIn);
    data = new DataSet(features, labels);
  }

  /**
   * Leaky ReLU with a slope that ND4J, which differentiates it in single precision, has exactly.
   */
  private static IActivation hidden(Random random) {
    Activation activation = HIDDEN[random.nextInt(HIDDEN.length)];
    return activation == Activation.LEAKYRELU
        ? new ActivationLReLU(0.25)
        : activation.getActivationFunction();
  }

  MultiLayerNetwork network() {
    return network;
  }

  DataSet data() {
    return data;
  }

  boolean hasOutputLayer() {
    return hasOutputLayer;
  }
}
