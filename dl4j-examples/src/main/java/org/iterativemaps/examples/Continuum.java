package org.iterativemaps.examples;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.kernel.Magnitude;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * One map between DL4J's own MLP and its own recurrent network: the recurrent block is turned up
 * from nothing. In double precision; largest differences of outputs.
 *
 * @param fromMlp of the map without recurrence from dense layers, time step by time step
 * @param fromRnn of the map from a {@code SimpleRnn} with the same weights, the worst of all
 *     strengths of recurrence
 */
record Continuum(double fromMlp, double fromRnn) {

  private static final double[] STRENGTHS = {0, 0.01, 0.25, 1};
  private static final int INPUTS = 5;
  private static final int UNITS = 12;
  private static final int CLASSES = 3;
  private static final int TIME_STEPS = 20;
  private static final int BATCH = 4;

  /** Compares the two ends and what is between them, with random weights and sequences. */
  static Continuum measure(long seed) {
    Nd4j.getRandom().setSeed(seed);
    INDArray tokens = Nd4j.randn(DataType.DOUBLE, BATCH, INPUTS, TIME_STEPS);
    MultiLayerNetwork mlp = network(seed, new DenseLayer.Builder().nOut(UNITS).build());
    double fromMlp = 0;
    double fromRnn = 0;
    for (double strength : STRENGTHS) {
      MultiLayerNetwork rnn = network(seed, new SimpleRnn.Builder().nOut(UNITS).build());
      rnn.getParam("0_RW").muli(strength);
      MultiLayerNetwork map = IterativeMaps.fromRnn(rnn).network();
      INDArray output = map.output(tokens);
      fromRnn = Math.max(fromRnn, Magnitude.largestDifference(rnn.output(tokens), output));
      if (strength == 0) {
        for (int i = 0; i < 2; i++) {
          mlp.setParam(i + "_W", rnn.getParam(i + "_W"));
          mlp.setParam(i + "_b", rnn.getParam(i + "_b"));
        }
        fromMlp = Magnitude.largestDifference(mlp.output(tokens), output);
      }
    }
    return new Continuum(fromMlp, fromRnn);
  }

  private static MultiLayerNetwork network(
      long seed, org.deeplearning4j.nn.conf.layers.Layer first) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.DOUBLE)
                .activation(Activation.TANH)
                .list()
                .layer(first)
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(CLASSES)
                        .build())
                .setInputType(InputType.recurrent(INPUTS, TIME_STEPS))
                .build());
    network.init();
    return network;
  }
}
