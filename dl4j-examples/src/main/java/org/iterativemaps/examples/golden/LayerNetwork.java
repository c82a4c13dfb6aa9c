package org.iterativemaps.examples.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A {@link MultiLayerNetwork} whose layer 0 is a map layer. */
class LayerNetwork implements MapNetwork {
  private static final String LAYER = "0_";

  final MultiLayerNetwork network;
  final DataType dataType;
  private final GoldenModel model;
  private final RealizedMap realizedMap;

  /** The network as it is; its weights are the model's already, or {@link #filled} puts them in. */
  LayerNetwork(MultiLayerNetwork network, BlockMap map, DataType dataType, GoldenModel model) {
    this.realizedMap = map.realize();
    this.network = network;
    this.dataType = dataType;
    this.model = model;
  }

  /** Writes the model's weights and biases into a network. */
  static <T extends LayerNetwork> T filled(T network) {
    network.fill();
    return network;
  }

  final void fill() {
    for (RealizedBlock realized : blocks()) {
      if (realized.block().isTrainable()) {
        Connection block = model.blocks().get(key(realized));
        setParam(weightKey(realized), GoldenMaps.entries(block.weight(), realized.mask()));
      }
    }
    for (State state : model.states()) {
      if (state.bias() != null) {
        setParam(biasKey(state.name()), state.bias().toDoubleVector());
      }
    }
  }

  @Override
  public INDArray output(INDArray input) {
    return fromNetwork(network.output(toNetwork(input)));
  }

  @Override
  public Gradients gradients(INDArray input, INDArray outputGradient) {
    network.setInput(toNetwork(input));
    network.feedForward(true, false);
    return backpropagate(outputGradient, Map.of());
  }

  @Override
  public Map<String, INDArray> weights() {
    Map<String, INDArray> weights = matrices(network.paramTable());
    for (RealizedBlock realized : blocks()) {
      if (realized.block().isFixed()) {
        INDArray values = Nd4j.createFromArray(realized.fixedValues()).castTo(dataType);
        put(values, realized, weights);
      }
    }
    return weights;
  }

  @Override
  public Map<String, INDArray> biases() {
    return vectors(network.paramTable());
  }

  /** From dL/d(output) through the last forward pass: what DL4J calls external errors. */
  final Gradients backpropagate(INDArray outputGradient, Map<String, INDArray> initialState) {
    Pair<Gradient, INDArray> found =
        network.backpropGradient(toNetwork(outputGradient), LayerWorkspaceMgr.noWorkspaces());
    return gradients(found.getFirst(), fromNetwork(found.getSecond()), initialState);
  }

  final Gradients gradients(
      Gradient found, INDArray inputGradient, Map<String, INDArray> initialState) {
    Map<String, INDArray> byKey = found.gradientForVariable();
    return new Gradients(inputGradient, matrices(byKey), vectors(byKey), initialState);
  }

  /** Golden layout in DOUBLE to the network's. */
  INDArray toNetwork(INDArray array) {
    return array.castTo(dataType);
  }

  /** The network's layout to the golden files', in DOUBLE. */
  INDArray fromNetwork(INDArray array) {
    return array.castTo(DataType.DOUBLE);
  }

  private Iterable<RealizedBlock> blocks() {
    return realizedMap.blocks();
  }

  private void setParam(String key, double[] values) {
    network.setParam(key, Nd4j.createFromArray(values).castTo(dataType));
  }

  private Map<String, INDArray> matrices(Map<String, INDArray> byKey) {
    Map<String, INDArray> matrices = new LinkedHashMap<>();
    model
        .blocks()
        .forEach(
            (key, block) -> matrices.put(key, Nd4j.zeros(DataType.DOUBLE, block.mask().shape())));
    for (RealizedBlock realized : blocks()) {
      if (realized.block().isTrainable()) {
        put(byKey.get(weightKey(realized)), realized, matrices);
      }
    }
    return matrices;
  }

  private static void put(INDArray values, RealizedBlock realized, Map<String, INDArray> matrices) {
    GoldenMaps.putEntries(values.toDoubleVector(), realized.mask(), matrices.get(key(realized)));
  }

  private Map<String, INDArray> vectors(Map<String, INDArray> byKey) {
    Map<String, INDArray> vectors = new LinkedHashMap<>();
    for (State state : model.states()) {
      if (state.bias() != null) {
        vectors.put(state.name(), byKey.get(biasKey(state.name())).castTo(DataType.DOUBLE));
      }
    }
    return vectors;
  }

  private static String key(RealizedBlock realized) {
    return GoldenModel.key(realized.block().to(), realized.block().from());
  }

  private static String weightKey(RealizedBlock realized) {
    return LAYER + Parameter.weightKey(realized.block().from(), realized.block().to());
  }

  private static String biasKey(String slot) {
    return LAYER + Parameter.biasKey(slot);
  }
}
