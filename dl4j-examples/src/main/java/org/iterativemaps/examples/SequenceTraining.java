package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.SequenceTask.Contender;
import org.iterativemaps.examples.SequenceTask.Split;
import org.iterativemaps.examples.SparseRecurrentMap.Learned;
import org.iterativemaps.examples.data.Sequences;
import org.iterativemaps.examples.notebook.Progress;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Trains the networks of {@link SparseRecurrentMap}, several seeds each, and keeps the time. */
final class SequenceTraining {
  private SequenceTraining() {}

  // region network
  static MultiLayerConfiguration network(SequenceTask task, Contender contender, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(contender.rate()))
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(1)
        .list()
        .layer(new LastTimeStep(contender.recurrent().layer(task, seed)))
        .layer(
            new OutputLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .nOut(1)
                .build())
        .setInputType(InputType.recurrent(task.features(), task.length()))
        .build();
  }

  // endregion

  /** Trains all, the seeds in turn, so that a machine that slows down slows all of them down. */
  static List<Learned> train(
      SequenceTask task, List<Contender> contenders, long seed, int seeds, Progress progress) {
    List<Learned> learned = new ArrayList<>();
    for (Contender contender : contenders) {
      learned.add(
          new Learned(
              contender.name(),
              new MultiLayerNetwork[seeds],
              new double[seeds][task.epochs()],
              new double[seeds][task.epochs()]));
    }
    for (int s = 0; s < seeds; s++) {
      Split data = task.data().of(seed + s);
      for (int c = 0; c < learned.size(); c++) {
        MultiLayerConfiguration conf = network(task, contenders.get(c), seed + s);
        train(task, conf, data, seed + s, learned.get(c), s, progress);
      }
    }
    return learned;
  }

  private static void train(
      SequenceTask task,
      MultiLayerConfiguration conf,
      Split data,
      long seed,
      Learned learned,
      int s,
      Progress progress) {
    MultiLayerNetwork network = new MultiLayerNetwork(conf);
    network.init();
    learned.networks()[s] = network;
    var batches = data.train().iterator(task.batch(), seed);
    for (int epoch = 0; epoch < task.epochs(); epoch++) {
      long start = System.nanoTime();
      network.fit(batches);
      learned.seconds()[s][epoch] = (System.nanoTime() - start) / 1e9;
      learned.errors()[s][epoch] = error(predictions(network, data.test()), data.test());
      progress.note(
          String.format(Locale.ROOT, "%s: error %.4f", learned.name(), learned.errors()[s][epoch]));
      progress.step();
      System.gc(); // ND4J gives native memory back only then: else gigabytes of it pile up
    }
  }

  /** What a network answers, in the order of the sequences. */
  static double[] predictions(MultiLayerNetwork network, Sequences sequences) {
    INDArray features = Nd4j.create(sequences.features());
    return network.output(features).reshape(sequences.count()).toDoubleVector();
  }

  /** Mean squared error. */
  static double error(double[] predictions, Sequences sequences) {
    double sum = 0;
    for (int i = 0; i < predictions.length; i++) {
      double difference = predictions[i] - sequences.targets()[i][0];
      sum += difference * difference;
    }
    return sum / predictions.length;
  }
}
