package org.iterativemaps.reservoir;

import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A dense layer of a network that is solved for: what it reads, and its weights. */
final class ReadoutLayer {
  private final Layer layer;
  private final String name;
  private final boolean isTimeLast; // NCW
  private final MultiLayerNetwork network; // one of the two is null
  private final ComputationGraph graph;
  private final int place; // in the network

  private ReadoutLayer(
      Layer layer, String name, MultiLayerNetwork network, ComputationGraph graph, int place) {
    this.layer = layer;
    this.name = name;
    this.network = network;
    this.graph = graph;
    this.place = place;
    var configuration = layer.conf().getLayer();
    boolean isDense =
        configuration instanceof FeedForwardLayer
            && layer instanceof BaseLayer
            && !(layer instanceof RecurrentLayer)
            && layer.paramTable().containsKey(DefaultParamInitializer.WEIGHT_KEY)
            && layer.getParam(DefaultParamInitializer.WEIGHT_KEY).rank() == 2;
    if (!isDense) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + configuration.getClass().getSimpleName()
              + ", expected a dense layer with W [nIn, nOut]: DenseLayer, OutputLayer or"
              + " RnnOutputLayer");
    }
    var activation = ((FeedForwardLayer) configuration).getActivationFn();
    if (!(activation instanceof ActivationIdentity)) {
      throw new IllegalArgumentException(
          name
              + ": found activation "
              + activation
              + ", expected IDENTITY, since a linear output is solved for; classes are targets of 0"
              + " and 1, and the largest output's");
    }
    this.isTimeLast =
        !(configuration instanceof RnnOutputLayer output)
            || output.getRnnDataFormat() != RNNFormat.NWC;
  }

  static ReadoutLayer of(MultiLayerNetwork network, int place) {
    Checks.notNull("network", network);
    if (place < 0 || place >= network.getnLayers()) {
      throw new IllegalArgumentException(
          "layer: found "
              + place
              + ", expected 0 to "
              + (network.getnLayers() - 1)
              + " in a network of "
              + network.getnLayers()
              + " layers");
    }
    return new ReadoutLayer(network.getLayer(place), "layer " + place, network, null, place);
  }

  static ReadoutLayer of(ComputationGraph graph, String name) {
    Checks.notNull("graph", graph);
    if (graph.getVertex(name) == null || !graph.getVertex(name).hasLayer()) {
      throw new IllegalArgumentException(
          "layer: found '" + name + "', expected the name of a layer of the graph");
    }
    return new ReadoutLayer(graph.getLayer(name), "layer '" + name + "'", null, graph, -1);
  }

  boolean hasBias() {
    return layer.paramTable().containsKey(DefaultParamInitializer.BIAS_KEY);
  }

  /** Overwrites W and b. */
  void write(LinearSums.Solution solution) {
    INDArray weights = layer.getParam(DefaultParamInitializer.WEIGHT_KEY);
    double[][] found = solution.weights();
    if (found.length != weights.size(0) || found[0].length != weights.size(1)) {
      throw new IllegalArgumentException(
          name
              + ": found "
              + found.length
              + " states and "
              + found[0].length
              + " targets, expected its nIn "
              + weights.size(0)
              + " and nOut "
              + weights.size(1));
    }
    weights.assign(Nd4j.createFromArray(found));
    if (hasBias()) {
      layer
          .getParam(DefaultParamInitializer.BIAS_KEY)
          .assign(Nd4j.createFromArray(solution.bias()).reshape(1, found[0].length));
    }
  }

  /**
   * Runs the layers before it and hands on what it would read.
   *
   * @param segment time steps at once; 0 for whole sequences
   */
  void run(DataSet data, int segment, Samples samples) {
    INDArray features = data.getFeatures();
    INDArray targets = data.getLabels();
    Checks.finite("features", Checks.notNull("features", features));
    Checks.finite("labels", Checks.notNull("labels", targets));
    INDArray ofFeatures = data.getFeaturesMaskArray();
    INDArray mask = data.getLabelsMaskArray() == null ? ofFeatures : data.getLabelsMaskArray();
    int time = features.rank() == 3 ? (int) features.size(isTimeLast ? 2 : 1) : 0;
    if (segment == 0 || segment >= time && time == 0) {
      samples.add(ncw(states(features, ofFeatures)), ncw(targets), sampleMask(mask, targets), true);
      return;
    }
    if (targets.rank() != 3 || targets.size(isTimeLast ? 2 : 1) != time) {
      throw new IllegalArgumentException(
          "labels: found shape "
              + java.util.Arrays.toString(targets.shape())
              + ", expected a target for each of the "
              + time
              + " time steps, since segments were asked for");
    }
    network.rnnClearPreviousState();
    for (int begin = 0; begin < time; begin += segment) {
      int end = Math.min(begin + segment, time);
      INDArray part = steps(features, begin, end);
      INDArray states = next(part, maskSteps(ofFeatures, begin, end));
      samples.add(
          ncw(states), ncw(steps(targets, begin, end)), maskSteps(mask, begin, end), begin == 0);
    }
  }

  /** Runs sequences on from the network's stored state. */
  void runOn(DataSet data, Samples samples) {
    Checks.finite("features", Checks.notNull("features", data.getFeatures()));
    INDArray targets = Checks.finite("labels", Checks.notNull("labels", data.getLabels()));
    INDArray ofFeatures = data.getFeaturesMaskArray();
    INDArray mask = data.getLabelsMaskArray() == null ? ofFeatures : data.getLabelsMaskArray();
    samples.add(ncw(next(data.getFeatures(), ofFeatures)), ncw(targets), mask, true);
  }

  /** Of a graph: whole sequences. */
  void run(MultiDataSet data, int labels, Samples samples) {
    if (labels < 0 || labels >= data.getLabels().length) {
      throw new IllegalArgumentException(
          "labels: found "
              + labels
              + ", expected 0 to "
              + (data.getLabels().length - 1)
              + ", a place among the data's labels");
    }
    for (INDArray features : data.getFeatures()) {
      Checks.finite("features", features);
    }
    INDArray targets = Checks.finite("labels", data.getLabels(labels));
    INDArray[] featureMasks = data.getFeaturesMaskArrays();
    graph.setLayerMaskArrays(featureMasks, null);
    List<String> inputs =
        graph.getConfiguration().getVertexInputs().get(layer.conf().getLayer().getLayerName());
    INDArray states;
    try {
      String source = inputs.get(0);
      int input = graph.getConfiguration().getNetworkInputs().indexOf(source);
      states =
          input >= 0
              ? data.getFeatures(input)
              : graph.feedForward(data.getFeatures(), false).get(source);
    } finally {
      graph.clearLayerMaskArrays();
    }
    INDArray mask = data.getLabelsMaskArrays() == null ? null : data.getLabelsMaskArray(labels);
    if (mask == null && featureMasks != null) {
      mask = featureMasks[0];
    }
    samples.add(ncw(states), ncw(targets), sampleMask(mask, targets), true);
  }

  /** A mask of time steps says nothing about targets without time. */
  private static INDArray sampleMask(INDArray mask, INDArray targets) {
    boolean isOfTime = mask != null && targets.rank() == 2 && mask.length() != targets.size(0);
    return isOfTime ? null : mask;
  }

  private INDArray ncw(INDArray sequences) {
    return isTimeLast || sequences.rank() < 3 ? sequences : sequences.permute(0, 2, 1).dup('f');
  }

  /** A copy: ND4J's views of views go wrong. */
  private INDArray steps(INDArray sequences, int begin, int end) {
    var interval = NDArrayIndex.interval(begin, end);
    INDArray view =
        isTimeLast
            ? sequences.get(NDArrayIndex.all(), NDArrayIndex.all(), interval)
            : sequences.get(NDArrayIndex.all(), interval, NDArrayIndex.all());
    return view.dup('f');
  }

  private static INDArray maskSteps(INDArray mask, int begin, int end) {
    return mask == null
        ? null
        : mask.get(NDArrayIndex.all(), NDArrayIndex.interval(begin, end)).dup('f');
  }

  /** What it reads in whole sequences. */
  private INDArray states(INDArray features, INDArray mask) {
    if (place == 0) {
      return before(0, features, features.size(0));
    }
    network.setLayerMaskArrays(mask, null);
    try {
      List<INDArray> all = network.feedForwardToLayer(place - 1, features, false);
      return before(place, all.get(all.size() - 1), features.size(0));
    } finally {
      network.clearLayerMaskArrays();
    }
  }

  /** What it reads in the next time steps, the layers' stored states going on. */
  private INDArray next(INDArray features, INDArray mask) {
    int batch = (int) features.size(0);
    INDArray values = features;
    network.setInputMiniBatchSize(batch);
    network.setLayerMaskArrays(mask, null);
    LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
    try {
      for (int i = 0; i < place; i++) {
        InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(i);
        values = before == null ? values : before.preProcess(values, batch, workspaces);
        Layer each = network.getLayer(i);
        values =
            each instanceof RecurrentLayer recurrent
                ? recurrent.rnnTimeStep(values, workspaces)
                : each.activate(values, false, workspaces);
      }
      return before(place, values, batch);
    } catch (UnsupportedOperationException e) {
      throw new IllegalArgumentException(
          "segment: found a layer before "
              + name
              + " that does not run from time step to time step, expected rnnTimeStep of all; use"
              + " segment(0)",
          e);
    } finally {
      network.clearLayerMaskArrays();
    }
  }

  /** Preprocessed for a layer, time being kept. */
  private INDArray before(int of, INDArray values, long batch) {
    InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(of);
    return before == null || before instanceof RnnToFeedForwardPreProcessor
        ? values
        : before.preProcess(values, (int) batch, LayerWorkspaceMgr.noWorkspaces());
  }
}
