package org.iterativemaps.examples;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.MapWeights;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A computation that a recurrent map does by settling, and the inputs it does it on:
 *
 * <pre>    h  &lt;-  max(0, W h + U x)</pre>
 *
 * @param name of it
 * @param what it does, in a sentence
 * @param weights U and W
 * @param sampler of an input
 */
record Computation(
    String name, String what, MapWeights weights, Function<RandomSource, double[]> sampler) {
  static final double INHIBITION = 0.4;
  static final int RACERS = 5;

  private static final int RING = 24;
  private static final double NOISE = 0.2;

  static List<Computation> all() {
    return List.of(competition(INHIBITION), transformation(), noiseRejection());
  }

  // region competition
  /** Each unit excites itself and inhibits the others: a lead grows by a tenth in every step. */
  static Computation competition(double inhibition) {
    double[] recurrent =
        matrix(RACERS, RACERS, (to, from) -> to == from ? 1.1 - inhibition : -inhibition);
    return new Computation(
        "Competition",
        "Of " + RACERS + " inputs the largest is left and all others are silenced.",
        weights(RACERS, RACERS, identity(RACERS), recurrent),
        random -> draw(RACERS, i -> random.nextDouble()));
  }

  // endregion

  // region ring
  /** Units on a ring excite their neighbours and inhibit those across it. */
  private static double[] ring(double inhibition, double excitation) {
    return matrix(
        RING,
        RING,
        (to, from) -> 2 * (excitation * Math.cos(angle(to) - angle(from)) - inhibition) / RING);
  }

  // endregion

  private static Computation transformation() {
    double[] input =
        matrix(RING, 2, (to, from) -> from == 0 ? Math.cos(angle(to)) : Math.sin(angle(to)));
    return new Computation(
        "Information transformation",
        "A point in the plane, two numbers, becomes a hill of activity on a ring of "
            + RING
            + " units: where it is says the direction, how high it is the distance.",
        weights(2, RING, input, ring(0.6, 1.8)),
        random -> {
          double direction = 2 * Math.PI * random.nextDouble();
          double distance = 0.5 + random.nextDouble();
          return new double[] {distance * Math.cos(direction), distance * Math.sin(direction)};
        });
  }

  private static Computation noiseRejection() {
    return new Computation(
        "Noise rejection",
        "A hill of activity on a ring of " + RING + " units under noise becomes a smooth one.",
        weights(RING, RING, identity(RING), ring(0.3, 1.9)),
        random -> {
          double[] hill = hill(random);
          return draw(RING, i -> hill[i] + NOISE * random.nextGaussian());
        });
  }

  /** Without the noise: at a random place. */
  private static double[] hill(RandomSource random) {
    double place = 2 * Math.PI * random.nextDouble();
    return draw(RING, i -> Math.exp((Math.cos(angle(i) - place) - 1) / 0.3));
  }

  /** Hills and what noise makes of them, row by row: {clean, noisy}. */
  static INDArray[] hills(int count, long seed) {
    RandomSource random = RandomSource.of(seed, "hills");
    double[][] clean = new double[count][];
    double[][] noisy = new double[count][];
    for (int i = 0; i < count; i++) {
      double[] hill = hill(random);
      clean[i] = hill;
      noisy[i] = draw(RING, unit -> hill[unit] + NOISE * random.nextGaussian());
    }
    return new INDArray[] {Nd4j.createFromArray(clean), Nd4j.createFromArray(noisy)};
  }

  /** So many inputs, [count, nIn]. */
  INDArray inputs(int count, long seed, String part) {
    RandomSource random = RandomSource.of(seed, name, part);
    double[][] rows = new double[count][];
    Arrays.setAll(rows, i -> sampler.apply(random));
    return Nd4j.createFromArray(rows);
  }

  /** The state after 0, 1, 2 … steps, [steps + 1][units]: the equation, in plain Java. */
  double[][] path(double[] x, int steps) {
    double[][] recurrent = weights.matrix("h", "h");
    double[][] input = weights.matrix("x", "h");
    double[][] path = new double[steps + 1][recurrent.length];
    for (int step = 1; step <= steps; step++) {
      for (int unit = 0; unit < recurrent.length; unit++) {
        path[step][unit] =
            Math.max(0, product(recurrent[unit], path[step - 1]) + product(input[unit], x));
      }
    }
    return path;
  }

  private static double product(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static MapWeights weights(int nIn, int units, double[] input, double[] recurrent) {
    BlockMap map =
        BlockMap.builder()
            .input("x", nIn)
            .stateWithoutBias("h", units, Activation.RELU)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    return new MapWeights(
        map.realize(),
        Map.of(Parameter.weightKey("x", "h"), input, Parameter.weightKey("h", "h"), recurrent));
  }

  private interface Cell {
    double of(int to, int from);
  }

  /** Row by row: [to, from]. */
  private static double[] matrix(int toSize, int fromSize, Cell cell) {
    double[] matrix = new double[toSize * fromSize];
    Arrays.setAll(matrix, i -> cell.of(i / fromSize, i % fromSize));
    return matrix;
  }

  private static double[] identity(int units) {
    return matrix(units, units, (to, from) -> to == from ? 1 : 0);
  }

  private static double[] draw(int count, IntToDoubleFunction value) {
    double[] numbers = new double[count];
    Arrays.setAll(numbers, value::applyAsDouble);
    return numbers;
  }

  private static double angle(int unit) {
    return 2 * Math.PI * unit / RING;
  }
}
