package org.iterativemaps.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.iterativemaps.iterate.Iteration;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.LayerWeights;
import org.iterativemaps.layers.MapSettings;
import org.iterativemaps.layers.impl.RunningMap;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Slot;

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
          MapSettings running = ((RunningMap) node.trained()).running();
          if (!(running.iteration() instanceof Iteration.Steps)) {
            throw new IllegalArgumentException(
                "layer "
                    + node.label()
                    + ": it goes on until it has settled, which has no number of copies; give it fixed"
                    + " steps with MapKnobs.steps(k)");
          }
          int steps = running.steps();
          MapWeights unrolled = inLayer(node, () -> Unrolling.unroll(weights, steps));
          return new NewMap(
              unrolled, Unrolling.stepsOf(unrolled.map()), "K = " + steps + " copies");
        });
  }

  static Conversion.Plan tie(List<Chain> chains) {
    return change(
        chains,
        Tying::hasCopies,
        "with copies of slots that unroll made (what slots are called says nothing)",
        (node, weights, report) -> {
          Unrolling.Tied tied = inLayer(node, () -> Tying.tie(weights, report.averages()));
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
        NewMap map = change.of(node, LayerWeights.read(node.trained()), report);
        report.layer(node, map.name, map.weights.realized().parameterCount());
        IterativeMapLayer copy = (IterativeMapLayer) layer.clone();
        copy.setSettings(
            new MapSettings(map.weights.map(), map.steps, Map.<String, IWeightInit>of()));
        pieces.add(new Piece(List.of(node), List.of(NewLayer.trained(copy, map.weights))));
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
              + " they carry their state from token to token. Its layers are "
              + chains.stream()
                  .flatMap(c -> c.nodes().stream())
                  .map(UnrolledLayers::slots)
                  .toList());
    }
    return new Conversion.Plan(pieces, report.build());
  }

  private static String slots(Node node) {
    return node.layer() instanceof IterativeMapLayer layer
        ? node.label()
            + " of slots "
            + layer.getSettings().map().slots().stream().map(Slot::name).toList()
        : node.label();
  }

  private static <T> T inLayer(Node node, Supplier<T> change) {
    try {
      return change.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("layer " + node.label() + ": " + e.getMessage(), e);
    }
  }
}
