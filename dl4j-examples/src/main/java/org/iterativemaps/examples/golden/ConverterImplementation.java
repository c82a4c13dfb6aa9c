package org.iterativemaps.examples.golden;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.IterativeMaps;
import org.iterativemaps.convert.MapKnobs;
import org.iterativemaps.examples.golden.GoldenModel.Connection;
import org.iterativemaps.examples.golden.GoldenModel.State;
import org.iterativemaps.layers.IterativeMapConf;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;

/**
 * DL4J's own dense and recurrent layers with the golden weights, made into maps by the converters;
 * K and injection are then turned on the converted map.
 */
final class ConverterImplementation implements Implementation {
  private static final String RECURRENT = GoldenModel.key("h", "h");

  @Override
  public String name() {
    return "converters";
  }

  @Override
  public DataType dataType() {
    return DataType.DOUBLE;
  }

  @Override
  public double tolerance() {
    return 1e-10;
  }

  @Override
  public Map<String, String> doesNotApplyTo() {
    Map<String, String> reasons = new HashMap<>();
    Stream.of(
            "adam_training",
            "author_configs",
            "ff_map_K",
            "fixed_point",
            "masked_linear_training",
            "rnn_seq")
        .forEach(kind -> reasons.put(kind, "no layers of DL4J's compute these maps"));
    reasons.put("torch_gated", "DL4J has an LSTM and no GRU");
    return reasons;
  }

  /**
   * Where the converted map refuses a K that does not reach the output, a sequence of one token.
   */
  @Override
  public MapNetwork oneInput(GoldenModel model, String output, int steps) {
    MultiLayerNetwork map = IterativeMaps.fromMlp(mlp(model)).network();
    try {
      MapKnobs.of(map).injection(model.injection()).steps(steps);
    } catch (IllegalArgumentException unreachable) {
      return new OneToken(sequences(model, output, steps));
    }
    return new LayerNetwork(map, mapOf(map), dataType(), model);
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, String output, int steps) {
    if (model.blocks().containsKey(RECURRENT)) {
      MultiLayerNetwork map = IterativeMaps.fromRnn(rnn(model)).network();
      MapKnobs.of(map).steps(steps);
      // The files know states by their slots, not by DL4J's keys.
      ((IterativeMapRecurrentLayer) map.getLayer(0).conf().getLayer()).setStateKeys(Map.of());
      return new LayerSequenceNetwork(map, mapOf(map), dataType(), model);
    }
    MapWeights converted =
        LayerWeights.read(IterativeMaps.fromMlp(mlp(model)).network().getLayer(0));
    BlockMap map = converted.map().withOutput(output).withInjection(model.injection());
    MultiLayerNetwork network =
        network(new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build());
    LayerWeights.write(converted, network.getLayer(0));
    return new LayerSequenceNetwork(network, mapOf(network), dataType(), model);
  }

  @Override
  public SequenceNetwork sequences(GoldenModel model, BlockMap map, int steps) {
    throw new UnsupportedOperationException("no maps but converted ones come this way");
  }

  private static BlockMap mapOf(MultiLayerNetwork network) {
    return ((IterativeMapConf) network.getLayer(0).conf().getLayer()).getSettings().map();
  }

  @Override
  public TrainableNetwork trainable(
      GoldenModel model, String output, int steps, IUpdater updater, IUpdater biasUpdater) {
    throw new UnsupportedOperationException("no training cases come this way");
  }

  /** A dense layer per slot. */
  private static MultiLayerNetwork mlp(GoldenModel model) {
    Layer[] layers =
        model.states().stream()
            .map(
                state -> {
                  Connection block = into(model, state);
                  return new DenseLayer.Builder()
                      .name(state.name())
                      .nIn(block.weight().columns())
                      .nOut(state.size())
                      .activation(state.activation())
                      .hasBias(state.bias() != null)
                      .build();
                })
            .toArray(Layer[]::new);
    MultiLayerNetwork network = network(layers);
    for (int i = 0; i < layers.length; i++) {
      State state = model.states().get(i);
      set(network, i + "_W", into(model, state).weight().transpose());
      if (state.bias() != null) {
        set(network, i + "_b", state.bias());
      }
    }
    return network;
  }

  private static Connection into(GoldenModel model, State state) {
    return model.blocks().values().stream()
        .filter(block -> block.target().equals(state.name()))
        .findFirst()
        .orElseThrow();
  }

  private static MultiLayerNetwork rnn(GoldenModel model) {
    State h = model.states().get(0);
    MultiLayerNetwork network =
        network(
            new SimpleRnn.Builder()
                .nIn(model.input().size())
                .nOut(h.size())
                .activation(h.activation())
                .build());
    String input = model.input().name();
    set(network, "0_W", model.blocks().get(GoldenModel.key("h", input)).weight().transpose());
    set(network, "0_RW", model.blocks().get(RECURRENT).weight().transpose());
    set(network, "0_b", h.bias());
    return network;
  }

  private static void set(MultiLayerNetwork network, String key, INDArray value) {
    network.getParam(key).assign(value.reshape(network.getParam(key).shape()));
  }

  private static MultiLayerNetwork network(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().dataType(DataType.DOUBLE).updater(new NoOp()).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }
}
