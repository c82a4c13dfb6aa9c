package org.iterativemaps.examples;

import static org.iterativemaps.examples.DoubleMap.image;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;

/**
 * Trellis networks as block maps: rows are tokens, those of a sequence one after the other, a step
 * is a level.
 *
 * @param inputs numbers of a token; its place, one-hot, follows them in the input slot
 * @param time tokens of a sequence, at least 2, and at most as many as the width
 * @param width units of a level
 */
record TrellisMaps(int inputs, int time, int width) {

  TrellisMaps {
    if (inputs < 1 || time < 2 || width < time) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "inputs, time, width: found %d, %d, %d, expected at least 1, 2 and as many units as"
                  + " there are tokens, for the places of queries and keys",
              inputs,
              time,
              width));
    }
  }

  // region back
  /**
   * Slots from which attention looks back by one, exactly: the query of a token is the place before
   * it, so large that the softmax of all other places is 0 to the last digit. Nothing is before the
   * first token.
   */
  private BlockMapBuilder withPlaces() {
    double large = 1000 * Math.sqrt(width); // exp(-1000) is 0
    return BlockMap.builder()
        .input("x", inputs + time)
        .wireWithoutBias("query", width, Activation.IDENTITY)
        .wireWithoutBias("key", width, Activation.IDENTITY)
        .wireWithoutBias("isAfter", width, Activation.IDENTITY)
        .connectFixed(
            "x",
            "query",
            input((to, from) -> from == inputs + to + 1),
            WeightValues.constant(large))
        .connectFixed(
            "x", "key", input((to, from) -> from == inputs + to), WeightValues.constant(1))
        .connectFixed("x", "isAfter", input((to, from) -> from > inputs), WeightValues.constant(1));
  }

  // endregion

  // region level
  /** z(t) = tanh( V1 x(t-1) + W1 z(t-1) + V2 x(t) + W2 z(t) + b ), of z in one slot to another. */
  private void level(BlockMapBuilder map, String from, String to, Weights weights) {
    map.wireWithoutBias(to + "Past", width, Activation.IDENTITY)
        .wireWithoutBias(to + "Back", width, Activation.IDENTITY)
        .connect("x", to, weights.ofToken())
        .connect(
            List.of("query", "key", to + "Past"), to + "Back", BlockFunctions.attention(1, time))
        .connect(List.of("isAfter", to + "Back"), to, BlockFunctions.product());
    if (weights.ofPastToken() != null) {
      map.connect("x", to + "Past", weights.ofPastToken());
    }
    if (from != null) { // the first level of all sees tokens alone
      map.connect(from, to + "Past", weights.ofPast()).connect(from, to, weights.ofSame());
    }
  }

  /** The weights of every level are the same: a state slot that reads itself. */
  BlockMap tied(Weights weights) {
    BlockMapBuilder map = withPlaces().state("z", width, Activation.TANH);
    level(map, "z", "z", weights);
    return map.output("z").build();
  }

  /** A state slot for every level, which reads the one before. */
  BlockMap untied(int depth) {
    BlockMapBuilder map = withPlaces();
    for (int l = 1; l <= depth; l++) {
      map.state("z" + l, width, Activation.TANH);
      level(map, l == 1 ? null : "z" + (l - 1), "z" + l, all());
    }
    return map.output("z" + depth).build();
  }

  // endregion

  /** Which weights exist: V1 (null for none), W1, V2, W2. */
  record Weights(Sparsity ofPastToken, Sparsity ofPast, Sparsity ofToken, Sparsity ofSame) {}

  /** All of them. */
  Weights all() {
    Sparsity token = input((to, from) -> from < inputs);
    return new Weights(token, Sparsity.dense(), token, Sparsity.dense());
  }

  // region theorem
  /**
   * Those of a recurrent network of two layers: the first half of the units is its first layer,
   * which reads the token, the second half reads the first, and each reads its own past.
   */
  Weights ofTwoLayers() {
    int half = width / 2;
    return new Weights(
        null,
        units((to, from) -> to < half == from < half),
        input((to, from) -> from < inputs && to < half),
        units((to, from) -> to >= half && from < half));
  }

  // endregion

  private Sparsity input(BiPredicate<Integer, Integer> exists) {
    return sparsity(inputs + time, exists);
  }

  private Sparsity units(BiPredicate<Integer, Integer> exists) {
    return sparsity(width, exists);
  }

  private Sparsity sparsity(int from, BiPredicate<Integer, Integer> exists) {
    boolean[][] cells = new boolean[width][from];
    for (int to = 0; to < width; to++) {
      int target = to;
      IntStream.range(0, from).forEach(f -> cells[target][f] = exists.test(target, f));
    }
    return Sparsity.explicit(WeightMask.ofMatrix(cells));
  }

  /** Tokens with their places, as the input slot wants them. */
  double[][] placed(double[][] tokens) {
    double[][] rows = new double[tokens.length][];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = Arrays.copyOf(tokens[t], inputs + time);
      rows[t][inputs + t % time] = 1;
    }
    return rows;
  }

  // region paper
  /** The paper's equations, level by level, in plain loops; a level of zeros comes first. */
  double[][] byThePaper(MapWeights map, int depth, boolean isTied, double[][] tokens) {
    double[][] z = new double[tokens.length][width];
    for (int l = 1; l <= depth; l++) {
      String slot = isTied ? "z" : "z" + l;
      String below = isTied ? "z" : l == 1 ? null : "z" + (l - 1);
      double[][] next = new double[tokens.length][];
      for (int t = 0; t < tokens.length; t++) {
        double[] sum = image(map.matrix("x", slot), tokens[t], map.bias(slot));
        sum = below == null ? sum : image(map.matrix(below, slot), z[t], sum);
        if (t > 0) {
          sum = image(map.matrix("x", slot + "Past"), tokens[t - 1], sum);
          sum = below == null ? sum : image(map.matrix(below, slot + "Past"), z[t - 1], sum);
        }
        next[t] = Arrays.stream(sum).map(Math::tanh).toArray();
      }
      z = next;
    }
    return z;
  }

  /** The recurrent network of two layers, from zeros, over the last tokens of each place. */
  double[][] truncated(MapWeights map, int horizon, double[][] tokens) {
    double[][] outputs = new double[tokens.length][];
    double[][] past = map.matrix("z", "zPast");
    double[][] same = map.matrix("z", "z");
    for (int t = 0; t < tokens.length; t++) {
      double[] first = new double[width];
      double[] second = new double[width];
      for (int s = Math.max(0, t - horizon + 1); s <= t; s++) {
        double[] sum = image(past, first, image(map.matrix("x", "z"), tokens[s], map.bias("z")));
        first = half(sum, true);
        second = half(image(past, second, image(same, first, map.bias("z"))), false);
      }
      outputs[t] = second;
    }
    return outputs;
  }

  /** tanh of one half of the units, 0 of the other. */
  private double[] half(double[] sum, boolean isFirst) {
    double[] values = new double[width];
    for (int i = 0; i < width; i++) {
      values[i] = i < width / 2 == isFirst ? Math.tanh(sum[i]) : 0;
    }
    return values;
  }

  // endregion
}
