package org.iterativemaps.iterate;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.iterativemaps.layers.IterativeMapLayer;
import org.iterativemaps.layers.IterativeMapRecurrentLayer;
import org.iterativemaps.map.BlockFunction;
import org.iterativemaps.map.BlockFunctions;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.BlockMapBuilder;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.Reach;
import org.iterativemaps.map.Update;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.nd4j.linalg.activations.Activation;

/** Products need all their sources, and a single token starts from a state of zeros. */
class ReachTest {
  private static final int MOST_STEPS = 12;

  /** Mostly products, in any order; null where the output has no path. */
  private static BlockMap randomMap(Random random) {
    int states = 1 + random.nextInt(4);
    int wires = random.nextInt(3);
    BlockMapBuilder builder =
        BlockMap.builder()
            .input("x", 2)
            .injection(random.nextInt(3) == 0 ? Injection.HOLD : Injection.IMPULSE);
    List<String> seen = new ArrayList<>(List.of("x", "x"));
    for (int s = 0; s < states; s++) {
      builder.state("s" + s, 2, Activation.TANH);
      seen.add("s" + s);
    }
    for (int w = 0; w < wires; w++) {
      builder.wire("w" + w, 2, Activation.TANH);
      blocks(builder, "w" + w, seen, random);
      seen.add("w" + w);
    }
    for (int s = 0; s < states; s++) {
      blocks(builder, "s" + s, seen, random);
      switch (random.nextInt(6)) {
        case 2 -> builder.update("s" + s, Update.leaky(0.3));
        case 0 -> builder.update("s" + s, Update.residual());
        case 1 -> builder.update("s" + s, Update.gated(any(seen, random)));
        default -> {} // replaced
      }
    }
    try {
      return builder.output("s" + random.nextInt(states)).build();
    } catch (IllegalArgumentException noPath) {
      assertTrue(noPath.getMessage().contains("in any number of steps"), noPath.getMessage());
      return null;
    }
  }

  private static void blocks(BlockMapBuilder builder, String to, List<String> seen, Random random) {
    if (random.nextInt(4) == 0) {
      builder.connect(any(seen, random), to, Sparsity.dense());
    }
    if (random.nextInt(4) > 0) {
      BlockFunction product =
          random.nextBoolean()
              ? BlockFunctions.product()
              : BlockFunctions.linearProduct(Sparsity.dense(), Sparsity.dense());
      builder.connect(List.of(any(seen, random), any(seen, random)), to, product);
    }
  }

  private static String any(List<String> names, Random random) {
    return names.get(random.nextInt(names.size()));
  }

  /** As a schedule that writes out every step has it, for layers and for maps in maps. */
  @Test
  void isWhatTheWrittenOutScheduleNeeds() {
    int none = 0;
    int later = 0;
    for (long seed = 0; seed < 2000; seed++) {
      BlockMap map = randomMap(new Random(seed));
      if (map == null) {
        continue;
      }
      String which = "seed " + seed + ", " + map;
      OptionalInt fewest =
          IntStream.rangeClosed(1, MOST_STEPS)
              .filter(k -> WrittenOutSchedule.singleToken(map, k) != null)
              .findFirst();
      assertEquals(fewest, Reach.fewestSteps(map), which);
      none += fewest.isEmpty() ? 1 : 0;
      boolean isLater =
          fewest.isPresent()
              && fewest.getAsInt() > map.shortestPathFromInput(map.output().name()).orElseThrow();
      later += isLater ? 1 : 0;
      for (int steps = 1; steps <= MOST_STEPS; steps++) {
        int k = steps;
        boolean isReached = WrittenOutSchedule.singleToken(map, k) != null;
        Optional<String> obstacle = Reach.obstacle(map, k);
        assertEquals(isReached, obstacle.isEmpty(), which);
        Executable layer = () -> new IterativeMapLayer.Builder().map(map).steps(k).build();
        Executable nested = () -> around(map, k);
        if (isReached) {
          assertDoesNotThrow(() -> Schedule.singleToken(map, k), which);
          assertDoesNotThrow(nested, which);
        } else {
          assertEquals(obstacle.orElseThrow(), message(() -> Schedule.singleToken(map, k)));
          assertEquals(obstacle.orElseThrow(), message(layer));
          assertEquals("block x->h: the nested map's " + obstacle.orElseThrow(), message(nested));
        }
      }
      Schedule.sequence(map, 1); // the state may start anywhere
    }
    assertTrue(none > 100 && later > 100, none + " never, " + later + " later");
  }

