package org.iterativemaps.convert;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.GatedMaps;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;

/**
 * The entrance: networks of DL4J's own layers as maps, and back.
 *
 * <pre>{@code
 * Conversion<MultiLayerNetwork> map = IterativeMaps.fromMlp(trainedNetwork);
 * map.network();                      // the same outputs, loss and gradients
 * System.out.println(map.report());   // layer by layer what became what
 * }</pre>
 *
 * <p>Networks are copied; the one that is given is not changed. What a conversion leaves alone
 * (other layers, preprocessors, updater settings, iteration counts) is in the new network as it
 * was. So is what the updater remembers of every parameter (momentum, moments), so that training
 * goes on; only where weights are drawn, pruned, copied or averaged it starts anew.
 */
public final class IterativeMaps {
  private IterativeMaps() {}

  /**
   * Dense layers as one map with the same outputs, loss and gradients: {@link
   * #fromMlp(MultiLayerNetwork, MlpOptions)} with every weight kept.
   */
  public static Conversion<MultiLayerNetwork> fromMlp(MultiLayerNetwork network) {
    return fromMlp(network, MlpOptions.dense());
  }

  /**
   * A run of {@code DenseLayer}, {@code ActivationLayer}, {@code DropoutLayer} and {@code
   * OutputLayer} becomes one {@code IterativeMapLayer}: a slot per layer, dense blocks below the
   * diagonal, K = depth. An output layer leaves a {@code MapLossLayer} behind.
   *
   * <p>A map has one input dropout, one updater and one regularisation: where a layer has dropout
   * or differs in these, a map of its own begins (the report says so).
   *
   * <p>What no map can be stays as it is, and the report says why: layers of other kinds, dense
   * layers with weight noise, constraints, layer normalisation or RReLU. What is before and after
   * it becomes maps of its own. A network of which half is maps computes what it did, so nothing is
   * lost by not refusing it; {@link MlpOptions#strict()} refuses it.
   *
   * @throws IllegalArgumentException if there is nothing that becomes a map; if sizes are not known
   *     yet; or as the options say. The message names the layer and says what to do
   */
  public static Conversion<MultiLayerNetwork> fromMlp(
      MultiLayerNetwork network, MlpOptions options) {
    if (options.keepsValues()) {
      return UpdaterTransfer.along(network, chains -> MlpToMap.plan(chains, options));
    }
    MultiLayerSource source = MultiLayerSource.of(network);
    return MlpToMap.plan(source.chains(), options).network(source);
  }

  /** As {@link #fromMlp(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraph> fromMlp(ComputationGraph network) {
    return fromMlp(network, MlpOptions.dense());
  }

  /**
   * As {@link #fromMlp(MultiLayerNetwork, MlpOptions)}. A layer that several others read, or whose
   * values are an output of the network, ends a run. The last vertex of a run keeps its name.
   */
  public static Conversion<ComputationGraph> fromMlp(ComputationGraph network, MlpOptions options) {
    if (options.keepsValues()) {
      return UpdaterTransfer.along(network, chains -> MlpToMap.plan(chains, options));
    }
    GraphSource source = GraphSource.of(network);
    return MlpToMap.plan(source.chains(), options).network(source);
  }

  /** The swap without a trained network, every weight kept. */
  public static Conversion<MultiLayerConfiguration> fromMlp(MultiLayerConfiguration configuration) {
    return fromMlp(configuration, MlpOptions.dense());
  }

  /** The swap without a trained network, every weight kept. */
  public static Conversion<ComputationGraphConfiguration> fromMlp(
      ComputationGraphConfiguration configuration) {
    return fromMlp(configuration, MlpOptions.dense());
  }

  /**
   * The swap without a trained network. Densities become random patterns, weights are drawn by each
   * layer's own initialiser.
   */
  public static Conversion<MultiLayerConfiguration> fromMlp(
      MultiLayerConfiguration configuration, MlpOptions options) {
    MultiLayerSource source = new MultiLayerSource(configuration, null);
    return MlpToMap.plan(source.chains(), options).configuration(source);
  }

  /** As {@link #fromMlp(MultiLayerConfiguration, MlpOptions)}. */
  public static Conversion<ComputationGraphConfiguration> fromMlp(
      ComputationGraphConfiguration configuration, MlpOptions options) {
    GraphSource source = new GraphSource(configuration, null);
    return MlpToMap.plan(source.chains(), options).configuration(source);
  }

