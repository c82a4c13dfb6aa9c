package org.iterativemaps.shortcut;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.dynamics.SettledResponses;
import org.iterativemaps.dynamics.SettledResponses.Fate;
import org.iterativemaps.map.pattern.RandomSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A feed-forward network of two layers that gives at once what an iterated map settles to:
 *
 * <pre>    y  =  V A( U x + b ) + c  ~  the map's output at its fixed point for x</pre>
 *
 * It takes one pass for every input, however long the map would take to settle. Source: Muir,
 * "Feed-forward approximations to dynamic recurrent network architectures" (2017),
 * arXiv:1704.06645.
 */
public final class Shortcut {
  private final MultiLayerNetwork network;

  private Shortcut(MultiLayerNetwork network) {
    this.network = network;
  }

  /**
   * How one is trained: Adam, its learning rate falling to zero in a straight line.
   *
   * @param hidden units, at least 1
   * @param activation of the hidden units
   * @param epochs at least 1
   * @param batch samples in an update, at least 1
   * @param learningRate of the first update, above 0
   * @param mostLeftOut share of inputs that may not have settled, in [0, 1): they are left out
   * @param seed of the first weights and of the order of the samples
   */
  public record Training(
      int hidden,
      Activation activation,
      int epochs,
      int batch,
      double learningRate,
      double mostLeftOut,
      long seed) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Training {
      if (hidden < 1
          || activation == null
          || epochs < 1
          || batch < 1
          || !(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)
          || !(mostLeftOut >= 0 && mostLeftOut < 1)) {
        throw new IllegalArgumentException(
            "training: found hidden "
                + hidden
                + ", activation "
                + activation
                + ", epochs "
                + epochs
                + ", batch "
                + batch
                + ", learningRate "
                + learningRate
                + ", mostLeftOut "
                + mostLeftOut
                + "; expected at least 1, an activation, at least 1, at least 1, above 0 and finite,"
                + " in [0, 1)");
      }
    }

    /** ReLU, 100 epochs in batches of 64 from 0.01; every input has to have settled. */
    public static Training withHidden(int hidden) {
      return new Training(hidden, Activation.RELU, 100, 64, 0.01, 0, 0);
    }

    /** The same with other epochs. */
    public Training epochs(int count) {
      return new Training(hidden, activation, count, batch, learningRate, mostLeftOut, seed);
    }

    /** The same with another seed. */
    public Training seed(long other) {
      return new Training(hidden, activation, epochs, batch, learningRate, mostLeftOut, other);
    }

