package org.iterativemaps.dynamics;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;

/** Maps of a few units, of which is known what they do. */
final class SmallMaps {
  private SmallMaps() {}

  /** h <- A(W h + x), with x held. */
  static MapWeights looped(Activation activation, double[][] loop) {
    BlockMap map =
        BlockMap.builder()
            .input("x", loop.length)
            .stateWithoutBias("h", loop.length, activation)
            .connect("x", "h", Sparsity.diagonal())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    double[] ones = new double[loop.length];
    Arrays.fill(ones, 1);
    double[] cells = Arrays.stream(loop).flatMapToDouble(Arrays::stream).toArray();
    return new MapWeights(map.realize(), Map.of("W[x->h]", ones, "W[h->h]", cells));
  }

  static MapStep step(Activation activation, double[]... loop) {
    return MapStep.of(looped(activation, loop), null, new double[loop.length]);
  }

  /** h <- r h (1 - h). */
  static MapStep logistic(double r) {
    BlockMap map =
        BlockMap.builder()
            .input("x", 1)
            .wireWithoutBias("less", 1, Activation.IDENTITY)
            .stateWithoutBias("h", 1, Activation.IDENTITY)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .connect("h", "less", Sparsity.dense())
            .connect(List.of("less", "h"), "h", BlockFunctions.product())
            .output("h")
            .build();
    Map<String, double[]> values =
        Map.of(
            "W[x->h]", new double[] {1},
            "W[h->h]", new double[] {r},
            "W[h->less]", new double[] {-r});
    return MapStep.of(new MapWeights(map.realize(), values), null, 0);
  }

  static double[][] rotation(double angle) {
    return new double[][] {{Math.cos(angle), -Math.sin(angle)}, {Math.sin(angle), Math.cos(angle)}};
  }

  /** The positive solution of m = tanh(w m), w above 1, by bisection. */
  static double positive(double w) {
    double low = 1e-9;
    double high = 1;
    for (int i = 0; i < 200; i++) {
      double middle = (low + high) / 2;
      if (Math.tanh(w * middle) > middle) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