  /**
   * Maps without loops become stacks of {@code DenseLayer}, a wire an {@code ActivationLayer}, and
   * a loss layer right after them an {@code OutputLayer} again: the same outputs, loss and
   * gradients of the weights that exist. Weights that did not exist are zeros, and are trained from
   * then on.
   *
   * @throws IllegalArgumentException if there is no {@code IterativeMapLayer}; or if one has a
   *     loop, a skip connection or fixed weights: the message names the layer and the cycle or slot
   */
  public static Conversion<MultiLayerNetwork> toMlp(MultiLayerNetwork network) {
    return UpdaterTransfer.along(network, MapToMlp::plan);
  }

  /** The way back without a trained network, as {@link #toMlp(MultiLayerNetwork)}. */
  public static Conversion<MultiLayerConfiguration> toMlp(MultiLayerConfiguration configuration) {
    MultiLayerSource source = new MultiLayerSource(configuration, null);
    return MapToMlp.plan(source.chains()).configuration(source);
  }

  /** The way back without a trained network, as {@link #toMlp(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraphConfiguration> toMlp(
      ComputationGraphConfiguration configuration) {
    GraphSource source = new GraphSource(configuration, null);
    return MapToMlp.plan(source.chains()).configuration(source);
  }

  /** As {@link #toMlp(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraph> toMlp(ComputationGraph network) {
    return UpdaterTransfer.along(network, MapToMlp::plan);
  }

  /** As {@link #fromRnn(MultiLayerNetwork, RnnOptions)}, every layer by itself and exact. */
  public static Conversion<MultiLayerNetwork> fromRnn(MultiLayerNetwork network) {
    return fromRnn(network, RnnOptions.exact());
  }

  /**
   * Every {@code SimpleRnn}, alone or in {@code LastTimeStep} or {@code Bidirectional}, becomes an
   * {@code IterativeMapRecurrentLayer} with slots x and h and K = 1: the same outputs, loss and
   * gradients.
   *
   * <p>A stack of them stays a stack of map layers. With {@link RnnOptions#asOneMap()} layers that
   * follow each other become one map, exactly. All slots of a map read the old state, so with K = 1
   * a layer would see the layer below one token late; instead a token takes as many steps as there
   * are layers, and the recurrent weights of a layer read its state through slots that hold it for
   * as many steps. Each layer is still computed once per token.
   *
   * <p>Every {@code LSTM} and {@code GravesLSTM}, in the same wrappers, becomes a {@code
   * IterativeMapRecurrentLayer} whose gates are wires and whose memory is a slot c: again the same
   * outputs, loss and gradients. It is never part of {@code asOneMap()}. A {@code
   * GravesBidirectionalLSTM}, as old model files have it, becomes two of them in a {@code
   * Bidirectional} that adds their outputs.
   *
   * <p>What no map can be stays as it is, and the report says why: a recurrent layer in another
   * wrapper, such as {@code MaskZeroLayer} or {@code FrozenLayer}; one with weight noise,
   * constraints or layer normalisation; an LSTM with gradients normalised per parameter; other
   * recurrent layers. {@link RnnOptions#strict()} refuses all but the wrapped ones.
   *
   * <p>Time masks: the map sets output and state of a masked step to zero. DL4J's LSTM computes
   * masked steps like any other, except in {@code LastTimeStep}, where it sets them to zero in the
   * forward pass and differentiates as if it had not. The two so agree on sequences that are padded
   * at the end (outputs of the steps before the padding, loss, gradients), and differ where
   * something is computed after a masked step: padding at the front, or at the end in {@code
   * Bidirectional}. There the map's are the outputs and gradients without the padding. {@code
   * GravesBidirectionalLSTM} computes what the map does, and differs in the gradients where a
   * masked step is between others.
   *
   * <p>Truncated back-propagation through time: DL4J's recurrent layers differentiate every segment
   * as if it began at a state of zeros (1.0.0-M2.1); the maps, from the state they computed it
   * from.
   *
   * <p>Without trained weights: DL4J draws the weights of all gates as one matrix, the map block by
   * block, so the spread may be another; biases begin as those of the LSTM.
   *
   * @throws IllegalArgumentException if there is no SimpleRnn or LSTM that becomes a map; if sizes
   *     are not known yet; or as the options say. The message names the layer
   */
  public static Conversion<MultiLayerNetwork> fromRnn(
      MultiLayerNetwork network, RnnOptions options) {
    return UpdaterTransfer.along(network, chains -> RnnToMap.plan(chains, options));
  }

