package org.iterativemaps.convert;

import static org.iterativemaps.surgery.NonlinearNets.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.iterativemaps.convert.numpy.NpyArray.Precision;
import org.iterativemaps.convert.numpy.NumpyWeights;
import org.iterativemaps.convert.numpy.Orientation;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapSummary;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.surgery.LiveMaps;
import org.iterativemaps.surgery.NonlinearNets;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What maps of every function become, or which of their blocks keeps them from it. */
class NonlinearConversionTest {
  private static final int SEEDS = 8;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void summariesNameEveryBlockWithWeights(boolean isRecurrent) {
    for (NonlinearNets net : NonlinearNets.some(isRecurrent, SEEDS)) {
      String summary = MapSummary.of(net.network());
      for (Parameter parameter : net.map().realize().parameters()) {
        if (parameter.isWeight()) {
          String block = net.map().blocks().get(parameter.block()).name();
          assertTrue(summary.contains(block), () -> block + ", " + net + "\n" + summary);
        }
      }
    }
  }

  /** Into the same map, and into one that drew other masks. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void toNumpyAndBack(boolean isRecurrent, @TempDir Path folder) throws IOException {
    for (NonlinearNets net : NonlinearNets.some(isRecurrent, SEEDS)) {
      MapWeights weights = LiveMaps.weights(net.network(), "map");
      for (Orientation orientation : Orientation.values()) {
        Path file = folder.resolve("map.npz");
        NumpyWeights.write(file, weights, orientation, Precision.DOUBLE);
        for (long seed : new long[] {net.map().seed(), 99}) {
          MapWeights read = NumpyWeights.read(file, net.map().withSeed(seed), orientation);
          assertEquals(weights, read.on(weights.realized()), net.toString());
          MultiLayerNetwork other =
              NonlinearNets.network(read.map(), isRecurrent, isRecurrent ? 1 : 3);
          other.setParams(net.network().params());
          LayerWeights.write(weights, other.getLayer(0));
          assertEquals(net.output(net.network()), net.output(other), net.toString());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsForLinearMapsNamesThePart(boolean isRecurrent) {
    for (NonlinearNets net : NonlinearNets.some(isRecurrent, SEEDS)) {
      String part = net.map().whatIsNotLinear().orElseThrow();
      MapWeights weights = LiveMaps.weights(net.network(), "map");
      refused(net, () -> Unrolling.unroll(weights, 2), "unroll", part);
      refused(net, () -> LiftedForm.of(weights, 2), "lifted form", part);
      refused(net, () -> Unrolling.tie(weights), "none of the slots", "copies");
      String layer =
          "'map' (" + (isRecurrent ? "IterativeMapRecurrentLayer)" : "IterativeMapLayer)");
      refused(net, () -> IterativeMaps.tie(net.network()), "no IterativeMapLayer", layer);
      if (isRecurrent) {
        refused(net, () -> IterativeMaps.toRnn(net.network()), layer, part);
        refused(net, () -> IterativeMaps.toMlp(net.network()), "no IterativeMapLayer", layer);
        refused(net, () -> IterativeMaps.unroll(net.network()), "no IterativeMapLayer", layer);
      } else {
        refused(net, () -> IterativeMaps.toMlp(net.network()), layer, part);
        refused(net, () -> IterativeMaps.toRnn(net.network()), "no IterativeMapRecurrent", layer);
        if (!Cycles.find(net.map()).isEmpty()) {
          refused(net, () -> IterativeMaps.unroll(net.network()), layer, part);
        }
      }
    }
  }
}
