package org.iterativemaps.convert;

import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The weights of a dense layer on their way into a block.
 *
 * @param node the layer
 * @param from source slot
 * @param to target slot
 */
record DenseBlock(Node node, String from, String to) {

  FeedForwardLayer layer() {
    return (FeedForwardLayer) node.layer();
  }

  int fromSize() {
    return Math.toIntExact(layer().getNIn());
  }

  int toSize() {
    return Math.toIntExact(layer().getNOut());
  }

  String name() {
    return from + "->" + to;
  }

  IWeightInit weightInit() {
    return layer().getWeightInitFn();
  }

  /** DL4J's W[nIn, nOut] by target unit, then by source unit. */
  double[] values() {
    return entries(node.trained().getParam(DefaultParamInitializer.WEIGHT_KEY));
  }

  /** A matrix [from, to] of DL4J's by target unit, then by source unit. */
  static double[] entries(INDArray dl4jWeights) {
    // f order of [from, to] runs through the source units of a target unit first.
    return dl4jWeights.dup('f').castTo(DataType.DOUBLE).data().asDouble();
  }

  /** [to][from] as DL4J's W[from, to], in 'f' order. */
  static INDArray dl4jWeights(double[][] matrix) {
    return Nd4j.createFromArray(matrix).transpose();
  }

  double[] bias() {
    return node.trained()
        .getParam(DefaultParamInitializer.BIAS_KEY)
        .dup()
        .castTo(DataType.DOUBLE)
        .data()
        .asDouble();
  }

  boolean hasBias() {
    return node.layer().initializer().biasKeys(node.layer()).size() > 0;
  }
}
