package org.iterativemaps.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Normalisation;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Random maps and data for kernel tests; everything follows from the seed. */
public final class RandomPrograms {
  private final Random random;

  public RandomPrograms(long seed) {
    this.random = new Random(seed);
  }

  /** One to four state slots, each connected to some others by some pattern, some blocks fixed. */
  public BlockMap map(Activation... activations) {
    int states = 1 + random.nextInt(4);
    BlockMapBuilder builder =
        BlockMap.builder()
            .input("x", 1 + random.nextInt(9))
            .injection(Injection.values()[random.nextInt(2)])
            .seed(random.nextLong());
    for (int s = 0; s < states; s++) {
      Activation activation = activations[random.nextInt(activations.length)];
      int size = 1 + random.nextInt(9);
      if (random.nextInt(4) == 0) {
        builder.stateWithoutBias("s" + s, size, activation.getActivationFunction());
      } else {
        builder.state("s" + s, size, activation);
      }
    }
    builder.connect("x", "s0", pattern());
    for (int to = 0; to < states; to++) {
      for (int from = 0; from < states; from++) {
        if (from == to - 1 || random.nextInt(3) == 0) {
          builder.connect("s" + from, "s" + to, pattern());
        }
        if (random.nextInt(8) == 0) {
          builder.connectFixed(
              "s" + from, "s" + to, Sparsity.diagonal(), WeightValues.constant(0.5));
        }
      }
      if (to > 0 && random.nextInt(3) == 0) {
        builder.connect("x", "s" + to, pattern());
      }
    }
    return builder.output("s" + random.nextInt(states)).build();
  }

  private Sparsity pattern() {
    return switch (random.nextInt(4)) {
      case 0 -> Sparsity.dense();
      case 1 -> Sparsity.fanIn(1);
      case 2 -> Sparsity.diagonal();
      default -> Sparsity.entries(1);
    };
  }

  public int below(int bound) {
    return random.nextInt(bound);
  }

  public INDArray[] parameters(RealizedMap realized, DataType type) {
    return realized.parameters().stream()
        .map(Parameter::length)
        .map(length -> normal(type, length))
        .toArray(INDArray[]::new);
  }