  /** As {@link #fromRnn(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraph> fromRnn(ComputationGraph network) {
    return fromRnn(network, RnnOptions.exact());
  }

  /** As {@link #fromRnn(MultiLayerNetwork, RnnOptions)}. */
  public static Conversion<ComputationGraph> fromRnn(ComputationGraph network, RnnOptions options) {
    return UpdaterTransfer.along(network, chains -> RnnToMap.plan(chains, options));
  }

  /** The swap without a trained network, as {@link #fromRnn(MultiLayerNetwork)}. */
  public static Conversion<MultiLayerConfiguration> fromRnn(MultiLayerConfiguration configuration) {
    return fromRnn(configuration, RnnOptions.exact());
  }

  /** The swap without a trained network, as {@link #fromRnn(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraphConfiguration> fromRnn(
      ComputationGraphConfiguration configuration) {
    return fromRnn(configuration, RnnOptions.exact());
  }

  /** The swap without a trained network, as {@link #fromRnn(MultiLayerNetwork, RnnOptions)}. */
  public static Conversion<MultiLayerConfiguration> fromRnn(
      MultiLayerConfiguration configuration, RnnOptions options) {
    MultiLayerSource source = new MultiLayerSource(configuration, null);
    return RnnToMap.plan(source.chains(), options).configuration(source);
  }

  /**
   * Every {@code IterativeMapRecurrentLayer} with K = 1 whose map is a recurrent layer of DL4J
   * becomes that layer, alone or in {@code LastTimeStep} or {@code Bidirectional}: the same
   * outputs, loss and gradients of the weights that exist. Weights that did not exist, and a
   * missing bias, are zeros, and are trained from then on.
   *
   * <pre>
   *   one hidden slot, linear          SimpleRnn
   *   GatedMaps.lstm(units)            LSTM
   *   GatedMaps.gravesLstm(units)      GravesLSTM; any peephole makes it one
   * </pre>
   *
   * <p>The map of an LSTM is told by its form, whether {@link #fromRnn(MultiLayerNetwork)} made it
   * or not: slots and blocks with the names, roles and sizes that {@link GatedMaps} gives them; any
   * weights missing in the blocks from x and h to the gates and in the peepholes, or all of them;
   * one activation for g and shown, and one for the gates f, i and o; nothing fixed. Training
   * settings, data format, the initialiser of recurrent weights and the first bias of the forget
   * gate are the map's. {@code fromRnn} and this give back an LSTM's parameters to the bit (a
   * {@code GravesBidirectionalLSTM} as two {@code GravesLSTM}).
   *
   * <p>Any other map with gates or wires stays as it is, and the report says why: of one that is
   * nearly an LSTM's it names the slot or block, what was found and what was expected. So does one
   * of an LSTM with K above 1, weight noise, constraints, or gradients normalised per parameter,
   * which are other parameters here and there.
   *
   * <p>Of the LSTMs, what {@link #fromRnn(MultiLayerNetwork, RnnOptions)} says about time masks and
   * truncated back-propagation holds in this direction, too. Without trained weights: DL4J draws
   * the weights of all gates as one matrix, and biases but the forget gate's begin at 0;
   * initialisers of single blocks and biases are left out, and the report says so.
   *
   * @throws IllegalArgumentException if there is no {@code IterativeMapRecurrentLayer} that becomes
   *     another layer; if a linear one has more slots, steps or fixed weights; or if sizes are not
   *     known yet. The message names the layer
   */
  public static Conversion<MultiLayerNetwork> toRnn(MultiLayerNetwork network) {
    return UpdaterTransfer.along(network, MapToRnn::plan);
  }

  /**
   * The way back without a trained network, as {@link #toRnn(MultiLayerNetwork)}.
   *
   * @throws IllegalArgumentException likewise
   */
  public static Conversion<MultiLayerConfiguration> toRnn(MultiLayerConfiguration configuration) {
    MultiLayerSource source = new MultiLayerSource(configuration, null);
    return MapToRnn.plan(source.chains()).configuration(source);
  }

