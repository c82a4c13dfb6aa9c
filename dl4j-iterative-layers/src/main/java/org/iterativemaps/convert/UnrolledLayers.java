package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.BlockMap;

/** {@link Unrolling} on the map layers of a network. */
final class UnrolledLayers {
  private UnrolledLayers() {}

  private interface Change {
    NewMap of(Node node, MapWeights weights, ConversionReport.Builder report);
  }

  private record NewMap(MapWeights weights, int steps, String name) {}

  static Conversion.Plan unroll(List<Chain> chains) {
    return change(
        chains,
        map -> !Cycles.find(map).isEmpty(),
        "with a loop",
        (node, weights, report) -> {
          int steps = ((RunningMap) node.trained()).running().steps();
          MapWeights unrolled = Unrolling.unroll(weights, steps);
          return new NewMap(
              unrolled, Unrolling.stepsOf(unrolled.map()), "K = " + steps + " copies");
        });
  }

  static Conversion.Plan tie(List<Chain> chains) {
    return change(
        chains,
        map -> map.slots().stream().anyMatch(slot -> slot.name().matches(".*\\.\\d+")),
        "with copies of slots (h.1, h.2 …)",
        (node, weights, report) -> {
          Unrolling.Tied tied = Unrolling.tie(weights);
          report.tyingLoss(tied.loss());
          return new NewMap(tied.weights(), tied.steps(), "tied, K = " + tied.steps());
        });
  }

  private static Conversion.Plan change(
      List<Chain> chains, Predicate<BlockMap> concerns, String which, Change change) {
    ConversionReport.Builder report = new ConversionReport.Builder();
    List<Piece> pieces = new ArrayList<>();
    int changed = 0;
    for (Node node : chains.stream().flatMap(chain -> chain.nodes().stream()).toList()) {
      if (node.layer() instanceof IterativeMapLayer layer
          && concerns.test(layer.getSettings().map())) {
        NewMap map = change.of(node, MapWeights.of(node.trained()), report);
        report.layer(node, map.name, map.weights.realized().parameterCount());
        IterativeMapLayer copy = (IterativeMapLayer) layer.clone();
        copy.setSettings(
            new MapSettings(map.weights.map(), map.steps, Map.<String, IWeightInit>of()));
        pieces.add(new Piece(List.of(node), List.of(new NewLayer(copy, map.weights::writeInto))));
        changed++;
      } else {
        report.stays(node);
        pieces.add(Piece.kept(node));
      }
    }
    if (changed == 0) {
      throw new IllegalArgumentException(
          "the network has no IterativeMapLayer "
              + which
              + "; recurrent maps cannot be unrolled,"
              + " they carry their state from token to token");
    }
    return new Conversion.Plan(pieces, report.build());
  }
}
