package org.iterativemaps.reservoir;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * A read-out learnt sample by sample, {@link Readout#rls}: with x = (s, 1) and P the inverse of the
 * weighted sum of x xᵀ and the penalty,
 *
 * <pre>
 *   k = P x / (f + xᵀ P x)
 *   W &lt;- W + (y - W x) kᵀ
 *   P &lt;- (P - k xᵀ P) / f
 * </pre>
 *
 * <p>It learns on from call to call: {@link #fit} with the next time steps is learning while they
 * come in. All in DOUBLE, (states + 1)² operations and numbers per sample. One object belongs to
 * one network; not thread-safe. Source: Haykin, "Adaptive Filter Theory" (4th edition, 2002),
 * chapter 9; for echo states Jaeger, "Adaptive nonlinear system identification with echo state
 * networks" (2003).
 */
public final class RlsReadout {
  private final double forgetting;
  private final double initial;
  private final int warmup;
  private double[][] inverse; // P; null before the first sample
  private double[][] weights; // [outputs][states + 1]
  private MultiLayerNetwork network; // that it learns for
  private boolean hasBias;

  RlsReadout(double forgetting, double initial, int warmup) {
    if (!(forgetting > 0 && forgetting <= 1)) {
      throw new IllegalArgumentException(
          "forgetting: found " + forgetting + ", expected a number in (0, 1]; 1 forgets nothing");
    }
    this.forgetting = forgetting;
    this.initial = Checks.aboveZero("initial", initial);
    this.warmup = Checks.atLeast(0, "warmup", warmup);
  }

  /**
   * Another one, that leaves out the first time steps of every sequence of a call.
   *
   * @param timeSteps at least 0; those that a mask hides do not count
   */
  public RlsReadout warmup(int timeSteps) {
    return new RlsReadout(forgetting, initial, timeSteps);
  }

  /**
   * Learns from sequences in the order of time, one sequence after the other, and writes the
   * weights into the last layer, which needs identity as activation.
   *
   * @param learner the network; always the same one
   * @param data features and labels; states start at zeros, and samples are those of {@link
   *     RidgeReadout}
   * @throws IllegalArgumentException if it is another network, the layer is no linear one, data do
   *     not fit or are not finite, or no sample is left
   * @throws ArithmeticException if what it remembers is lost to rounding
   */
  public void fit(MultiLayerNetwork learner, DataSet data) {
    learn(learner, data, false);
  }

  /**
   * As {@link #fit}, the network's stored state going on from the last call: for time steps that
   * come in one by one. The first ones of the warm-up are left out in every call.
   */
  public void fitNext(MultiLayerNetwork learner, DataSet data) {
    learn(learner, data, true);
  }

  private void learn(MultiLayerNetwork learner, DataSet data, boolean goesOn) {
    Checks.notNull("network", learner);
    if (network != null && network != learner) {
      throw new IllegalArgumentException(
          "network: found another one than before, expected the one that this has learnt for; make"
              + " one Readout.rls(…) for each");
    }
    ReadoutLayer readout = ReadoutLayer.of(learner, learner.getnLayers() - 1);
    hasBias = readout.hasBias();
    Samples samples = new Samples(warmup, this::learnBlock);
    if (goesOn) {
      readout.runOn(data, samples);
    } else {
      readout.run(data, 0, samples);
    }
    samples.end();
    network = learner;
    readout.write(solution());
  }

  private void learnBlock(INDArray states, INDArray targets) {
    double[][] s = states.toDoubleMatrix();
    double[][] y = targets.toDoubleMatrix();
    int size = s.length + (hasBias ? 1 : 0);
    if (inverse == null) {
      inverse = new double[size][size];
      for (int i = 0; i < size; i++) {
        inverse[i][i] = 1 / initial;
      }
      weights = new double[y.length][size];
    }
    double[] x = new double[size];
    double[] target = new double[y.length];
    for (int sample = 0; sample < s[0].length; sample++) {
      for (int i = 0; i < size; i++) {
        x[i] = i < s.length ? s[i][sample] : 1;
      }
      for (int output = 0; output < y.length; output++) {
        target[output] = y[output][sample];
      }
      learn(x, target);
    }
  }

  private void learn(double[] x, double[] target) {
    int size = x.length;
    double[] px = new double[size];
    double along = forgetting;
    for (int i = 0; i < size; i++) {
      px[i] = dot(inverse[i], x);
      along += px[i] * x[i];
    }
    if (!(along > 0 && along < Double.POSITIVE_INFINITY)) {
      throw new ArithmeticException(
          "rls: found xᵀ P x + forgetting = "
              + along
              + ", expected a number above 0: with forgetting "
              + forgetting
              + " what states have not shown for long grows without bound; use a value nearer 1, or"
              + " a larger initial");
    }
    for (int output = 0; output < target.length; output++) {
      double factor = (target[output] - dot(weights[output], x)) / along;
      for (int i = 0; i < size; i++) {
        weights[output][i] += factor * px[i];
      }
    }
    for (int i = 0; i < size; i++) {
      double factor = px[i] / along;
      for (int j = i; j < size; j++) { // symmetric in every rounding
        inverse[i][j] = (inverse[i][j] - factor * px[j]) / forgetting;
        inverse[j][i] = inverse[i][j];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private LinearSums.Solution solution() {
    int states = weights[0].length - (hasBias ? 1 : 0);
    double[][] byState = new double[states][weights.length];
    double[] bias = new double[weights.length];
    for (int output = 0; output < weights.length; output++) {
      for (int i = 0; i < states; i++) {
        byState[i][output] = weights[output][i];
      }
      bias[output] = hasBias ? weights[output][states] : 0;
    }
    return new LinearSums.Solution(byState, bias);
  }
}
