package org.iterativemaps.reservoir;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Ridge regression of targets on the states that a layer reads: the W and b of least
 *
 * <pre>    sum over samples |W s + b - y|²  +  λ |W|²</pre>
 *
 * <p>b is not penalised (nor is it in reservoirpy, nor in scikit-learn). Sums of s, y, s sᵀ and y
 * sᵀ are accumulated in DOUBLE, over blocks of time steps, whatever the network's type is, and
 * solved by Cholesky's decomposition; the memory is that of (states)² numbers and of one segment or
 * sequence.
 *
 * <p>Samples are the time steps of sequences [batch, size, time] that masks leave, the labels' mask
 * or else the features', but for the first ones of the warm-up; or the rows of [batch, size]. The
 * layer needs identity as activation, since the solution is that of a linear output.
 */
public final class RidgeReadout {
  private final double lambda;
  private final int warmup;
  private final int segment;

  RidgeReadout(double lambda, int warmup, int segment) {
    this.lambda = Checks.notNegative("ridge", lambda);
    this.warmup = Checks.atLeast(0, "warmup", warmup);
    this.segment = Checks.atLeast(0, "segment", segment);
  }

  /**
   * Leaves out the first time steps of every sequence, in which the state still remembers its
   * start.
   *
   * @param timeSteps at least 0; those that a mask hides do not count
   */
  public RidgeReadout warmup(int timeSteps) {
    return new RidgeReadout(lambda, timeSteps, segment);
  }

  /**
   * Runs so many time steps at once and hands the state on, for sequences whose states are too many
   * to hold; layers have to run from time step to time step ({@code rnnTimeStep}). Afterwards the
   * network's stored state is that after the last sequences.
   *
   * @param timeSteps at least 1, or 0 for whole sequences
   */
  public RidgeReadout segment(int timeSteps) {
    return new RidgeReadout(lambda, warmup, timeSteps);
  }

  /** λ. */
  public double lambda() {
    return lambda;
  }

  /**
   * Solves for the last layer.
   *
   * @param network its weights W and b, if it has one, are overwritten
   * @param data features and labels
   * @throws IllegalArgumentException if the layer is no linear one, data do not fit or are not
   *     finite, no sample is left, or λ is 0 and the states are linearly dependent
   */
  public void fit(MultiLayerNetwork network, DataSet data) {
    fit(network, last(network), List.of(data));
  }

  /** As {@link #fit(MultiLayerNetwork, DataSet)}, on all that an iterator has. */
  public void fit(MultiLayerNetwork network, DataSetIterator data) {
    fit(network, last(network), data);
  }

  private static int last(MultiLayerNetwork network) {
    return Checks.notNull("network", network).getnLayers() - 1;
  }

  /** As {@link #fit(MultiLayerNetwork, DataSet)}, of any dense layer, by its place. */
  public void fit(MultiLayerNetwork network, int layer, DataSetIterator data) {
    if (data.resetSupported()) {
      data.reset();
    }
    fit(network, layer, () -> data);
  }

  private void fit(MultiLayerNetwork network, int layer, Iterable<DataSet> data) {
    ReadoutLayer readout = ReadoutLayer.of(network, layer);
    LinearSums sums = new LinearSums(readout.hasBias());
    Samples samples = new Samples(warmup, sums);
    for (DataSet part : data) {
      readout.run(part, segment, samples);
    }
    samples.end();
    readout.write(sums.solve(lambda));
  }

  /**
   * Solves for a layer of a graph that reads one vertex.
   *
   * @param graph the layer's W and b are overwritten
   * @param layer its name
   * @param labels which of the data's labels are its targets, from 0
   * @param data features and labels, each with whole sequences
   * @throws IllegalArgumentException as {@link #fit(MultiLayerNetwork, DataSet)}, or if segments
   *     were asked for
   */
  public void fit(ComputationGraph graph, String layer, int labels, List<MultiDataSet> data) {
    if (segment > 0) {
      throw new IllegalArgumentException(
          "segment: found "
              + segment
              + ", expected 0 of a ComputationGraph, which runs whole sequences; cut the data");
    }
    ReadoutLayer readout = ReadoutLayer.of(graph, layer);
    LinearSums sums = new LinearSums(readout.hasBias());
    Samples samples = new Samples(warmup, sums);
    for (MultiDataSet part : data) {
      readout.run(part, labels, samples);
    }
    samples.end();
    readout.write(sums.solve(lambda));
  }
}
