package org.iterativemaps.map.change;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.RealizedMap.RealizedBlock;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/** Maps and values to change. */
final class Samples {
  private Samples() {}

  /** x of 5, h of 6, y of 4, trained and fixed blocks, sizes and masks from a seed. */
  static RealizedMap map(long seed) {
    Random random = new Random(seed);
    return BlockMap.builder()
        .input("x", 1 + random.nextInt(6))
        .state("h", 2 + random.nextInt(6), Activation.TANH)
        .state("y", 1 + random.nextInt(5), Activation.IDENTITY)
        .connect("x", "h", Sparsity.dense())
        .connect("h", "h", Sparsity.density(0.3 + 0.7 * random.nextDouble()))
        .connectFixed("h", "h", Sparsity.diagonal(), WeightValues.gaussian(0, 1))
        .connect("h", "y", Sparsity.fanIn(1 + random.nextInt(2)))
        .connectFixed("x", "y", Sparsity.density(0.7), WeightValues.uniform(1, 2))
        .output("y")
        .seed(seed)
        .build()
        .realize();
  }

  /** Numbers vector by vector, in the order of the map's parameters. */
  static MapWeights weights(RealizedMap map, double[]... vectors) {
    Map<String, double[]> values = new HashMap<>();
    for (int i = 0; i < vectors.length; i++) {
      values.put(map.parameters().get(i).key(), vectors[i]);
    }
    return new MapWeights(map, values);
  }

  static MapWeights random(RealizedMap map, long seed) {
    Random random = new Random(seed);
    return weights(
        map,
        map.parameters().stream()
            .map(p -> random.doubles(p.length(), -1, 1).toArray())
            .toArray(double[][]::new));
  }

  static Changeable changeable(long seed) {
    return Changeable.all(random(map(seed), seed), 3);
  }

  /** W[to][from] of a slot pair, trained and fixed; NaN where no weight is. */
  static double[][] matrix(MapWeights numbers, String name, boolean trained) {
    for (RealizedBlock block : numbers.realized().blocks()) {
      if (block.block().name().equals(name) && block.block().isTrainable() == trained) {
        WeightMask mask = block.mask();
        double[] weights = numbers.values(block);
        double[][] matrix = new double[mask.toSize()][mask.fromSize()];
        for (int to = 0; to < mask.toSize(); to++) {
          Arrays.fill(matrix[to], Double.NaN);
          for (int entry = mask.targetStart(to); entry < mask.targetStart(to + 1); entry++) {
            matrix[to][mask.source(entry)] = weights[entry];
          }
        }
        return matrix;
      }
    }
    throw new IllegalArgumentException(name);
  }

  static int count(double[][] matrix) {
    return (int)
        Arrays.stream(matrix)
            .flatMapToDouble(Arrays::stream)
            .filter(value -> !Double.isNaN(value))
            .count();
  }
}
