package org.iterativemaps.examples;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.datasets.iterator.utilty.SingletonDataSetIterator;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.examples.notebook.Page;
import org.iterativemaps.examples.notebook.Progress;
import org.iterativemaps.examples.notebook.Spread;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;

/** What {@link RecallRace}, {@link CopyingRace} and {@link TrellisRace} have in common. */
final class Races {

  private Races() {}

  /**
   * What one kind of network did.
   *
   * @param name of it
   * @param counted what its race makes alike or compares: parameters, or weights of some layers
   * @param parameters of the whole network
   * @param scores [seed][measurement]
   * @param milliseconds of a core for an update, the median
   */
  record Trained(
      String name, long counted, long parameters, double[][] scores, double milliseconds) {

    /** One measurement, one number for each seed. */
    double[] at(int measurement) {
      return Spread.column(scores, measurement);
    }

    /** The last measurement, one number for each seed. */
    double[] last() {
      return at(scores[0].length - 1);
    }
  }

  /** What one seed of a kind came to. */
  record Taught(long counted, long parameters, double[] scores) {}

  /** Makes and teaches a network of a kind. */
  interface Teacher<K> {
    /** The same for the same seed; updates are timed. */
    Taught teach(K kind, long seed, CoreTime time);
  }

  /** Teaches all kinds, with every seed. */
  static <K> List<Trained> run(
      Page page, int seeds, List<K> kinds, Function<K, String> names, Teacher<K> teacher) {
    List<Trained> all = new ArrayList<>();
    try (Progress progress = page.progress("Train", (long) kinds.size() * seeds)) {
      for (K kind : kinds) {
        String name = names.apply(kind);
        CoreTime time = new CoreTime();
        List<Taught> taught = new ArrayList<>();
        for (int s = 0; s < seeds; s++) {
          Taught one = teacher.teach(kind, page.seed() + s, time);
          taught.add(one);
          progress.note(name + ": " + words(one.scores));
          progress.step();
        }
        double[][] scores = taught.stream().map(Taught::scores).toArray(double[][]::new);
        Taught any = taught.get(0);
        all.add(new Trained(name, any.counted, any.parameters, scores, time.median()));
      }
    }
    return all;
  }

  private static String words(double[] scores) {
    return Arrays.stream(scores)
        .mapToObj(score -> String.format(Locale.ROOT, "%.3f", score))
        .collect(Collectors.joining(", "));
  }

  /** Adam; the gradient of a layer is no longer than 1. */
  static NeuralNetConfiguration.Builder adam(double rate, long seed) {
    return new NeuralNetConfiguration.Builder()
        .seed(seed)
        .updater(new Adam(rate))
        .gradientNormalization(GradientNormalization.ClipL2PerLayer)
        .gradientNormalizationThreshold(1);
  }

  /** One update, timed. */
  static void update(MultiLayerNetwork network, DataSet batch, CoreTime time) {
    time.start();
    network.fit(batch);
    time.stop();
  }

  /** Share of right answers. */
  static double accuracy(MultiLayerNetwork network, DataSet test) {
    return network.evaluate(new SingletonDataSetIterator(test)).accuracy();
  }
}
