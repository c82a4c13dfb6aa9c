package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationRReLU;

/**
 * Finds the runs of dense, activation, dropout and output layers that become one map each.
 *
 * <p>A run ends where the next layer has input dropout or trains with other settings: a map has one
 * of each. It also ends before a layer that no map can be; dense layers after that begin another,
 * or are refused where everything is to become one map.
 */
final class MlpRuns {
  private final MlpOptions options;
  private final ConversionReport.Builder report;
  private final List<MlpRun> parts = new ArrayList<>();
  // A run that may go on, or a dropout layer that may begin one.
  private List<Node> open = new ArrayList<>();
  // What no map can be, since the last run: why the next one is another.
  private String between;

  private MlpRuns(MlpOptions options, ConversionReport.Builder report) {
    this.options = options;
    this.report = report;
  }

  /**
   * The runs, and the layers that stay, in order.
   *
   * @throws IllegalArgumentException if there is no run, or one is refused
   */
  static List<MlpRun> find(
      List<Chain> chains, MlpOptions options, ConversionReport.Builder report) {
    MlpRuns runs = new MlpRuns(options, report);
    for (Chain chain : chains) {
      if (chain.entry() != null) {
        runs.between = chain.entry();
      } else if (runs.hasRun()) {
        runs.between = "another input of the network";
      }
      chain.nodes().forEach(runs::add);
      runs.close();
    }
    if (!runs.hasRun()) {
      throw new IllegalArgumentException(
          "the network has no DenseLayer or OutputLayer that could become a map; its layers are "
              + chains.stream().flatMap(c -> c.nodes().stream()).map(Node::label).toList()
              + report.notesSoFar());
    }
    return runs.parts;
  }

  private void add(Node node) {
    if (node.preProcessor() != null && !open.isEmpty()) {
      close();
      String kind = node.preProcessor().getClass().getSimpleName();
      between = "the preprocessor " + kind + " before " + node.label();
    }
    Optional<String> obstacle = obstacle(node);
    if (obstacle.isPresent()) {
      addObstacle(node, obstacle.get());
    } else if (hasWeights(node)) {
      addWeights(node);
    } else if (is(node, DropoutLayer.class)) {
      addDropout(node);
    } else if (!is(node, ActivationLayer.class)) {
      stay(node);
      between = node.label();
    } else if (hasOpenRun()) {
      open.add(node);
    } else {
      stay(node); // it would not keep two runs apart
    }
  }

  private void addObstacle(Node node, String obstacle) {
    if (options.isStrict()) {
      throw new IllegalArgumentException(
          "layer " + node.label() + " " + obstacle + ". Without MlpOptions.strict() it stays");
    }
    stay(node);
    between = node.label();
    report.note(node.leftAlone(obstacle));
  }

  private void addWeights(Node node) {
    node.checkSizes((FeedForwardLayer) node.layer());
    if (hasOpenRun()) {
      reasonToCut(node).ifPresent(reason -> cut(node, reason));
    } else {
      begin(node);
    }
    open.add(node);
    if (is(node, OutputLayer.class)) {
      close();
    }
  }

  private void begin(Node node) {
    if (between != null && hasRun()) {
      if (options.isStrict()) {
        throw new IllegalArgumentException(
            "layer "
                + node.label()
                + " is separated from the dense layers before it by "
                + between
                + ". One map can hold only DenseLayer, ActivationLayer, DropoutLayer and"
                + " OutputLayer that follow each other without preprocessors between them. Without"
                + " MlpOptions.strict() each part becomes a map, and the rest stays");
      }
      report.note(node.label() + " begins a map of its own: it is behind " + between);
    }
    between = null;
    if (node.layer().getIDropout() != null) {
      close(); // two dropouts one after the other: the dropout layer stays
    }
  }

  private void cut(Node node, String reason) {
    report.note(node.label() + " begins a map of its own: " + reason);
    close();
  }

  private Optional<String> reasonToCut(Node node) {
    BaseLayer layer = (BaseLayer) node.layer();
    if (layer.getIDropout() != null) {
      if (!options.dropsDropout()) {
        return Optional.of("input dropout");
      }
      report.note("input dropout of " + node.label() + " is left out");
    }
    List<Node> weighted = new MlpRun(open, true).weighted();
    BaseLayer previous = (BaseLayer) weighted.get(weighted.size() - 1).layer();
    return TrainingSettings.difference(previous, layer);
  }

  private void addDropout(Node node) {
    if (options.dropsDropout() && hasOpenRun()) {
      report.note(node.label() + " is left out");
    } else {
      close(); // it can be the input dropout of the next map
    }
    open.add(node);
  }

  private void stay(Node node) {
    close();
    parts.add(new MlpRun(List.of(node), false));
  }

  private void close() {
    if (!open.isEmpty()) {
      parts.add(new MlpRun(open, hasOpenRun()));
      open = new ArrayList<>();
    }
  }

  private boolean hasOpenRun() {
    return open.stream().anyMatch(MlpRuns::hasWeights);
  }

  private boolean hasRun() {
    return parts.stream().anyMatch(MlpRun::isRun);
  }

  /** Why a dense or activation layer cannot be part of a map. */
  private static Optional<String> obstacle(Node node) {
    if (is(node, ActivationLayer.class)) {
      return rrelu(((ActivationLayer) node.layer()).getActivationFn());
    }
    if (!hasWeights(node)) {
      return Optional.empty();
    }
    if (node.layer() instanceof DenseLayer dense && dense.hasLayerNorm()) {
      return Optional.of("has layer normalisation, which needs all units of a layer at once");
    }
    BaseLayer layer = (BaseLayer) node.layer();
    return TrainingSettings.obstacle(layer).or(() -> rrelu(layer.getActivationFn()));
  }

  private static Optional<String> rrelu(IActivation activation) {
    return activation instanceof ActivationRReLU
        ? Optional.of("has activation RReLU, which a map refuses; use LEAKYRELU")
        : Optional.empty();
  }

  static boolean hasWeights(Node node) {
    return is(node, DenseLayer.class) || is(node, OutputLayer.class);
  }

  /** Exact classes: a subclass may compute something else. */
  static boolean is(Node node, Class<?> type) {
    return node.layer().getClass() == type;
  }
}
