package org.iterativemaps.examples;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.iterativemaps.examples.data.AddingProblem;
import org.iterativemaps.examples.data.MackeyGlass;
import org.iterativemaps.examples.data.Sequences;

/**
 * Sequences to learn from, and how: each ends in one target number.
 *
 * @param name of the task
 * @param length time steps per sequence
 * @param features numbers per time step
 * @param batch sequences per batch
 * @param epochs how long to train
 * @param target the mean squared error whose time of arrival is measured
 * @param sizes of the networks
 * @param data what to learn from, by seed
 */
record SequenceTask(
    String name,
    int length,
    int features,
    int batch,
    int epochs,
    double target,
    Sizes sizes,
    Source data) {

  /** Sequences to train and to test with. */
  record Split(Sequences train, Sequences test) {}

  /** The data of one seed. */
  interface Source {
    Split of(long seed);
  }

  /** A recurrent layer for a task; the seed is for what is random in it, such as its mask. */
  interface Recurrent {
    Layer layer(SequenceTask task, long seed);
  }

  /**
   * A network that takes part.
   *
   * @param name of the network
   * @param rate its learning rate
   * @param recurrent its layer
   */
  record Contender(String name, double rate, Recurrent recurrent) {}

  /**
   * Units of three networks that have the same number of parameters, read-out included.
   *
   * @param lstm units of the LSTM: decides how many parameters there are
   * @param simpleRnn units of the SimpleRnn, as near to that as whole units allow
   * @param map units of the sparse map, as wanted
   * @param mapEntries weights from h to h that leave the map with exactly that many parameters
   */
  record Sizes(int lstm, int simpleRnn, int map, long mapEntries) {
    static Sizes of(int features, int lstm, int map) {
      long parameters = 4L * lstm * (features + lstm + 1) + lstm + 1;
      double root = Math.sqrt((features + 2) * (features + 2) / 4.0 + parameters - 1);
      int simpleRnn = (int) Math.round(root - (features + 2) / 2.0);
      return new Sizes(lstm, simpleRnn, map, parameters - (features + 2L) * map - 1);
    }
  }

  static SequenceTask adding(boolean quick) {
    int length = quick ? 10 : 40;
    int trained = quick ? 1000 : 2000;
    int tested = 500;
    return new SequenceTask(
        "The adding problem",
        length,
        2,
        quick ? 50 : 100,
        quick ? 10 : 25,
        0.02,
        quick ? Sizes.of(2, 16, 100) : Sizes.of(2, 26, 160),
        seed -> {
          Sequences all = AddingProblem.make(trained + tested, length, seed);
          return new Split(all.range(0, trained), all.range(trained, trained + tested));
        });
  }

  static SequenceTask mackeyGlass(boolean quick) {
    int length = quick ? 12 : 24;
    int ahead = quick ? 6 : 12;
    int trained = quick ? 1000 : 2000;
    int tested = 500;
    return new SequenceTask(
        "Mackey-Glass, " + ahead + " steps ahead",
        length,
        1,
        50,
        quick ? 8 : 20,
        quick ? 0.005 : 0.001,
        Sizes.of(1, 28, 160),
        seed -> {
          int apart = length + ahead; // no test window may overlap one to train with
          double[] series = MackeyGlass.series(trained + tested + 2 * apart, seed);
          Sequences all = MackeyGlass.windows(series, length, ahead);
          int count = all.count();
          return new Split(all.range(0, trained), all.range(count - tested, count));
        });
  }
}
