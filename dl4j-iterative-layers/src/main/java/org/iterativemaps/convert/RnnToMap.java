package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.params.SimpleRnnParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapPlace;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** SimpleRnn and LSTM layers, in their wrappers, as recurrent maps. */
final class RnnToMap {
  static final String INPUT = "x";
  static final String HIDDEN = "h";

  private final RnnOptions options;
  private final ConversionReport.Builder report = new ConversionReport.Builder();
  private final List<Piece> pieces = new ArrayList<>();
  private List<Node> open = new ArrayList<>();
  private int converted;

  private RnnToMap(RnnOptions options) {
    this.options = options;
  }

  /** What becomes of all recurrent layers of a network. */
  static Conversion.Plan plan(List<Chain> chains, RnnOptions options) {
    RnnToMap rnns = new RnnToMap(options);
    for (Chain chain : chains) {
      chain.nodes().forEach(rnns::add);
      rnns.close();
    }
    if (rnns.converted == 0) {
      throw new IllegalArgumentException(
          "the network has no SimpleRnn or LSTM that could become a map; its layers are "
              + chains.stream().flatMap(c -> c.nodes().stream()).map(Node::label).toList()
              + rnns.report.notesSoFar());
    }
    rnns.report.speed();
    return new Conversion.Plan(rnns.pieces, rnns.report.build());
  }

  private void add(Node node) {
    Layer inner = innermost(node.layer());
    Optional<String> obstacle = obstacle(inner);
    if (obstacle.isPresent() && options.isStrict()) {
      throw new IllegalArgumentException(
          "layer "
              + node.label()
              + " "
              + obstacle.get()
              + ". Without RnnOptions.strict() it stays");
    }
    Optional<AbstractLSTM> lstm = lstm(inner);
    if ((lstm.isEmpty() && inner.getClass() != SimpleRnn.class) || obstacle.isPresent()) {
      close();
      if (obstacle.isPresent()) {
        report.stays(node, obstacle.get());
      } else {
        report.stays(node);
        noteWrapped(node, inner);
      }
      pieces.add(Piece.kept(node));
      return;
    }
    node.checkSizes((FeedForwardLayer) inner);
    converted++;
    if (lstm.isPresent()) {
      close();
      lstm(node, new LstmToMap(lstm.get(), options), BothWays.isOne(inner));
      return;
    }
    if (!options.isOneMap() || node.layer() instanceof Bidirectional) {
      close();
      single(node);
      return;
    }
    if (!open.isEmpty()) {
      reasonToCut(node)
          .ifPresent(
              reason -> {
                report.note(node.label() + " begins a map of its own: " + reason);
                close();
              });
    }
    open.add(node);
    if (node.layer() != inner) { // LastTimeStep: no sequence any more
      close();
    }
  }

  /** A person looks for the recurrent layer, the report names the wrapper. */
  private void noteWrapped(Node node, Layer inner) {
    Layer layer = MapPlace.innermost(inner);
    if (layer != inner && layer instanceof BaseRecurrentLayer) {
      report.note(
          node.label()
              + ": the "
              + layer.getClass().getSimpleName()
              + " in it stays as it is, in a "
              + inner.getClass().getSimpleName()
              + "; only LastTimeStep and Bidirectional are taken along");
    }
  }

  private Optional<String> reasonToCut(Node node) {
    SimpleRnn previous = (SimpleRnn) open.get(open.size() - 1).layer();
    SimpleRnn layer = (SimpleRnn) innermost(node.layer());
    if (node.preProcessor() != null) {
      return Optional.of("a preprocessor before it");
    }
    if (layer.getIDropout() != null) {
      return Optional.of("input dropout");
    }
    if (layer.getRnnDataFormat() != previous.getRnnDataFormat()) {
      return Optional.of("another data format");
    }
    return TrainingSettings.difference(previous, layer);
  }

  private void close() {
    if (open.size() == 1) {
      single(open.get(0));
    } else if (!open.isEmpty()) {
      pieces.add(new RnnStack(open, report).piece());
    }
    open = new ArrayList<>();
  }

  private void single(Node node) {
    SimpleRnn rnn = (SimpleRnn) innermost(node.layer());
    BlockMap map =
        BlockMap.builder()
            .input(INPUT, Math.toIntExact(rnn.getNIn()))
            .state(HIDDEN, Math.toIntExact(rnn.getNOut()), rnn.getActivationFn())
            .connect(INPUT, HIDDEN, Sparsity.dense())
            .connect(HIDDEN, HIDDEN, Sparsity.dense())
            .output(HIDDEN)
            .injection(options.injection())
            .build();
    IterativeMapRecurrentLayer layer =
        layer(
            new IterativeMapRecurrentLayer.Builder()
                .map(map)
                .steps(options.steps())
                .stateKey(
                    HIDDEN,
                    org.deeplearning4j.nn.layers.recurrent.SimpleRnn.STATE_KEY_PREV_ACTIVATION)
                .weightInit(HIDDEN, HIDDEN, recurrentInit(rnn)),
            rnn);
    Layer wrapped = rewrapped(node.layer(), rnn1 -> layer);
    report.layer(node, "slot " + HIDDEN, node.parameters());
    pieces.add(
        new Piece(
            List.of(node),
            List.of(
                new NewLayer(
                    wrapped,
                    running -> {
                      RealizedMap realized = layer.getSettings().realized();
                      for (String prefix : prefixes(node)) {
                        MapWeights weights = weights(node, prefix, realized);
                        LayerWeights.write(weights, realized, running.paramTable(), prefix);
                      }
                    }))));
  }