    /** The same where up to this share of the inputs may be left out. */
    public Training leavingOut(double mostShare) {
      return new Training(hidden, activation, epochs, batch, learningRate, mostShare, seed);
    }
  }

  /**
   * How near a shortcut comes.
   *
   * @param rmse root mean squared error of an output unit
   * @param largest largest error of any unit
   * @param deviation the rmse of who always answers the mean response: what an error is worth
   * @param sameWinner share of inputs whose largest output unit is the map's
   */
  public record Accuracy(double rmse, double largest, double deviation, double sameWinner) {}

  /**
   * Trains one.
   *
   * @param responses of the map to what it is to be trained on
   * @throws IllegalArgumentException if none settled, or more did not than may be left out
   * @throws ArithmeticException if training blows up
   */
  public static Shortcut train(SettledResponses responses, Training training) {
    int all = responses.samples().size();
    int settled = responses.count(Fate.SETTLED);
    if (settled == 0 || all - settled > training.mostLeftOut * all) {
      throw new IllegalArgumentException(
          "responses: found "
              + responses
              + "; expected at most a share of "
              + training.mostLeftOut
              + " that did not settle. They have no response that a network could learn: give more"
              + " steps, another map or other inputs, or leave them out (Training.leavingOut)");
    }
    INDArray inputs = responses.inputs();
    INDArray targets = responses.responses();
    Scale in = Scale.of(inputs);
    Scale out = Scale.of(targets);
    MultiLayerNetwork network = network(inputs.size(1), targets.size(1), settled, training);
    fit(network, in.scaled(inputs), out.scaled(targets), training);
    // The scales go into the weights: who uses the network need not know them.
    in.intoFirst(network);
    out.intoLast(network);
    if (!Double.isFinite(network.params().castTo(DataType.DOUBLE).sumNumber().doubleValue())) {
      throw new ArithmeticException(
          "training ended with weights that are not finite; take a smaller learning rate than "
              + training.learningRate);
    }
    return new Shortcut(network);
  }

  private static MultiLayerNetwork network(long nIn, long nOut, int samples, Training training) {
    int updates = training.epochs * (int) Math.ceil(samples / (double) training.batch);
    PolySchedule rate =
        new PolySchedule(ScheduleType.ITERATION, training.learningRate, 1, updates + 1);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(2 * training.seed + 1) // DL4J takes 0 for any seed
                .dataType(DataType.FLOAT)
                .updater(new Adam(rate))
                .list()
                .layer(
                    new DenseLayer.Builder()
                        .nIn(nIn)
                        .nOut(training.hidden)
                        .activation(training.activation)
                        .build())
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(training.hidden)
                        .nOut(nOut)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static void fit(
      MultiLayerNetwork network, INDArray inputs, INDArray targets, Training training) {
    float[][] x = inputs.toFloatMatrix();
    float[][] y = targets.toFloatMatrix();
    RandomSource random = RandomSource.of(training.seed, "shortcut");
    for (int epoch = 0; epoch < training.epochs; epoch++) {
      for (int i = x.length - 1; i > 0; i--) { // Fisher and Yates
        int other = (int) (random.nextDouble() * (i + 1));
        swap(x, i, other);
        swap(y, i, other);
      }
      for (int start = 0; start < x.length; start += training.batch) {
        int end = Math.min(x.length, start + training.batch);
        network.fit(
            Nd4j.createFromArray(Arrays.copyOfRange(x, start, end)),
            Nd4j.createFromArray(Arrays.copyOfRange(y, start, end)));
      }
    }
  }

  private static void swap(float[][] rows, int i, int j) {
    float[] moved = rows[i];
    rows[i] = rows[j];
    rows[j] = moved;
  }

  /** Two layers in DL4J's terms, to be saved, served and converted as any network. */
  public MultiLayerNetwork network() {
    return network;
  }

  /**
   * The answer at once.
   *
   * @param inputs [samples, nIn] of any floating type
   * @return [samples, nOut], FLOAT
   */
  public INDArray respond(INDArray inputs) {
    return network.output(inputs.castTo(DataType.FLOAT));
  }

  /**
   * Compares with what a map settled to; inputs that did not settle are left out.
   *
   * @param heldOut of inputs that it was not trained on
   * @throws IllegalStateException if none of them settled
   */
  public Accuracy test(SettledResponses heldOut) {
    INDArray expected = heldOut.responses();
    INDArray error = respond(heldOut.inputs()).castTo(DataType.DOUBLE).subi(expected);
    INDArray spread = expected.subRowVector(expected.mean(0));
    double[][] e = error.toDoubleMatrix();
    double[][] y = expected.toDoubleMatrix();
    double largest = 0;
    int same = 0;
    for (int i = 0; i < y.length; i++) {
      int expectedWinner = 0;
      int winner = 0;
      for (int j = 0; j < y[i].length; j++) {
        largest = Math.max(largest, Math.abs(e[i][j]));
        expectedWinner = y[i][j] > y[i][expectedWinner] ? j : expectedWinner;
        winner = y[i][j] + e[i][j] > y[i][winner] + e[i][winner] ? j : winner;
      }
      same += winner == expectedWinner ? 1 : 0;
    }
    return new Accuracy(rms(error), largest, rms(spread), same / (double) y.length);
  }

  private static double rms(INDArray array) {
    return array.norm2Number().doubleValue() / Math.sqrt(array.length());
  }

  /** Means and deviations of columns; a constant column is only shifted. */
  private record Scale(INDArray mean, INDArray deviation) {

    static Scale of(INDArray rows) {
      INDArray mean = rows.mean(true, 0);
      INDArray deviation =
          Transforms.sqrt(Transforms.pow(rows.subRowVector(mean), 2).mean(true, 0));
      for (long i = 0; i < deviation.length(); i++) {
        if (!(deviation.getDouble(i) > 1e-12)) {
          deviation.putScalar(i, 1);
        }
      }
      return new Scale(mean, deviation);
    }

    INDArray scaled(INDArray rows) {
      return rows.subRowVector(mean).diviRowVector(deviation).castTo(DataType.FLOAT);
    }

    /** U x + b of scaled x as of x itself. */
    void intoFirst(MultiLayerNetwork network) {
      INDArray weights = network.getParam("0_W"); // [nIn, nOut]
      weights.diviColumnVector(deviation.castTo(DataType.FLOAT).transpose());
      INDArray shift = mean.castTo(DataType.FLOAT).mmul(weights);
      network.getParam("0_b").subi(shift.reshape(network.getParam("0_b").shape()));
    }

    /** V a + c, from scaled outputs to outputs. */
    void intoLast(MultiLayerNetwork network) {
      INDArray factor = deviation.castTo(DataType.FLOAT);
      network.getParam("1_W").muliRowVector(factor);
      INDArray bias = network.getParam("1_b");
      bias.muli(factor.reshape(bias.shape()))
          .addi(mean.castTo(DataType.FLOAT).reshape(bias.shape()));
    }
  }
}
