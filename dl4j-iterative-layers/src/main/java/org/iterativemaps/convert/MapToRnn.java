package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.params.SimpleRnnParamInitializer;
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
 * Recurrent maps with one hidden slot and K = 1 as SimpleRnn layers: weights that do not exist and
 * a missing bias become zeros, which are trained from then on.
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
      boolean isMap = RnnToMap.innermost(node.layer()) instanceof IterativeMapRecurrentLayer;
      if (isMap && map(node).getSettings().map().isLinear()) {
        pieces.add(piece(node, map(node), report));
        converted++;
      } else {
        report.stays(node);
        if (isMap) {
          String reason = obstacle(map(node).getSettings().map());
          report.note(node.label() + " stays as it is: " + reason);
          reasons.add(node.label() + ": " + reason);
        }
        pieces.add(Piece.kept(node));
      }
    }
    if (converted == 0) {
      throw new IllegalArgumentException(
          "the network has no IterativeMapRecurrentLayer of a linear map"
              + (reasons.isEmpty() ? "" : " (" + String.join("; ", reasons) + ")")
              + "; its layers are "
              + chains.stream().flatMap(c -> c.nodes().stream()).map(Node::label).toList());
    }
    return new Conversion.Plan(pieces, report.build());
  }

  /** Why a map that is not linear stays. */
  private static String obstacle(BlockMap map) {
    return map.whatIsNotLinear().orElseThrow()
        + ", and a SimpleRnn is a map of linear blocks and plain slots"
        + (LstmToMap.isOne(map) ? "; there is no way back to an LSTM from a map of one" : "");
  }

  private static IterativeMapRecurrentLayer map(Node node) {
    return (IterativeMapRecurrentLayer) RnnToMap.innermost(node.layer());
  }

  private static Piece piece(
      Node node, IterativeMapRecurrentLayer layer, ConversionReport.Builder report) {
    node.checkSizes(layer);
    MapSettings settings = layer.getSettings();
    BlockMap map = settings.map();
    obstacle(settings)
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
    String input = map.input().name();
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
    Layer wrapped = RnnToMap.rewrapped(node.layer(), old -> rnn);
    report.layer(node, "SimpleRnn", wrapped.initializer().numParams(wrapped));
    return new Piece(
        List.of(node),
        List.of(
            new NewLayer(
                wrapped,
                running -> {
                  for (String prefix : RnnToMap.prefixes(node)) {
                    MapWeights weights =
                        LayerWeights.read(settings.realized(), node.trained().paramTable(), prefix);
                    assign(
                        running.paramTable().get(prefix + SimpleRnnParamInitializer.WEIGHT_KEY),
                        DenseBlock.dl4jWeights(weights.matrix(input, hidden.name())));
                    assign(
                        running
                            .paramTable()
                            .get(prefix + SimpleRnnParamInitializer.RECURRENT_WEIGHT_KEY),
                        DenseBlock.dl4jWeights(weights.matrix(hidden.name(), hidden.name())));
                    assign(
                        running.paramTable().get(prefix + SimpleRnnParamInitializer.BIAS_KEY),
                        Nd4j.createFromArray(
                            hidden.hasBias()
                                ? weights.bias(hidden.name())
                                : new double[hidden.size()]));
                  }
                })));
  }

  private static void assign(INDArray parameter, INDArray value) {
    parameter.assign(value.castTo(parameter.dataType()).reshape(parameter.shape()));
  }

  private static Optional<String> obstacle(MapSettings settings) {
    List<String> states =
        settings.map().slots().stream().filter(s -> !s.isInput()).map(Slot::name).toList();
    if (states.size() > 1) {
      return Optional.of("has the slots " + states);
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
