package org.iterativemaps.iterate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.iterativemaps.kernel.MapKernel;
import org.iterativemaps.kernel.RandomPrograms;
import org.iterativemaps.kernel.reference.ReferenceKernel;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Parameter;
import org.iterativemaps.map.RealizedMap;
import org.iterativemaps.map.Slot;
import org.iterativemaps.map.pattern.Sparsity;
import org.iterativemaps.map.values.WeightValues;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is called dead has a gradient of exactly zero, and what is called live has one. */
class LivenessTest {
  private static final Predicate<Slot> KEEPS_ZERO =
      slot -> !(slot.activation() instanceof ActivationSigmoid);
  private static final Activation[] ACTIVATIONS = {
    Activation.TANH, Activation.SIGMOID, Activation.IDENTITY, Activation.SOFTSIGN
  };

  /** Dense blocks between up to four state slots, some without bias, some fixed. */
  private static BlockMap map(Random random) {
    int states = 1 + random.nextInt(4);
    BlockMapBuilder builder =
        BlockMap.builder()
            .input("x", 2 + random.nextInt(2))
            .injection(Injection.values()[random.nextInt(2)]);
    for (int s = 0; s < states; s++) {
      Activation activation = ACTIVATIONS[random.nextInt(ACTIVATIONS.length)];
      if (random.nextBoolean()) {
        builder.stateWithoutBias("s" + s, 2, activation.getActivationFunction());
      } else {
        builder.state("s" + s, 2, activation);
      }
    }
    int entrance = random.nextInt(states);
    for (int to = 0; to < states; to++) {
      if (to == entrance || random.nextInt(3) == 0) {
        builder.connect("x", "s" + to, Sparsity.dense());
      }
      for (int from = 0; from < states; from++) {
        if (random.nextInt(5) < 2) {
          builder.connect("s" + from, "s" + to, Sparsity.dense());
        } else if (random.nextInt(10) == 0) {
          builder.connectFixed("s" + from, "s" + to, Sparsity.dense(), WeightValues.constant(0.4));
        }
      }
    }
    BlockMap map = builder.output("s" + entrance).build();
    String output = "s" + random.nextInt(states);
    return map.shortestPathFromInput(output).isPresent() ? map.withOutput(output) : map;
  }

  private static MapProgram program(boolean recurrent, BlockMap map, int steps) {
    RealizedMap realized = map.realize();
    return recurrent
        ? MapProgram.sequence(realized, steps, null)
        : MapProgram.singleToken(realized, steps, null);
  }

  private static Liveness liveness(boolean recurrent, BlockMap map, int steps) {
    return recurrent
        ? Liveness.sequence(map, steps, KEEPS_ZERO)
        : Liveness.singleToken(map, steps, KEEPS_ZERO);
  }

  /** Gradients of every parameter, from random numbers everywhere. */
  private static INDArray[] gradients(boolean recurrent, MapProgram program, long seed) {
    RandomPrograms random = new RandomPrograms(seed);
    RealizedMap realized = program.realized();
    int time = recurrent ? 6 : 1;
    INDArray[] parameters = random.parameters(realized, DataType.DOUBLE);
    INDArray[] initial = null;
    if (recurrent) {
      initial =
          realized.map().slots().stream()
              .map(slot -> slot.isInput() ? null : random.normal(DataType.DOUBLE, 3, slot.size()))
              .toArray(INDArray[]::new);
    }
    INDArray input = random.normal(DataType.DOUBLE, 3, program.size(program.inputSlot()), time);
    INDArray output = Nd4j.create(DataType.DOUBLE, 3, program.size(program.outputSlot()), time);
    MapKernel kernel = new ReferenceKernel(program);
    kernel.forward(parameters, input, null, initial, output, true);
    INDArray[] gradients = new INDArray[parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = Nd4j.create(DataType.DOUBLE, parameters[p].shape());
    }
    kernel.backward(random.normal(DataType.DOUBLE, output.shape()), 0, gradients, input.dup());
    return gradients;
  }

  private static boolean isZero(INDArray values) {
    boolean zero = true;
    for (double value : values.dup().data().asDouble()) {
      zero &= value == 0; // false for NaN
    }
    return zero;
  }

  @Test
  void deadIsWhatHasNoGradient() {
    int dead = 0;
    int live = 0;
    int deadBiases = 0;
    for (long seed = 0; seed < 120; seed++) {
      Random random = new Random(seed);
      BlockMap map = map(random);
      boolean recurrent = random.nextBoolean();
      int steps = 1 + random.nextInt(4);
      Liveness liveness;
      try {
        liveness = liveness(recurrent, map, steps);
      } catch (IllegalArgumentException unreachable) {
        continue;
      }
      String what = "seed " + seed + " K " + steps + " recurrent " + recurrent + " " + map;
      MapProgram program = program(recurrent, map, steps);
      INDArray[] gradients = gradients(recurrent, program, seed);
      List<Parameter> parameters = program.realized().parameters();
      for (int p = 0; p < gradients.length; p++) {
        Parameter parameter = parameters.get(p);
        boolean isLive =
            parameter.isBias()
                ? liveness.isComputed(parameter.slot())
                : liveness.isLive(parameter.block());
        assertEquals(isLive, !isZero(gradients[p]), what + " parameter " + parameter);
        dead += !isLive && !parameter.isBias() ? 1 : 0;
        deadBiases += !isLive && parameter.isBias() ? 1 : 0;
        live += isLive ? 1 : 0;
      }
    }
    assertTrue(
        dead > 30 && live > 150 && deadBiases > 2,
        dead + " dead, " + live + " live, dead biases " + deadBiases);
  }

