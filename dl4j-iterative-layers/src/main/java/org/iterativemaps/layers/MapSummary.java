package org.iterativemaps.layers;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.iterate.Liveness;
import org.iterativemaps.iterate.UntilSettled;
import org.iterativemaps.kernel.KernelSelection;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.plan.HiddenProportion;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * DL4J's {@code summary()} and, for every map layer and vertex, where its trained weights sit,
 * which kernel runs it here and why.
 *
 * <p>DL4J's own text shows the sizes of a map layer and the number of weights of each block,
 * planned or not; it has no place for more.
 */
public final class MapSummary {
  private MapSummary() {}

  /** Of an initialised network. */
  public static String of(MultiLayerNetwork network) {
    return of(
        network.summary(),
        MapPlace.of(network.getLayerWiseConfigurations()),
        layer -> network.getLayer(Integer.parseInt(layer)),
        network.getLayerWiseConfigurations().getDataType());
  }

  /** Of an initialised network. */
  public static String of(ComputationGraph network) {
    return of(
        network.summary(),
        MapPlace.of(network.getConfiguration()),
        layer -> network.getVertex(layer).getLayer(),
        network.getConfiguration().getDataType());
  }

  private static String of(
      String summary, List<MapPlace> maps, Function<String, Layer> layers, DataType type) {
    StringBuilder text = new StringBuilder(summary);
    for (MapPlace place : maps) {
      text.append('\n').append(place.address()).append(": ");
      MapSettings settings = place.map().getSettings();
      RealizedMap realized = settings.realized();
      text.append(
          realized.trainableWeights() == 0
              ? "every weight is fixed\n"
              : HiddenProportion.realized(realized));
      text.append(dead(place.map(), realized));
      if (settings.iteration() instanceof UntilSettled until) {
        text.append("settles: ").append(words(until)).append('\n');
        if (innermost(layers.apply(place.layer())) instanceof RunningMap map) {
          map.settlingForward().ifPresent(r -> text.append("last pass: ").append(r).append('\n'));
          map.settlingBackward()
              .ifPresent(r -> text.append("last way back: ").append(r).append('\n'));
        }
      }
      settings.densityPlan().ifPresent(p -> text.append("planned: ").append(p).append('\n'));
      text.append("runs on the ")
          .append(KernelSelection.choice(place.map().program(), type))
          .append('\n');
    }
    return text.toString();
  }

  private static Layer innermost(Layer layer) {
    Layer inner = layer;
    while (inner instanceof BaseWrapperLayer wrapper) {
      inner = wrapper.getUnderlying();
    }
    return inner;
  }

  private static String words(UntilSettled until) {
    return String.format(
        Locale.ROOT,
        "residual %s %.3g, at most %d steps (%d at inference), %s, gradient %s",
        until.isRelative() ? "relative" : "absolute",
        until.tolerance(),
        until.atMost(),
        until.atMostAtInference(),
        until.solver(),
        until.gradient());
  }

  /**
   * Blocks that count and are never trained, and the shares without them; empty if there are none.
   */
  private static String dead(IterativeMapConf layer, RealizedMap realized) {
    Liveness liveness = layer.liveness();
    if (liveness.dead().isEmpty()) {
      return "";
    }
    String text = "dead: " + MapLiveness.text(liveness.dead(), liveness.steps()) + '\n';
    boolean isAnyLive =
        realized.parameters().stream()
            .anyMatch(p -> p.isWeight() && p.isOfBlock() && liveness.isLive(p.block()));
    return text
        + (isAnyLive ? HiddenProportion.live(realized, liveness) : "no trained weight is live\n");
  }
}
