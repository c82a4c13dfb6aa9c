package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.params.SimpleRnnParamInitializer;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Recurrent maps with one hidden slot and K = 1 as SimpleRnn layers, those of an LSTM as LSTMs:
 * weights that do not exist and a missing bias become zeros, which are trained from then on.
 */
final class MapToRnn {
  private MapToRnn() {}

  /** What becomes of all recurrent maps of a network. */
  static Conversion.Plan plan(List<Chain> chains) {
    ConversionReport.Builder report = new ConversionReport.Builder();
    List<Piece> pieces = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    int converted = 0;
    for (Node node : chains.stream().flatMap(c -> c.nodes().stream()).toList()) {
      Map<String, IterativeMapRecurrentLayer> maps = maps("", node.layer());
      Optional<String> obstacle = maps.isEmpty() ? Optional.empty() : obstacle(maps);
      if (maps.isEmpty() || obstacle.isPresent()) {
        report.stays(node);
        if (obstacle.isPresent()) {
          report.note(node.label() + " stays as it is: " + obstacle.get());
          reasons.add(node.label() + ": " + obstacle.get());
        }
        pieces.add(Piece.kept(node));
      } else {
        pieces.add(areLinear(maps) ? simpleRnn(node, maps, report) : lstm(node, maps, report));
        converted++;
      }
    }
    if (converted == 0) {
      throw new IllegalArgumentException(
          "the network has no IterativeMapRecurrentLayer that could become a recurrent layer of"
              + " DL4J"
              + (reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")")
              + "; its layers are "
              + chains.stream().flatMap(c -> c.nodes().stream()).map(Node::label).toList());
    }
    return new Conversion.Plan(pieces, report.build());
  }

  /**
   * The maps of a layer by what DL4J puts before their keys: the two of a Bidirectional may have
   * other weights each. Empty if it is another layer.
   */
  private static Map<String, IterativeMapRecurrentLayer> maps(String prefix, Layer layer) {
    if (layer instanceof LastTimeStep last) {
      return maps(prefix, last.getUnderlying());
    }
    Map<String, IterativeMapRecurrentLayer> maps = new LinkedHashMap<>();
    if (layer instanceof Bidirectional both) {
      maps.putAll(maps(prefix + "f", both.getFwd()));
      maps.putAll(maps(prefix + "b", both.getBwd()));
    } else if (layer instanceof IterativeMapRecurrentLayer map) {
      maps.put(prefix, map);
    }
    return maps;
  }

  private static IterativeMapRecurrentLayer first(Map<String, IterativeMapRecurrentLayer> maps) {
    return maps.values().iterator().next();
  }

  private static boolean areLinear(Map<String, IterativeMapRecurrentLayer> maps) {
    return maps.values().stream().allMatch(layer -> layer.getSettings().map().isLinear());
  }

  /** Why maps stay: empty if they do not. A linear one that is no SimpleRnn is an error instead. */
  private static Optional<String> obstacle(Map<String, IterativeMapRecurrentLayer> maps) {
    if (areLinear(maps)) {
      return Optional.empty();
    }
    List<MapToLstm> lstms = maps.values().stream().map(MapToLstm::new).toList();
    if (!lstms.stream().allMatch(MapToLstm::isSimilar)) {
      return maps.values().stream()
          .flatMap(layer -> layer.getSettings().map().whatIsNotLinear().stream())
          .map(part -> part + ", and a SimpleRnn is a map of linear blocks and plain slots")
          .findFirst();
    }
    Optional<String> ofOne = lstms.stream().flatMap(l -> l.obstacle().stream()).findFirst();
    return ofOne.isPresent() || lstms.stream().allMatch(lstms.get(0)::hasFormOf)
        ? ofOne
        : Optional.of("its two directions are maps of different LSTMs");
  }

  private static Piece lstm(
      Node node, Map<String, IterativeMapRecurrentLayer> maps, ConversionReport.Builder report) {
    node.checkSizes(first(maps));
    MapToLstm lstm = new MapToLstm(first(maps));
    AbstractLSTM layer = lstm.layer();
    Piece piece = piece(node, maps, layer, lstm::copyWeights);
    report.layer(node, layer.getClass().getSimpleName(), parameters(piece));
    report.note(node.label() + " " + LstmToMap.MASK_NOTE);
    if (node.trained() == null) {
      lstm.lostFirstValues().ifPresent(lost -> report.note(node.label() + " " + lost));
    }
    return piece;
  }