  private static MapWeights weights(Node node, String prefix, RealizedMap map) {
    return new MapWeights(
        map,
        Map.of(
            Parameter.weightKey(INPUT, HIDDEN),
            weights(node, prefix + SimpleRnnParamInitializer.WEIGHT_KEY),
            Parameter.weightKey(HIDDEN, HIDDEN),
            weights(node, prefix + SimpleRnnParamInitializer.RECURRENT_WEIGHT_KEY),
            Parameter.biasKey(HIDDEN),
            bias(node, prefix)));
  }

  /** The LSTM that a layer is, or that each direction of it is. */
  @SuppressWarnings("deprecation") // GravesBidirectionalLSTM, by DL4J
  private static Optional<AbstractLSTM> lstm(Layer inner) {
    if (BothWays.isOne(inner)) {
      return Optional.of(BothWays.direction((GravesBidirectionalLSTM) inner));
    }
    return LstmToMap.isLstm(inner) ? Optional.of((AbstractLSTM) inner) : Optional.empty();
  }

  private void lstm(Node node, LstmToMap lstm, boolean isBothWays) {
    report.layer(node, "slots " + LstmToMap.MEMORY + ", " + HIDDEN, node.parameters());
    report.note(node.label() + " " + (isBothWays ? BothWays.MASK_NOTE : LstmToMap.MASK_NOTE));
    pieces.add(
        new Piece(
            List.of(node),
            List.of(
                new NewLayer(
                    rewrapped(
                        node.layer(),
                        old -> isBothWays ? BothWays.layer(lstm.layer()) : lstm.layer()),
                    running -> {
                      for (String prefix : prefixes(node)) {
                        Function<String, INDArray> from =
                            key -> node.trained().paramTable().get(prefix + key);
                        Function<String, INDArray> to =
                            key -> running.paramTable().get(prefix + key);
                        if (isBothWays) {
                          BothWays.copyWeights(lstm, from, to);
                        } else {
                          lstm.copyWeights(from, to);
                        }
                      }
                    }))));
  }

  /** A recurrent layer's training settings and data format on a map. */
  static IterativeMapRecurrentLayer layer(
      IterativeMapRecurrentLayer.Builder builder, SimpleRnn rnn) {
    IterativeMapRecurrentLayer layer = builder.build();
    TrainingSettings.copy(rnn, layer);
    layer.setRnnDataFormat(rnn.getRnnDataFormat());
    layer.setWeightInitFnRecurrent(rnn.getWeightInitFnRecurrent());
    return layer;
  }

  static IWeightInit recurrentInit(SimpleRnn rnn) {
    return rnn.getWeightInitFnRecurrent() != null
        ? rnn.getWeightInitFnRecurrent()
        : rnn.getWeightInitFn();
  }

  /** DL4J's [from, to] by target unit, then by source unit. */
  static double[] weights(Node node, String key) {
    return DenseBlock.entries(node.trained().paramTable().get(key));
  }

  static double[] bias(Node node, String prefix) {
    return node.trained()
        .paramTable()
        .get(prefix + SimpleRnnParamInitializer.BIAS_KEY)
        .dup()
        .castTo(DataType.DOUBLE)
        .data()
        .asDouble();
  }

  static Layer innermost(Layer layer) {
    if (layer instanceof LastTimeStep last) {
      return innermost(last.getUnderlying());
    }
    return layer instanceof Bidirectional both ? innermost(both.getFwd()) : layer;
  }

  /** The same wrappers around another layer. */
  static Layer rewrapped(Layer layer, UnaryOperator<Layer> inner) {
    Layer wrapped;
    if (layer instanceof LastTimeStep last) {
      wrapped = new LastTimeStep(rewrapped(last.getUnderlying(), inner));
    } else if (layer instanceof Bidirectional both) {
      wrapped = new Bidirectional(both.getMode(), rewrapped(both.getFwd(), inner));
    } else {
      return inner.apply(layer);
    }
    wrapped.setLayerName(layer.getLayerName());
    wrapped.setIDropout(layer.getIDropout());
    return wrapped;
  }

  /** Of the keys of a layer's parameters: one for each direction. */
  static List<String> prefixes(Node node) {
    Layer layer = node.layer();
    while (layer instanceof LastTimeStep last) {
      layer = last.getUnderlying();
    }
    return layer instanceof Bidirectional ? List.of("f", "b") : List.of("");
  }

  private static Optional<String> obstacle(Layer inner) {
    Optional<AbstractLSTM> lstm = lstm(inner);
    if (lstm.isPresent()) {
      return LstmToMap.obstacle(lstm.get());
    }
    if (inner instanceof SimpleRnn rnn) {
      return rnn.hasLayerNorm()
          ? Optional.of("has layer normalisation, which needs all units of a layer at once")
          : TrainingSettings.obstacle(rnn);
    }
    boolean isOther =
        inner instanceof BaseRecurrentLayer && !(inner instanceof IterativeMapRecurrentLayer);
    return isOther
        ? Optional.of("is a recurrent layer that no map is known for")
        : Optional.empty();
  }
}
