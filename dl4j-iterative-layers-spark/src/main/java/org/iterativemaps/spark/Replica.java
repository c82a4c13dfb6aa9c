package org.iterativemaps.spark;

import java.util.Collection;
import java.util.regex.Pattern;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** What averaging needs of DL4J's two kinds of networks. */
abstract class Replica {
  // DL4J writes them into the configuration: they change with every step, but nothing is built
  // from them.
  private static final Pattern COUNTERS =
      Pattern.compile("\"(iterationCount|epochCount)\" : [0-9]+");

  /**
   * Around a network.
   *
   * @throws IllegalArgumentException if it is neither kind of network, or null
   * @throws IllegalStateException if it has not been initialised
   */
  static Replica of(Model network) {
    if (network instanceof MultiLayerNetwork layers) {
      checkInitialised(layers.isInitCalled());
      return new OfLayers(layers);
    }
    if (network instanceof ComputationGraph graph) {
      checkInitialised(graph.getLayers() != null);
      return new OfGraph(graph);
    }
    throw new IllegalArgumentException(
        "network: found "
            + (network == null ? "null" : network.getClass().getName())
            + ", expected a MultiLayerNetwork or a ComputationGraph");
  }

  private static void checkInitialised(boolean isInitialised) {
    if (!isInitialised) {
      throw new IllegalStateException(
          "network: found one that is not initialised, expected parameters to start from; call"
              + " init() first");
    }
  }

  /** Another one of a configuration, which is that of a graph or not. */
  static Replica ofJson(String json, boolean isGraph) {
    if (isGraph) {
      ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
      graph.init();
      return new OfGraph(graph);
    }
    MultiLayerNetwork layers = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
    layers.init();
    return new OfLayers(layers);
  }

  abstract Model network();

  abstract boolean isGraph();

  /** The configuration, masks included, with both counters at 0. */
  final String json() {
    return COUNTERS.matcher(jsonWithCounts()).replaceAll("\"$1\" : 0");
  }

  abstract String jsonWithCounts();

  /** How many arrays of features a batch has. */
  abstract int inputs();

  /** How many arrays of labels a batch has. */
  abstract int outputs();

  final INDArray parameters() {
    return network().params();
  }

  /** The updater's state as it is used; null if it keeps none. */
  abstract INDArray updaterState();

  abstract int iteration();

  abstract int epoch();

  abstract void setCounts(int iteration, int epoch);

  abstract void setScore(double score);

  abstract Collection<TrainingListener> listeners();

  /** Input, labels and time masks of a batch, as after a step on it. */
  abstract void show(MultiDataSet batch);

  /** Forgets what {@link #show} has shown. */
  final void hide() {
    network().clear();
  }

  /** One step, with truncated BPTT one for each segment. */
  abstract void fit(MultiDataSet batch);

  private static final class OfLayers extends Replica {
    private final MultiLayerNetwork network;

    OfLayers(MultiLayerNetwork network) {
      this.network = network;
    }

    @Override
    Model network() {
      return network;
    }

    @Override
    boolean isGraph() {
      return false;
    }

    @Override
    String jsonWithCounts() {
      return network.getLayerWiseConfigurations().toJson();
    }

    @Override
    int inputs() {
      return 1;
    }

    @Override
    int outputs() {
      return 1;
    }

    @Override
    INDArray updaterState() {
      return network.getUpdater().getStateViewArray();
    }

    @Override
    int iteration() {
      return network.getIterationCount();
    }

    @Override
    int epoch() {
      return network.getEpochCount();
    }

    @Override
    void setCounts(int iteration, int epoch) {
      network.setIterationCount(iteration);
      network.setEpochCount(epoch);
    }

    @Override
    void setScore(double score) {
      network.setScore(score);
    }

    @Override
    Collection<TrainingListener> listeners() {
      return network.getListeners();
    }

    @Override
    void show(MultiDataSet batch) {
      network.setInput(batch.getFeatures(0));
      network.setLabels(batch.getLabels(0));
      network.setLayerMaskArrays(
          mask(batch.getFeaturesMaskArrays()), mask(batch.getLabelsMaskArrays()));
    }

    /** Not {@code fit(MultiDataSet)}, which drops masks of labels where features have none. */
    @Override
    void fit(MultiDataSet batch) {
      network.fit(
          batch.getFeatures(0),
          batch.getLabels(0),
          mask(batch.getFeaturesMaskArrays()),
          mask(batch.getLabelsMaskArrays()));
    }

    private static INDArray mask(INDArray[] masks) {
      return masks == null ? null : masks[0];
    }
  }

  private static final class OfGraph extends Replica {
    private final ComputationGraph network;

    OfGraph(ComputationGraph network) {
      this.network = network;
    }

    @Override
    Model network() {
      return network;
    }

    @Override
    boolean isGraph() {
      return true;
    }

    @Override
    String jsonWithCounts() {
      return network.getConfiguration().toJson();
    }

    @Override
    int inputs() {
      return network.getNumInputArrays();
    }

    @Override
    int outputs() {
      return network.getNumOutputArrays();
    }

    @Override
    INDArray updaterState() {
      return network.getUpdater().getStateViewArray();
    }

    @Override
    int iteration() {
      return network.getConfiguration().getIterationCount();
    }

    @Override
    int epoch() {
      return network.getConfiguration().getEpochCount();
    }

    @Override
    void setCounts(int iteration, int epoch) {
      network.getConfiguration().setIterationCount(iteration);
      network.getConfiguration().setEpochCount(epoch);
    }

    @Override
    void setScore(double score) {
      network.setScore(score);
    }

    @Override
    Collection<TrainingListener> listeners() {
      return network.getListeners();
    }

    @Override
    void show(MultiDataSet batch) {
      network.setInputs(batch.getFeatures());
      network.setLabels(batch.getLabels());
      if (batch.hasMaskArrays()) {
        network.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
      }
    }

    @Override
    void fit(MultiDataSet batch) {
      network.fit(batch);
    }
  }
}
