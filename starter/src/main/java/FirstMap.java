///usr/bin/env jbang "$0" "$@" ; exit $?
// As a script: jbang FirstMap.java; where that is not Linux on x86-64: jbang -Dnatives=macosx-arm64 FirstMap.java
//JAVA 17+
//RUNTIME_OPTIONS --add-modules=jdk.incubator.vector
//DEPS org.iterativemaps:dl4j-iterative-layers:0.1.0 org.slf4j:slf4j-simple:1.7.36
//DEPS org.nd4j:nd4j-native:1.0.0-M2.1 org.nd4j:nd4j-native:1.0.0-M2.1:${natives:linux-x86_64}
//DEPS org.bytedeco:openblas:0.3.19-1.5.7:${natives:linux-x86_64} org.bytedeco:javacpp:1.5.7:${natives:linux-x86_64}

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** On which of two intertwined spirals does a point lie? */
public class FirstMap {
  public static void main(String[] args) {
    DataSet data = new DataSet(Nd4j.zeros(400, 2), Nd4j.zeros(400, 2));
    for (int i = 0; i < 400; i++) {
      double turn = 0.5 + i / 66.0, angle = turn + i % 2 * Math.PI;
      data.getFeatures().putScalar(i, 0, turn * Math.cos(angle)).putScalar(i, 1, turn * Math.sin(angle));
      data.getLabels().putScalar(i, i % 2, 1);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder().seed(1)
        .updater(new Adam(0.01)).activation(Activation.TANH).list()
        .layer(new IterativeMapLayer.Builder().nOut(64).steps(4).density(0.5).build()) // one map, applied 4 times
        .layer(new OutputLayer.Builder().nOut(2).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.feedForward(2)).build());
    network.init();
    for (int epoch = 1; epoch <= 100; epoch++) {
      network.fit(data);
      if (epoch % 20 == 0) System.out.printf("epoch %3d: loss %.4f%n", epoch, network.score());
    }
    Evaluation evaluation = new Evaluation(2);
    evaluation.eval(data.getLabels(), network.output(data.getFeatures()));
    System.out.printf("%d parameters, accuracy %.3f%n", network.numParams(), evaluation.accuracy());
  }
}
