package org.iterativemaps.examples.golden;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.iterativemaps.map.BlockMap;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A way from a golden model to a network: which layers, kernel or converter builds and runs it.
 *
 * <p>Networks take and give arrays in DOUBLE and in the golden files' layout, whatever they compute
 * in: inputs [batch, feature], sequences [batch, time, feature], weights [target, source].
 */
interface Implementation {

  /** What {@code --via} is given. */
  String name();

  /** What its networks compute in. */
  DataType dataType();

  /** The largest allowed |expected - found| / (1 + |expected|). */
  double tolerance();

  /** The kinds of golden files it does not apply to, with the reason. */
  Map<String, String> doesNotApplyTo();

  /** The kernel that all its maps have to run on; empty for whichever is the best. */
  default Optional<RequiredKernel> kernel() {
    return Optional.empty();
  }

  /** K steps on one input from a state of zeros, then a slot is read. */
  MapNetwork oneInput(GoldenModel model, String output, int steps);

  /**
   * The steps of the map until every sample of a batch moves by at most a tolerance; empty if
   * nothing settles this way.
   */
  default OptionalInt stepsToSettle(
      GoldenModel model, String output, INDArray input, double tolerance) {
    return OptionalInt.empty();
  }

  /** K steps for every token of a sequence, a slot is read after each token. */
  SequenceNetwork sequences(GoldenModel model, String output, int steps);

  /**
   * The same on a map that says more than the model, which has its weights and biases alone: gates,
   * say, and products of slots.
   */
  SequenceNetwork sequences(GoldenModel model, BlockMap map, int steps);

  /**
   * As {@link #oneInput}, trained on the mean of (output - target)^2 over batch and features.
   *
   * @param biasUpdater the same updater, or one that leaves the biases as they are
   */
  TrainableNetwork trainable(
      GoldenModel model, String output, int steps, IUpdater updater, IUpdater biasUpdater);
}
