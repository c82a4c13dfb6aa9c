package org.iterativemaps.reservoir;

import java.util.Arrays;
import java.util.List;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.RandomSource;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.pattern.WeightMask;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;

/**
 * The map of one reservoir or of a stack of them.
 *
 * <p>One that is not residual is a state slot "h". A residual one is a wire "a", the activated
 * value, and a state slot "h" = k O h + a. In a stack reservoir i has its state in "hi" and its new
 * value in a wire "ni", which the next one and the output "h" read: state slots are read as they
 * were before the time step.
 */
final class ReservoirMap {
  private static final String INPUT = "x";
  private static final String OUTPUT = "h";
  private static final String CONSTANT = "half";
  private static final IActivation IDENTITY = Activation.IDENTITY.getActivationFunction();

  private final List<Reservoir> reservoirs;
  private final BlockMapBuilder map;
  private final int nIn;

  ReservoirMap(int nIn, List<Reservoir> reservoirs) {
    this.nIn = nIn;
    this.reservoirs = List.copyOf(reservoirs);
    this.map = BlockMap.builder().input(INPUT, nIn).seed(reservoirs.get(0).seed());
  }

  BlockMap build() {
    if (reservoirs.stream().anyMatch(reservoir -> reservoir.biasScaling() > 0)) {
      // sigmoid(0) = 1/2: the one number that a slot has of which nothing is trained.
      map.wireWithoutBias(CONSTANT, 1, Activation.SIGMOID);
    }
    for (Reservoir reservoir : reservoirs) {
      if (reservoir.branch() != null && reservoir.leakRate() < 1) {
        throw new IllegalArgumentException(
            "leakRate: found "
                + reservoir.leakRate()
                + " of a residual reservoir, expected 1: what is kept and what is added says"
                + " residual(…)");
      }
    }
    if (reservoirs.size() == 1) {
      single(reservoirs.get(0));
    } else {
      stack();
    }
    return map.output(OUTPUT).build();
  }

  private void single(Reservoir reservoir) {
    if (reservoir.branch() == null) {
      map.stateWithoutBias(OUTPUT, reservoir.units, reservoir.activation());
      if (reservoir.leakRate() < 1) {
        map.update(OUTPUT, Update.leaky(reservoir.leakRate()));
      }
      weights(reservoir, INPUT, nIn, OUTPUT, OUTPUT, 0);
      return;
    }
    map.wireWithoutBias("a", reservoir.units, reservoir.activation());
    map.stateWithoutBias(OUTPUT, reservoir.units, IDENTITY);
    weights(reservoir, INPUT, nIn, OUTPUT, "a", 0);
    map.connectFixed("a", OUTPUT, Sparsity.diagonal(), WeightValues.constant(reservoir.added()));
    keep(reservoir, OUTPUT, OUTPUT);
  }

  private void stack() {
    int total = reservoirs.stream().mapToInt(reservoir -> reservoir.units).sum();
    String source = INPUT;
    int sourceSize = nIn;
    int first = 0;
    map.stateWithoutBias(OUTPUT, total, IDENTITY);
    for (int i = 0; i < reservoirs.size(); i++) {
      Reservoir reservoir = reservoirs.get(i);
      String state = OUTPUT + (i + 1);
      String activated = "a" + (i + 1);
      String next = "n" + (i + 1);
      map.wireWithoutBias(activated, reservoir.units, reservoir.activation());
      map.add(Slot.wire(next, reservoir.units, IDENTITY, false));
      map.stateWithoutBias(state, reservoir.units, IDENTITY);
      weights(reservoir, source, sourceSize, state, activated, i);
      boolean isResidual = reservoir.branch() != null;
      double added = isResidual ? reservoir.added() : reservoir.leakRate();
      map.connectFixed(activated, next, Sparsity.diagonal(), WeightValues.constant(added));
      if (isResidual) {
        keep(reservoir, state, next);
      } else if (reservoir.leakRate() < 1) {
        map.connectFixed(
            state, next, Sparsity.diagonal(), WeightValues.constant(1 - reservoir.leakRate()));
      }
      map.connect(next, state, BlockFunctions.identity());
      map.connectFixed(
          next,
          OUTPUT,
          Sparsity.explicit(part(reservoir.units, total, first)),
          WeightValues.constant(1));
      first += reservoir.units;
      source = next;
      sourceSize = reservoir.units;
    }
  }

  /** Unit i to unit first + i. */
  private static WeightMask part(int units, int total, int first) {
    int[] targetStart = new int[total + 1];
    Arrays.setAll(targetStart, to -> Math.min(Math.max(to - first, 0), units));
    int[] sources = new int[units];
    Arrays.setAll(sources, i -> i);
    return WeightMask.ofRows(units, total, targetStart, sources);
  }

  /** All that is summed before the activation. */
  private void weights(
      Reservoir reservoir, String source, int sources, String state, String to, int place) {
    // Masks and values follow from the map's seed and the slots' names; input scalings from here.
    double[] scaling = reservoir.scalingOf(sources);
    boolean isOneNumber = Arrays.stream(scaling).distinct().count() == 1;
    Sparsity pattern = reservoir.inputPattern();
    WeightValues values = WeightValues.uniform(-Math.abs(scaling[0]), Math.abs(scaling[0]));
    if (!isOneNumber) {
      WeightMask mask =
          pattern.draw(
              sources, reservoir.units, RandomSource.of(reservoir.seed(), "mask", "input" + place));
      RandomSource random = RandomSource.of(reservoir.seed(), "values", "input" + place);
      double[] numbers = new double[mask.entryCount()];
      Arrays.setAll(numbers, entry -> scaling[mask.source(entry)] * (2 * random.nextDouble() - 1));
      pattern = Sparsity.explicit(mask);
      values = WeightValues.explicit(numbers);
    }
    map.connectFixed(source, to, pattern, values);
    map.connectFixed(state, to, reservoir.pattern(), reservoir.weights());
    if (reservoir.biasScaling() > 0) {
      double twice = 2 * reservoir.biasScaling();
      map.connectFixed(CONSTANT, to, Sparsity.dense(), WeightValues.uniform(-twice, twice));
    }
  }

  /** k O from a slot to another. */
  private void keep(Reservoir reservoir, String from, String to) {
    double kept = reservoir.kept();
    if (kept > 0) {
      switch (reservoir.branch()) {
        case RANDOM -> map.connectFixed(from, to, Sparsity.dense(), WeightValues.orthogonal(kept));
        case CYCLIC -> map.connectFixed(from, to, Sparsity.ring(), WeightValues.constant(kept));
        case IDENTITY ->
            map.connectFixed(from, to, Sparsity.diagonal(), WeightValues.constant(kept));
      }
    }
  }
}