  private static BlockMap around(BlockMap inner, int steps) {
    return BlockMap.builder()
        .input("x", inner.input().size())
        .state("h", inner.output().size(), Activation.TANH)
        .connect("x", "h", BlockFunctions.nested(inner, steps))
        .output("h")
        .build();
  }

  private static BlockMap product(Injection injection) {
    return BlockMap.builder()
        .input("x", 2)
        .state("h", 2, Activation.SIGMOID)
        .connect(List.of("x", "h"), "h", BlockFunctions.product())
        .output("h")
        .injection(injection)
        .build();
  }

  @Test
  void theBlockAndTheReasonAreNamed() {
    String tooFew =
        message(() -> new IterativeMapLayer.Builder().map(product(Injection.HOLD)).build());
    assertTrue(tooFew.contains("in K = 1 steps; the smallest K that works is 2 ("), tooFew);
    assertTrue(tooFew.contains("block x,h->h is zero in the first step, in which 'h'"), tooFew);
    new IterativeMapLayer.Builder().map(product(Injection.HOLD)).steps(2).build();
    for (int steps : new int[] {1, 2, 7, Integer.MAX_VALUE}) {
      BlockMap map = product(Injection.IMPULSE);
      String never = message(() -> new IterativeMapLayer.Builder().map(map).steps(steps).build());
      assertTrue(never.contains("no K works") && never.contains("block x,h->h"), never);
      new IterativeMapRecurrentLayer.Builder().map(map).steps(steps).build();
    }
    String nested = message(() -> around(product(Injection.HOLD), 1));
    assertTrue(nested.startsWith("block x->h: the nested map's output slot 'h'"), nested);
    assertTrue(nested.contains("block x,h->h is zero"), nested);
  }

  /** x -> a <-> b: b is there after even numbers of steps alone, however many. */
  @Test
  void theMessageComesAtOnce() {
    BlockMap map =
        BlockMap.builder()
            .input("x", 2)
            .state("a", 2, Activation.TANH)
            .state("b", 2, Activation.TANH)
            .connect("x", "a", Sparsity.dense())
            .connect("a", "b", Sparsity.dense())
            .connect("b", "a", Sparsity.dense())
            .output("b")
            .injection(Injection.IMPULSE)
            .build();
    String message =
        assertTimeoutPreemptively(
            Duration.ofSeconds(20),
            () -> message(() -> Schedule.singleToken(map, Integer.MAX_VALUE)));
    assertTrue(message.contains("exactly K = 2147483647 steps; the smallest K that"), message);
  }

  @Test
  void slotsOfNestedMapsNameTheirActivation() {
    BlockMap inner =
        BlockMap.builder()
            .input("a", 2)
            .state("b", 2)
            .connect("a", "b", Sparsity.dense())
            .output("b")
            .build();
    String message = message(() -> around(inner, 1));
    assertTrue(message.startsWith("block x->h: slot 'b' of the nested map"), message);
    assertTrue(message.contains("the layer's does not reach it"), message);
    BlockMap random =
        inner.with(
            List.of(inner.input(), inner.output().with(Activation.RRELU.getActivationFunction())),
            inner.blocks());
    BlockMap around = around(random, 1);
    String atInit = message(() -> MapProgram.singleToken(around.realize(), 1, null));
    assertTrue(atInit.startsWith("block x->h, its nested map: slot 'b': RReLU"), atInit);
  }

  private static String message(Executable wrong) {
    return assertThrows(IllegalArgumentException.class, wrong).getMessage();
  }
}
