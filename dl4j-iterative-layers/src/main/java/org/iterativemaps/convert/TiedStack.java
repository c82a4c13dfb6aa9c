package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.IActivation;

/**
 * A run of dense layers as one looped hidden slot; an output layer at its end stays a layer.
 *
 * <p>x-&gt;h is the first layer. h-&gt;h is the average of the other layers, the bias that of all.
 */
final class TiedStack {
  private static final String INPUT = MlpToMap.INPUT;
  private static final String HIDDEN = "h";

  private final MlpRun run;
  private final List<Node> hidden;
  private final MlpOptions options;
  private final ConversionReport.Builder report;

  private final boolean isLast;

  /**
   * @param isLast whether no layer reads what the run computes
   */
  TiedStack(MlpRun run, boolean isLast, MlpOptions options, ConversionReport.Builder report) {
    this.run = run;
    this.isLast = isLast;
    this.options = options;
    this.report = report;
    this.hidden =
        run.weighted().stream().filter(node -> node.layer() instanceof DenseLayer).toList();
  }

  List<Piece> pieces() {
    if (hidden.isEmpty()) {
      report.stays(run.last());
      return List.of(Piece.kept(run.last()));
    }
    List<Node> stack =
        run.endsInOutput() ? run.nodes().subList(0, run.nodes().size() - 1) : run.nodes();
    boolean isTrained = run.last().trained() != null;
    checkWidth();
    BlockMap map = map();
    IterativeMapLayer layer = layer(map);
    NewLayer filled =
        isTrained && !options.hasFreshWeights()
            ? NewLayer.trained(layer, average(map))
            : NewLayer.untrained(layer);
    long after = map.realize().parameterCount();
    for (Node node : stack) {
      boolean isFirst = node == hidden.get(0);
      report.layer(
          node,
          hidden.contains(node) ? "tied into slot " + HIDDEN : "part of the map",
          isFirst ? after : 0);
    }
    List<Piece> pieces = new ArrayList<>();
    pieces.add(new Piece(stack, List.of(filled)));
    if (run.endsInOutput()) {
      pieces.add(output(run.last()));
    }
    return pieces;
  }

  /** An output layer can start anew with another input; other layers stay as they are. */
  private void checkWidth() {
    int before = block(hidden.get(hidden.size() - 1)).toSize();
    if (!run.endsInOutput() && !isLast && before != width()) {
      throw new IllegalArgumentException(
          "width: found "
              + width()
              + ", expected the "
              + before
              + " units of layer "
              + hidden.get(hidden.size() - 1).label()
              + ": what follows it stays as it is, or becomes a map of its own, and reads so many");
    }
  }

  private int width() {
    return options.tie().width();
  }

  private FeedForwardLayer first() {
    return run.first();
  }

  private BlockMap map() {
    boolean hasBias = hidden.stream().anyMatch(node -> block(node).hasBias());
    BlockMapBuilder builder = BlockMap.builder().input(INPUT, Math.toIntExact(first().getNIn()));
    IActivation activation = activation();
    if (hasBias) {
      builder.state(HIDDEN, width(), activation);
    } else {
      builder.stateWithoutBias(HIDDEN, width(), activation);
    }
    builder.connect(INPUT, HIDDEN, Sparsity.dense());
    if (options.tie().steps() > 1) {
      builder.connect(HIDDEN, HIDDEN, Sparsity.dense());
    }
    return builder.output(HIDDEN).injection(options.injection()).build();
  }

  /** The one activation that all layers have. */
  private IActivation activation() {
    IActivation activation = ((BaseLayer) first()).getActivationFn();
    for (Node node : run.nodes()) {
      if (node.layer() instanceof OutputLayer) {
        continue;
      }
      boolean differs =
          MlpRuns.hasWeights(node)
              ? !((BaseLayer) node.layer()).getActivationFn().equals(activation)
              : node.layer() instanceof org.deeplearning4j.nn.conf.layers.ActivationLayer;
      if (differs) {
        throw new IllegalArgumentException(
            "layer "
                + node.label()
                + ": one looped slot has one activation, and that of the layers before is "
                + activation
                + "; use layers with one activation, or MlpOptions.dense()");
      }
    }
    return activation;
  }

  private IterativeMapLayer layer(BlockMap map) {
    IterativeMapLayer layer =
        new IterativeMapLayer.Builder().map(map).steps(options.tie().steps()).build();
    TrainingSettings.copy(first(), layer);
    layer.setIDropout(run.inputDropout());
    layer.setLayerName(hidden.get(hidden.size() - 1).name());
    return layer;
  }

  private static DenseBlock block(Node node) {
    return new DenseBlock(node, HIDDEN, HIDDEN);
  }

  private MapWeights average(BlockMap map) {
    for (Node node : hidden) {
      if (block(node).toSize() != width()) {
        throw new IllegalArgumentException(
            "layer "
                + node.label()
                + ": found "
                + block(node).toSize()
                + " units, expected the tied width "
                + width()
                + " in every hidden layer to average their weights; choose that width, or"
                + " freshWeights()");
      }
    }
    boolean isLooped = options.tie().steps() > 1;
    if (isLooped && hidden.size() < 2) {
      throw new IllegalArgumentException(
          "layer "
              + hidden.get(0).label()
              + ": the only hidden layer; there are no weights h->h to average. Use freshWeights()");
    }
    List<double[]> others =
        hidden.subList(1, hidden.size()).stream().map(node -> block(node).values()).toList();
    Averages averages = report.averages();
    Map<String, double[]> values = new HashMap<>();
    values.put(Parameter.weightKey(INPUT, HIDDEN), block(hidden.get(0)).values());
    if (map.slot(HIDDEN).hasBias()) {
      List<double[]> biases =
          hidden.stream()
              .map(n -> block(n).hasBias() ? block(n).bias() : new double[width()])
              .toList();
      values.put(Parameter.biasKey(HIDDEN), averages.of(biases));
    }
    double[] loop = others.isEmpty() ? null : averages.of(others);
    if (isLooped) {
      values.put(Parameter.weightKey(HIDDEN, HIDDEN), loop);
    }
    return new MapWeights(map.realize(), values);
  }

  /** Its weights stay if the width does; else it starts anew. */
  private Piece output(Node node) {
    OutputLayer layer = (OutputLayer) node.layer();
    if (layer.getNIn() == width()) {
      report.stays(node);
      return Piece.kept(node);
    }
    OutputLayer copy = (OutputLayer) layer.clone();
    copy.setNIn(width());
    long parameters = copy.initializer().numParams(copy);
    report.layer(node, "reads " + width() + " units, new weights", parameters);
    return new Piece(List.of(node), List.of(NewLayer.untrained(copy)));
  }
}