  /** The smallest K that is named brings a gradient, and none below it does. */
  @Test
  void theNamedNumberOfStepsIsTheSmallest() {
    int revived = 0;
    int hopeless = 0;
    for (long seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      BlockMap map = map(random);
      int steps = 1 + random.nextInt(3);
      Liveness liveness;
      try {
        liveness = liveness(false, map, steps);
      } catch (IllegalArgumentException unreachable) {
        continue;
      }
      for (Liveness.DeadBlock dead : liveness.dead()) {
        int block = map.blocks().indexOf(dead.block());
        OptionalInt found = OptionalInt.empty();
        for (int k = 1; k <= 9 && found.isEmpty(); k++) {
          boolean isPossible = true;
          try {
            liveness(false, map, k);
          } catch (IllegalArgumentException unreachable) {
            isPossible = false;
          }
          if (isPossible) {
            MapProgram program = program(false, map, k);
            int parameter = program.realized().blocks().get(block).parameter();
            if (!isZero(gradients(false, program, seed)[parameter])) {
              found = OptionalInt.of(k);
            }
          }
        }
        assertEquals(found, dead.livesFrom(), "seed " + seed + " " + dead.block() + " of " + map);
        revived += found.isPresent() ? 1 : 0;
        hopeless += found.isPresent() ? 0 : 1;
      }
    }
    assertTrue(revived > 7 && hopeless > 2, revived + " revived, " + hopeless + " hopeless");
  }

  /** A loop of some length without biases, so that slots are zero in some of the steps only. */
  private static BlockMap ring(Random random) {
    BlockMapBuilder builder =
        BlockMap.builder().input("x", 2).injection(Injection.values()[random.nextInt(2)]);
    int length = 1 + random.nextInt(4);
    for (int s = 0; s < length; s++) {
      builder.stateWithoutBias("s" + s, 2, Activation.TANH.getActivationFunction());
      builder.connect("s" + (s + length - 1) % length, "s" + s, Sparsity.dense());
    }
    builder.connect("x", "s" + random.nextInt(length), Sparsity.dense());
    builder.stateWithoutBias("y", 2, Activation.TANH.getActivationFunction());
    for (int s = 0; s < length; s++) {
      if (s == 0 || random.nextBoolean()) {
        builder.connect("s" + s, "y", Sparsity.dense());
      }
    }
    if (random.nextBoolean()) {
      builder.connect("y", "y", Sparsity.dense());
    }
    return builder.output("y").build();
  }

  /** Many steps bring to life what few of the same remainder do, and cost no more. */
  @Test
  void anyNumberOfStepsIsAnsweredAtOnce() {
    int partlyDead = 0;
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      BlockMap map = seed % 2 == 0 ? ring(random) : map(random);
      boolean recurrent = random.nextInt(4) == 0;
      int remainder = random.nextInt(60);
      Liveness few;
      try {
        few = liveness(recurrent, map, 180 + remainder);
      } catch (IllegalArgumentException unreachable) {
        continue;
      }
      assertWalked(few, recurrent, 180 + remainder, seed);
      assertWalked(liveness(recurrent, map, 240 + remainder), recurrent, 240 + remainder, seed);
      Liveness many = liveness(recurrent, map, 300_000_000 + remainder);
      assertEquals(few.dead(), many.dead(), "seed " + seed + " of " + map);
      for (int slot = 0; slot < map.slots().size(); slot++) {
        assertEquals(few.isComputed(slot), many.isComputed(slot), "seed " + seed + " of " + map);
      }
      partlyDead += few.dead().isEmpty() ? 0 : 1;
    }
    assertTrue(partlyDead > 20, "with dead blocks: " + partlyDead);
  }

  /** Update by update. */
  private static void assertWalked(Liveness found, boolean recurrent, int steps, long seed) {
    BlockMap map = found.map();
    Set<Schedule.Cell> zeros = new HashSet<>();
    Set<Integer> live = new HashSet<>();
    Schedule schedule =
        recurrent ? Schedule.sequence(map, steps) : Schedule.singleToken(map, steps);
    for (Schedule.Evaluation update : schedule.evaluations()) {
      Slot slot = map.slots().get(update.target().slot());
      update.reads().stream()
          .filter(read -> !zeros.contains(read.source()))
          .forEach(read -> live.add(read.block()));
      if (!slot.hasBias()
          && KEEPS_ZERO.test(slot)
          && update.reads().stream().allMatch(read -> zeros.contains(read.source()))) {
        zeros.add(update.target());
      }
    }
    for (int block = 0; block < map.blocks().size(); block++) {
      assertEquals(live.contains(block), found.isLive(block), "seed " + seed + " of " + map);
    }
  }

  @Test
  void feedbackReadsZerosInTheFirstStep() {
    BlockMap map =
        BlockMap.builder()
            .input("x")
            .state("h", 4)
            .connect("x", "h", Sparsity.dense())
            .connect("h", "h", Sparsity.dense())
            .output("h")
            .build();
    Liveness once = Liveness.singleToken(map, 1, slot -> true);
    assertEquals(1, once.dead().size());
    assertEquals("h->h", once.dead().get(0).block().name());
    assertEquals(OptionalInt.of(2), once.dead().get(0).livesFrom());
    assertEquals(List.of(), Liveness.singleToken(map, 2, slot -> true).dead());
    assertEquals(List.of(), Liveness.sequence(map, 1, slot -> true).dead());
  }
}