  public INDArray normal(DataType type, long... shape) {
    INDArray array = Nd4j.create(DataType.DOUBLE, shape);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian());
    }
    return array.castTo(type);
  }

  /** Ones and zeros, the first time step always there. */
  public INDArray mask(DataType type, long batch, long time) {
    INDArray mask = Nd4j.ones(type, batch, time);
    for (long b = 0; b < batch; b++) {
      for (long t = 1; t < time; t++) {
        mask.putScalar(b, t, random.nextInt(3) == 0 ? 0 : 1);
      }
    }
    return mask;
  }

  // Of nonlinear maps.
  private int units;
  private Activation[] choice;
  private int[] functions;
  private boolean hasNormalisations;
  private boolean hasRepeats;
  private final Set<String> repeats = new HashSet<>(); // slots that only repeat another
  private final Set<String> linear = new HashSet<>(); // "from->to"

  /**
   * A map of every function, wires, normalisations, residual and gated slots, all of one size, with
   * an activation in every slot; rows come in pairs.
   */
  public BlockMap nonlinearMap() {
    units = 4;
    choice = new Activation[] {Activation.TANH, Activation.SIGMOID, Activation.IDENTITY};
    functions = new int[] {0, 1, 2, 3, 4, 5};
    hasNormalisations = true;
    return drawNonlinearMap();
  }

  /**
   * As {@link #nonlinearMap}, of any size, without attention and maps in maps; but some slots only
   * repeat another, and wires have weights.
   */
  public BlockMap gatedMap(boolean canNormalise, Activation... activations) {
    units = 2 + random.nextInt(8);
    choice = activations;
    functions = new int[] {0, 1, 2, 5, 6};
    hasNormalisations = canNormalise;
    hasRepeats = true;
    return drawNonlinearMap();
  }

  private BlockMap drawNonlinearMap() {
    int wires = random.nextInt(3);
    int states = 1 + random.nextInt(3);
    BlockMapBuilder builder =
        BlockMap.builder()
            .input("x", units)
            .injection(Injection.values()[random.nextInt(2)])
            .seed(random.nextLong());
    List<String> read = new ArrayList<>(List.of("x"));
    for (int s = 0; s < states; s++) {
      read.add("s" + s);
    }
    // States first, in every second map: their place says nothing about what is evaluated first.
    boolean statesFirst = random.nextBoolean();
    if (statesFirst) {
      slots(builder, "s", states);
    }
    slots(builder, "w", wires);
    if (!statesFirst) {
      slots(builder, "s", states);
    }
    List<String> seen = new ArrayList<>(read);
    for (int w = 0; w < wires; w++) {
      if (!repeat(builder, any(seen), "w" + w)) {
        blocks(builder, "w" + w, seen);
      }
      seen.add("w" + w);
    }
    for (int s = 0; s < states; s++) {
      String slot = "s" + s;
      String before = s == 0 ? "x" : "s" + (s - 1); // so that every state hears of the input
      if (repeat(builder, before, slot)) {
        continue;
      }
      connect(builder, before, slot, Sparsity.dense());
      blocks(builder, slot, seen);
      switch (random.nextInt(4)) {
        case 0 -> builder.update(slot, Update.residual(0.5));
        case 1 -> builder.update(slot, Update.gated(any(seen)));
        case 2 -> builder.update(slot, Update.gated(any(seen), any(seen)));
        default -> {
          if (s % 2 == 1) {
            builder.update(slot, Update.leaky(0.25));
          } // or replaced
        }
      }
    }
    return builder.output("s" + random.nextInt(states)).build();
  }

  private void connect(BlockMapBuilder builder, String from, String to, Sparsity sparsity) {
    if (linear.add(from + "->" + to)) {
      builder.connect(from, to, sparsity);
    }
  }

  private boolean repeat(BlockMapBuilder builder, String from, String slot) {
    if (repeats.contains(slot)) {
      builder.connect(from, slot, BlockFunctions.identity());
    }
    return repeats.contains(slot);
  }

  private void slots(BlockMapBuilder builder, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      if (hasRepeats && random.nextInt(3) == 0) {
        IActivation identity = Activation.IDENTITY.getActivationFunction();
        repeats.add(prefix + i);
        builder.add(
            prefix.equals("w")
                ? Slot.wire("w" + i, units, identity, false)
                : Slot.state("s" + i, units, identity, false));
        continue;
      }
      IActivation activation = choice[random.nextInt(choice.length)].getActivationFunction();
      boolean hasBias = random.nextBoolean();
      builder.add(
          prefix.equals("w")
              ? Slot.wire("w" + i, units, activation, hasBias)
              : Slot.state("s" + i, units, activation, hasBias));
      if (hasNormalisations && random.nextInt(3) == 0) {
        builder.normalise(prefix + i, Normalisation.values()[random.nextInt(3)]);
      }
    }
  }

  private String any(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }

  /** One or two blocks into a slot, of different functions. */
  private void blocks(BlockMapBuilder builder, String to, List<String> seen) {
    int count = functions.length;
    int first = random.nextInt(count);
    for (int index : new int[] {first, (first + 1 + random.nextInt(count - 1)) % count}) {
      switch (functions[index]) {
        case 0 -> builder.connect(any(seen), to, BlockFunctions.identity());
        case 1 -> builder.connect(List.of(any(seen), any(seen)), to, BlockFunctions.product());
        case 2 ->
            builder.connect(
                List.of(any(seen), any(seen)),
                to,
                BlockFunctions.linearProduct(Sparsity.density(0.5), Sparsity.fanIn(2)));
        case 3 ->
            builder.connect(
                List.of(any(seen), any(seen), any(seen)),
                to,
                BlockFunctions.attention(1 + random.nextInt(2), 2));
        case 4 -> builder.connect(any(seen), to, BlockFunctions.nested(inner(), 2));
        case 6 -> connect(builder, any(seen), to, Sparsity.density(0.5));
        default ->
            builder.connectFixed(any(seen), to, Sparsity.diagonal(), WeightValues.constant(0.5));
      }
    }
  }

  private BlockMap inner() {
    return BlockMap.builder()
        .input("a")
        .state("b", units, Activation.TANH)
        .connect("a", "b", Sparsity.density(0.7))
        .connect("b", "b", Sparsity.fanIn(1))
        .output("b")
        .seed(random.nextLong())
        .build();
  }
}