  private static Piece simpleRnn(
      Node node, Map<String, IterativeMapRecurrentLayer> maps, ConversionReport.Builder report) {
    IterativeMapRecurrentLayer layer = first(maps);
    node.checkSizes(layer);
    for (IterativeMapRecurrentLayer map : maps.values()) {
      obstacle(map.getSettings())
          .ifPresent(
              reason -> {
                throw new IllegalArgumentException(
                    "layer "
                        + node.label()
                        + " "
                        + reason
                        + ": a SimpleRnn is a map of an input, one hidden slot and K = 1, all of it"
                        + " trained");
              });
    }
    BlockMap map = layer.getSettings().map();
    Slot hidden = map.output();
    SimpleRnn rnn =
        new SimpleRnn.Builder()
            .nIn(map.input().size())
            .nOut(hidden.size())
            .activation(hidden.activation() == null ? layer.getActivationFn() : hidden.activation())
            .build();
    TrainingSettings.copy(layer, rnn);
    if (hidden.activation() != null) {
      rnn.setActivationFn(hidden.activation());
    }
    rnn.setRnnDataFormat(layer.getRnnDataFormat());
    rnn.setWeightInitFnRecurrent(layer.getWeightInitFnRecurrent());
    Piece piece = piece(node, maps, rnn, MapToRnn::copyWeights);
    report.layer(node, "SimpleRnn", parameters(piece));
    return piece;
  }

  private static void copyWeights(MapWeights weights, Function<String, INDArray> to) {
    String input = weights.map().input().name();
    Slot hidden = weights.map().output();
    assign(
        to.apply(SimpleRnnParamInitializer.WEIGHT_KEY),
        DenseBlock.dl4jWeights(weights.matrix(input, hidden.name())));
    assign(
        to.apply(SimpleRnnParamInitializer.RECURRENT_WEIGHT_KEY),
        DenseBlock.dl4jWeights(weights.matrix(hidden.name(), hidden.name())));
    assign(
        to.apply(SimpleRnnParamInitializer.BIAS_KEY),
        Nd4j.createFromArray(
            hidden.hasBias() ? weights.bias(hidden.name()) : new double[hidden.size()]));
  }

  private static void assign(INDArray parameter, INDArray value) {
    parameter.assign(value.castTo(parameter.dataType()).reshape(parameter.shape()));
  }

  /**
   * A layer of DL4J's in the same wrappers.
   *
   * @param copy writes the numbers of one map into parameters of the layer by key
   */
  private static Piece piece(
      Node node,
      Map<String, IterativeMapRecurrentLayer> maps,
      Layer layer,
      BiConsumer<MapWeights, Function<String, INDArray>> copy) {
    return new Piece(
        List.of(node),
        List.of(
            new NewLayer(
                RnnToMap.rewrapped(node.layer(), old -> layer),
                running ->
                    maps.forEach(
                        (prefix, map) ->
                            copy.accept(
                                LayerWeights.read(
                                    map.getSettings().realized(),
                                    node.trained().paramTable(),
                                    prefix),
                                key -> running.paramTable().get(prefix + key))))));
  }

  private static long parameters(Piece piece) {
    Layer layer = piece.fresh().get(0).layer();
    return layer.initializer().numParams(layer);
  }

  private static Optional<String> obstacle(MapSettings settings) {
    List<String> states =
        settings.map().slots().stream().filter(s -> !s.isInput()).map(Slot::name).toList();
    if (states.size() > 1) {
      return Optional.of("has the slots " + states);
    }
    if (!(settings.iteration() instanceof Iteration.Steps)) {
      return Optional.of("goes on until it has settled");
    }
    if (settings.steps() > 1) {
      return Optional.of("takes K = " + settings.steps() + " steps per token");
    }
    return settings.map().blocks().stream()
        .filter(block -> !block.isTrainable())
        .map(Block::name)
        .findFirst()
        .map(name -> "has fixed weights in block " + name);
  }
}
