package org.iterativemaps.reservoir;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * An echo-state network: a reservoir, or several, and a linear read-out solved for by ridge
 * regression.
 *
 * <pre>{@code
 * ForecastTask task = ForecastTask.of(series, 1, 0.2);
 * Reservoir reservoir = Reservoir.of(100).spectralRadius(1.25).leakRate(0.3);
 * EchoStateNetwork network = new EchoStateNetwork(Readout.ridge(1e-5), reservoir);
 * network.fit(task.trainInputs(), task.trainTargets(), 100);
 * double error = Scores.rmse(network.run(task.testInputs()), task.testTargets());
 * }</pre>
 *
 * <p>Sequences are [batch, size, time], as DL4J has them. Sizes follow from the data when it is
 * fitted first. {@link #network} is an ordinary DL4J network: a layer of fixed weights and an
 * {@code RnnOutputLayer}. Of several reservoirs each reads the one before it, and the read-out all
 * of them ({@link Reservoir#stack}).
 *
 * <p>The state goes on from call to call: {@link #run} begins where {@code fit} ended, if that had
 * one sequence, or the last {@code run}; {@link #reset} goes back to zeros. Not thread-safe.
 */
public final class EchoStateNetwork {
  /** Time steps whose states are there at once. */
  private static final int SEGMENT = 2048;

  private final RidgeReadout readout;
  private final List<Reservoir> reservoirs;
  private MultiLayerNetwork network; // null before fit
  private long batch; // of the stored state; 0 for zeros of any batch

  /**
   * Sizes of inputs and targets stay open.
   *
   * @param readout how weights of the read-out are found; its warm-up and segments are not used
   * @param reservoirs one or more, from the input on
   */
  public EchoStateNetwork(RidgeReadout readout, Reservoir... reservoirs) {
    this.readout = Checks.notNull("readout", readout);
    if (reservoirs.length == 0) {
      throw new IllegalArgumentException("reservoirs: found none, expected one or more");
    }
    for (Reservoir reservoir : reservoirs) {
      Checks.notNull("reservoirs", reservoir);
    }
    this.reservoirs = List.of(reservoirs);
  }

  /**
   * Runs the reservoir over sequences, from zeros, and solves for the read-out.
   *
   * @param inputs [batch, nIn, time]
   * @param targets [batch, nOut, time]
   * @param warmup time steps at the beginning of every sequence that do not count, at least 0
   * @return this
   * @throws IllegalArgumentException if shapes do not fit each other or the sequences fitted first,
   *     numbers are not finite, or no time step is left
   */
  public EchoStateNetwork fit(INDArray inputs, INDArray targets, int warmup) {
    Checks.sequences("inputs", inputs);
    Checks.sequences("targets", targets);
    if (inputs.size(0) != targets.size(0) || inputs.size(2) != targets.size(2)) {
      throw new IllegalArgumentException(
          "targets: found shape "
              + Arrays.toString(targets.shape())
              + ", expected as many sequences and time steps as the inputs have: "
              + Arrays.toString(inputs.shape()));
    }
    Checks.atLeast(0, "warmup", warmup);
    if (warmup >= inputs.size(2)) {
      throw new IllegalArgumentException(
          "warmup: found "
              + warmup
              + " of sequences of "
              + inputs.size(2)
              + " time steps, expected fewer");
    }
    Checks.finite("inputs", inputs);
    Checks.finite("targets", targets);
    if (network == null) {
      network = build(inputs.size(1), targets.size(1), inputs.dataType());
    }
    fits("inputs", inputs, network.layerInputSize(0));
    fits("targets", targets, network.layerSize(1));
    readout.warmup(warmup).segment(SEGMENT).fit(network, new DataSet(inputs, targets));
    batch = inputs.size(0);
    if (batch > 1) {
      reset();
    }
    return this;
  }

  private static void fits(String name, INDArray sequences, long size) {
    if (sequences.size(1) != size) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + sequences.size(1)
              + " features, expected "
              + size
              + ", as when it was fitted first; shapes are [batch, size, time]");
    }
  }

  private MultiLayerNetwork build(long nIn, long nOut, DataType type) {
    var map = Reservoir.stack(Math.toIntExact(nIn), reservoirs);
    MultiLayerNetwork built =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type.isFPType() ? type : Nd4j.defaultFloatingPointType())
                .list()
                .layer(new IterativeMapRecurrentLayer.Builder().map(map).build())
                .layer(
                    new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(map.output().size())
                        .nOut(nOut)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    built.init();
    return built;
  }

  /**
   * Answers of the read-out, the state going on.
   *
   * @param inputs [batch, nIn, time]
   * @return [batch, nOut, time]
   * @throws IllegalArgumentException if shapes do not fit, or numbers are not finite
   * @throws IllegalStateException if nothing was fitted
   */
  public INDArray run(INDArray inputs) {
    Checks.sequences("inputs", inputs);
    fits("inputs", inputs, network().layerInputSize(0));
    Checks.finite("inputs", inputs);
    if (batch != 0 && batch != inputs.size(0)) {
      throw new IllegalArgumentException(
          "inputs: found "
              + inputs.size(0)
              + " sequences, expected the "
              + batch
              + " whose state goes on; reset() begins at zeros");
    }
    batch = inputs.size(0);
    long time = inputs.size(2);
    INDArray outputs =
        Nd4j.createUninitialized(
            network.getOutputLayer().getParam("W").dataType(),
            new long[] {batch, network.layerSize(1), time},
            'f');
    for (long begin = 0; begin < time; begin += SEGMENT) {
      var part = NDArrayIndex.interval(begin, Math.min(begin + SEGMENT, time));
      INDArray next = inputs.get(NDArrayIndex.all(), NDArrayIndex.all(), part);
      outputs.get(NDArrayIndex.all(), NDArrayIndex.all(), part).assign(network.rnnTimeStep(next));
    }
    return outputs;
  }

  /**
   * Lets it go on by itself: every answer is the next input.
   *
   * @param timeSteps how many, at least 1
   * @param first the input of the first time step, [batch, nIn, 1]
   * @return [batch, nOut, timeSteps]
   * @throws IllegalArgumentException if nOut is not nIn, or as {@link #run}
   * @throws IllegalStateException if nothing was fitted
   */
  public INDArray generate(INDArray first, int timeSteps) {
    Checks.sequences("first", first);
    Checks.atLeast(1, "timeSteps", timeSteps);
    if (network().layerSize(1) != network.layerInputSize(0) || first.size(2) != 1) {
      throw new IllegalArgumentException(
          "first: found shape "
              + Arrays.toString(first.shape())
              + " and "
              + network.layerSize(1)
              + " outputs, expected [batch, nIn, 1] and as many outputs as inputs, "
              + network.layerInputSize(0));
    }
    INDArray all =
        Nd4j.createUninitialized(
            first.dataType(), new long[] {first.size(0), first.size(1), timeSteps}, 'f');
    INDArray input = first;
    for (int t = 0; t < timeSteps; t++) {
      input = run(input);
      all.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(t, t + 1))
          .assign(input);
    }
    return all;
  }

  /** Sets the state to zeros; the read-out stays. */
  public void reset() {
    network().rnnClearPreviousState();
    batch = 0;
  }

  /**
   * The network itself, to save, to convert, to go on training.
   *
   * @throws IllegalStateException if nothing was fitted
   */
  public MultiLayerNetwork network() {
    if (network == null) {
      throw new IllegalStateException(
          "network: found none, expected fit(inputs, targets, warmup) first, which says the sizes");
    }
    return network;
  }
}