  /**
   * The way back without a trained network, as {@link #toRnn(MultiLayerNetwork)}.
   *
   * @throws IllegalArgumentException likewise
   */
  public static Conversion<ComputationGraphConfiguration> toRnn(
      ComputationGraphConfiguration configuration) {
    GraphSource source = new GraphSource(configuration, null);
    return MapToRnn.plan(source.chains()).configuration(source);
  }

  /**
   * As {@link #toRnn(MultiLayerNetwork)}.
   *
   * @throws IllegalArgumentException likewise
   */
  public static Conversion<ComputationGraph> toRnn(ComputationGraph network) {
    return UpdaterTransfer.along(network, MapToRnn::plan);
  }

  /**
   * Every looped {@code IterativeMapLayer} becomes one of untied copies, one per step, with the
   * same outputs: to fine-tune with untied weights. See {@link Unrolling#unroll}.
   *
   * @throws IllegalArgumentException if there is no {@code IterativeMapLayer} with a loop
   */
  public static Conversion<MultiLayerNetwork> unroll(MultiLayerNetwork network) {
    MultiLayerSource source = MultiLayerSource.of(network);
    return UnrolledLayers.unroll(source.chains()).network(source);
  }

  /** As {@link #unroll(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraph> unroll(ComputationGraph network) {
    GraphSource source = GraphSource.of(network);
    return UnrolledLayers.unroll(source.chains()).network(source);
  }

  /**
   * The reverse of {@link #unroll(MultiLayerNetwork)}: copies become their averages; the report has
   * the tying loss. See {@link Unrolling#tie}.
   *
   * @throws IllegalArgumentException if there is no unrolled {@code IterativeMapLayer}
   */
  public static Conversion<MultiLayerNetwork> tie(MultiLayerNetwork network) {
    MultiLayerSource source = MultiLayerSource.of(network);
    return UnrolledLayers.tie(source.chains()).network(source);
  }

  /** As {@link #tie(MultiLayerNetwork)}. */
  public static Conversion<ComputationGraph> tie(ComputationGraph network) {
    GraphSource source = GraphSource.of(network);
    return UnrolledLayers.tie(source.chains()).network(source);
  }

  /** As {@link #fromRnn(MultiLayerConfiguration, RnnOptions)}. */
  public static Conversion<ComputationGraphConfiguration> fromRnn(
      ComputationGraphConfiguration configuration, RnnOptions options) {
    GraphSource source = new GraphSource(configuration, null);
    return RnnToMap.plan(source.chains(), options).configuration(source);
  }

  /**
   * One layer in place of a stack of dense layers: {@code mlpLayer(Activation.TANH, 256, 128)}.
   *
   * @param activation of every layer
   * @param widths units of each, the last one being the output
   * @return a builder, for everything else; its input size is inferred
   * @throws IllegalArgumentException if there is no width, or one is below 1
   */
  public static IterativeMapLayer.Builder mlpLayer(Activation activation, int... widths) {
    if (widths.length == 0) {
      throw new IllegalArgumentException("widths: found none, expected one per layer");
    }
    BlockMapBuilder map = BlockMap.builder().input(MlpToMap.INPUT);
    String from = MlpToMap.INPUT;
    for (int i = 0; i < widths.length; i++) {
      String to = "h" + (i + 1);
      map.state(to, widths[i], activation).connect(from, to, Sparsity.dense());
      from = to;
    }
    return new IterativeMapLayer.Builder().map(map.output(from).build()).steps(widths.length);
  }

  /**
   * One hidden slot that is applied K times, in place of a stack of layers of one width.
   *
   * @param width units
   * @param steps K
   * @return a builder, for everything else; its input size is inferred
   */
  public static IterativeMapLayer.Builder loopedLayer(int width, int steps) {
    return new IterativeMapLayer.Builder().nOut(width).steps(steps);
  }

  /**
   * One hidden slot with K = 1 per token, in place of a {@code SimpleRnn}.
   *
   * @param width units
   * @return a builder, for everything else; its input size is inferred
   */
  public static IterativeMapRecurrentLayer.Builder rnnLayer(int width) {
    return new IterativeMapRecurrentLayer.Builder().nOut(width);
  }
}
