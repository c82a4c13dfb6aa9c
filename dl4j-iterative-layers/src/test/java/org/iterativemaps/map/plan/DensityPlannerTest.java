package org.iterativemaps.map.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.iterativemaps.map.BlockMap;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationTanH;

class DensityPlannerTest {

  /** A random plan is made; parts of it are given away; what comes back has what was given. */
  @Test
  void whatIsGivenComesBackAndWhatIsAskedForIsMet() {
    int feasible = 0;
    for (long seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      DensityPlan truth = randomPlan(random);
      DensityPlanner planner = DensityPlanner.of(truth.inputSize(), truth.outputSize());
      List<PaperBlock> blocks = new ArrayList<>(List.of(PaperBlock.values()));
      Collections.shuffle(blocks, random);
      List<PaperBlock> given = blocks.subList(0, random.nextInt(7));
      given.forEach(b -> planner.density(b, truth.densities().get(b)));
      boolean sized = random.nextBoolean();
      boolean budgeted = random.nextBoolean();
      boolean aimed = random.nextBoolean();
      if (sized) {
        planner.hiddenSize(truth.hiddenSize());
      }
      if (budgeted) {
        planner.trainableWeights(truth.expectedWeights());
      }
      if (aimed) {
        planner.hiddenProportion(truth.hiddenProportion());
      }
      if (!sized && !budgeted && !aimed) {
        assertThrows(IllegalArgumentException.class, planner::plan);
        continue;
      }
      DensityPlan plan;
      try {
        plan = planner.plan();
      } catch (IllegalArgumentException e) {
        throw new AssertionError("seed " + seed + " refused " + truth, e);
      }
      feasible++;
      String what = "seed " + seed + " " + truth + " -> " + plan;
      given.forEach(b -> assertEquals(truth.densities().get(b), plan.densities().get(b), what));
      double unit = plan.expectedWeights() / plan.hiddenSize() * 2;
      if (sized) {
        assertEquals(truth.hiddenSize(), plan.hiddenSize(), what);
      }
      if (budgeted) {
        assertEquals(
            truth.expectedWeights(),
            plan.expectedWeights(),
            Math.max(0.005 * truth.expectedWeights(), unit),
            what);
      }
      if (aimed) {
        assertEquals(
            truth.hiddenProportion(),
            plan.hiddenProportion(),
            Math.max(0.0051, unit / plan.expectedWeights()),
            what);
      }
    }
    assertTrue(feasible > 4_000, "feasible " + feasible);
  }

  private static DensityPlan randomPlan(Random random) {
    Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
    for (PaperBlock block : PaperBlock.values()) {
      densities.put(block, Math.max(0.01, random.nextDouble()));
    }
    return new DensityPlan(
        1 + random.nextInt(200), 5 + random.nextInt(500), 1 + random.nextInt(30), densities);
  }

  @Test
  void aBudgetAndAllDensitiesGiveTheHiddenSizeOfTheQuadratic() {
    for (long seed = 0; seed < 1_000; seed++) {
      DensityPlan truth = randomPlan(new Random(seed));
      DensityPlanner planner =
          DensityPlanner.of(truth.inputSize(), truth.outputSize())
              .trainableWeights(truth.expectedWeights());
      truth.densities().forEach(planner::density);
      assertEquals(truth.hiddenSize(), planner.plan().hiddenSize());
    }
  }

  @Test
  void aBudgetAndATargetAreMetWithOpenDensities() {
    for (double target : new double[] {0.1, 0.3, 0.43, 0.46}) {
      DensityPlan plan =
          DensityPlanner.of(2500, 10).trainableWeights(100_000).hiddenProportion(target).plan();
      assertEquals(100_000, plan.expectedWeights(), 1e-6);
      assertEquals(target, plan.hiddenProportion(), 1e-9);
      DensityPlan sized =
          DensityPlanner.of(2500, 10)
              .hiddenSize(400)
              .density(PaperBlock.Y_TO_H, 0)
              .trainableWeights(100_000)
              .hiddenProportion(target)
              .plan();
      assertEquals(100_000, sized.expectedWeights(), 1e-6);
      assertEquals(target, sized.hiddenProportion(), 1e-9);
      assertEquals(0, sized.densities().get(PaperBlock.Y_TO_H));
      DensityPlan wide =
          DensityPlanner.of(2500, 10)
              .density(PaperBlock.X_TO_H, 0.1)
              .trainableWeights(100_000)
              .hiddenProportion(target)
              .plan();
      assertEquals(100_000, wide.expectedWeights(), 500);
      assertEquals(target, wide.hiddenProportion(), 0.005);
    }
  }

  @Test
  void exactMapsHitTheBudgetAndBernoulliMapsComeClose() {
    DensityPlan plan =
        DensityPlanner.of(81, 9).trainableWeights(20_000).hiddenProportion(0.5).plan();
    BlockMap exact = plan.exactMap(new ActivationTanH(), new ActivationIdentity(), 1);
    assertEquals(20_000, exact.realize().trainableWeights());
    assertEquals(0.5, HiddenProportion.realized(exact.realize()).value(), 1e-4);
    BlockMap random = plan.bernoulliMap(new ActivationTanH(), new ActivationIdentity(), 1);
    assertEquals(0.5, HiddenProportion.expected(random).value(), 1e-9);
    assertEquals(20_000, random.realize().trainableWeights(), 4 * Math.sqrt(20_000));
  }

  /**
   * Any budgets and targets, feasible or not, against a search over every hidden size: the planner
   * refuses exactly what cannot be met, and the target that it names instead is the nearest.
   */
  @Test
  void refusesExactlyTheImpossibleAndNamesTheNearestTarget() {
    int feasible = 0;
    int refused = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int x = 1 + random.nextInt(30);
      int y = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(8);
      DensityPlanner planner =
          y == 0 ? DensityPlanner.withoutOutputSlot(x) : DensityPlanner.of(x, y);
      Map<PaperBlock, Double> given = new EnumMap<>(PaperBlock.class);
      for (PaperBlock block : PaperBlock.values()) {
        boolean exists = y > 0 || !(block.blockName().contains("y"));
        if (exists && block != PaperBlock.H_TO_H && random.nextInt(3) == 0) {
          given.put(block, random.nextInt(4) == 0 ? 0 : random.nextDouble());
          planner.density(block, given.get(block));
        }
      }
      int hidden = random.nextBoolean() ? 1 + random.nextInt(60) : 0;
      if (hidden > 0) {
        planner.hiddenSize(hidden);
      }
      int budget = 20 + random.nextInt(3_000);
      double target = 0.05 + 0.9 * random.nextDouble();
      planner.trainableWeights(budget).hiddenProportion(target);
      double nearest = nearestTarget(x, y, given, hidden, budget, target, 0);
      String what = "seed " + seed + " nearest " + nearest + " of " + target;
      try {
        DensityPlan plan = planner.plan();
        assertEquals(budget, plan.expectedWeights(), Math.max(0.005 * budget, unit(plan)), what);
        assertEquals(
            target, plan.hiddenProportion(), Math.max(0.005, unit(plan) / budget) + 1e-9, what);
        if (openSides(given, y)) {
          assertEquals(target, nearest, 1e-9, what);
        }
        feasible++;
      } catch (IllegalArgumentException e) {
        refused++;
        what += ": " + e.getMessage();
        // No further off than where every block has a weight, which rounding would give it.
        double whole = nearestTarget(x, y, given, hidden, budget, target, 1);
        what += ", whole " + whole;
        assertTrue(Math.abs(whole - target) > 1e-9, what);
        if (openSides(given, y) && nearest < 2) {
          assertTrue(e.getMessage().contains("nearest feasible hidden proportion is"), what);
          double named = Double.parseDouble(e.getMessage().replaceAll(".* ", ""));
          double miss = Math.abs(named - target);
          assertTrue(miss >= Math.abs(nearest - target) - 1e-3, what);
          assertTrue(miss <= Math.abs(whole - target) + 1e-3, what);
        }
      }
    }
    assertTrue(feasible > 500 && refused > 300, feasible + " feasible, " + refused + " refused");
  }

  private static boolean openSides(Map<PaperBlock, Double> given, int y) {
    return given.size() < (y == 0 ? 1 : 5);
  }

  private static double unit(DensityPlan plan) {
    return 2 * plan.expectedWeights() / plan.hiddenSize();
  }

  /**
   * By trying every hidden size; h -> h is open. 9 if there is none.
   *
   * @param ofBlock weights that a side block has at least
   */
  private static double nearestTarget(
      int x,
      int y,
      Map<PaperBlock, Double> given,
      int hidden,
      double budget,
      double target,
      int ofBlock) {
    double best = 9;
    for (int h = hidden > 0 ? hidden : 1; h <= (hidden > 0 ? hidden : 3_000); h++) {
      double least = 0;
      double most = 0;
      for (PaperBlock block : PaperBlock.values()) {
        if (block != PaperBlock.H_TO_H) {
          double cells = block.cells(x, h, y);
          boolean exists = cells > 0 && given.getOrDefault(block, 1.0) > 0;
          least += exists ? Math.max(ofBlock, given.getOrDefault(block, 0.0) * cells) : 0;
          most += given.getOrDefault(block, 1.0) * cells;
        }
      }
      double low = Math.max(0, 1 - most / budget);
      double high = Math.min(1 - least / budget, (double) h * h / budget);
      if (low <= high) {
        double here = Math.min(Math.max(target, low), high);
        best = Math.abs(here - target) < Math.abs(best - target) ? here : best;
      }
    }
    return best;
  }

  @Test
  void wholeBudgetsAreHitExactly() {
    for (long seed = 0; seed < 1_000; seed++) {
      DensityPlan plan = randomPlan(new Random(seed));
      double off = 1 + (seed % 3 - 1) * 0.005;
      long weights = Math.round(off * plan.expectedWeights());
      Map<PaperBlock, Long> counts = plan.exactEntries(weights);
      assertEquals(weights, counts.values().stream().mapToLong(c -> c).sum());
      for (PaperBlock block : PaperBlock.values()) {
        double cells = block.cells(plan.inputSize(), plan.hiddenSize(), plan.outputSize());
        assertTrue(counts.get(block) >= 0 && counts.get(block) <= cells);
        double change = counts.get(block) - plan.expectedWeights(block);
        double allowed = 1 + 0.02 * plan.expectedWeights(block);
        assertTrue(Math.abs(change) <= allowed, () -> "seed " + plan + " " + counts);
      }
    }
  }

  @Test
  void fullBlocksStayFullWhereOthersCanMakeUp() {
    Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
    for (PaperBlock block : PaperBlock.values()) {
      densities.put(block, 1.0);
    }
    densities.put(PaperBlock.H_TO_H, 0.5);
    DensityPlan plan = new DensityPlan(10, 20, 3, densities);
    long expected = Math.round(plan.expectedWeights());
    for (long weights : new long[] {expected - 9, expected, expected + 9}) {
      Map<PaperBlock, Long> counts = plan.exactEntries(weights);
      assertEquals(200 + weights - expected, counts.get(PaperBlock.H_TO_H));
      assertEquals(200, counts.get(PaperBlock.X_TO_H));
    }
    densities.put(PaperBlock.H_TO_H, 1.0);
    DensityPlan full = new DensityPlan(10, 20, 3, densities);
    assertThrows(IllegalArgumentException.class, () -> full.exactEntries(10_000));
    assertEquals(100, full.exactEntries(100).values().stream().mapToLong(c -> c).sum());
  }

  @Test
  void withoutSlotYTheOutputIsH() {
    DensityPlan plan =
        DensityPlanner.withoutOutputSlot(784)
            .trainableWeights(100_000)
            .hiddenProportion(0.5)
            .plan();
    assertEquals(784, plan.hiddenSize()); // one density for both blocks
    BlockMap map = plan.exactMap(new ActivationTanH(), null, 1);
    assertEquals("h", map.output().name());
    assertEquals(2, map.blocks().size());
    assertEquals(100_000, map.realize().trainableWeights());
    assertThrows(
        IllegalArgumentException.class,
        () -> DensityPlanner.withoutOutputSlot(5).density(PaperBlock.H_TO_Y, 0.5));
  }

  @Test
  void theImpossibleIsRefusedWithTheLimitAndTheNearestTarget() {
    refused(
        "the nearest feasible hidden proportion is 0.100000",
        DensityPlanner.of(50, 10).hiddenSize(10).trainableWeights(1000).hiddenProportion(0.5));
    // 250 H weights from the input leave at most H² = 215.3² of 100 000 for h->h.
    refused(
        "the nearest feasible hidden proportion is 0.46",
        DensityPlanner.of(2500, 10)
            .density(PaperBlock.X_TO_H, 0.1)
            .trainableWeights(100_000)
            .hiddenProportion(0.54));
    refused(
        "the nearest feasible hidden proportion is 0.830000",
        DensityPlanner.of(10, 2)
            .hiddenSize(100)
            .trainableWeights(8_376.470588235294)
            .hiddenProportion(0.1));
    refused(
        "nearest feasible budget is 11424",
        DensityPlanner.of(10, 2).hiddenSize(100).trainableWeights(1e6));
    refused("nothing to solve it from", DensityPlanner.of(10, 2));
    assertThrows(IllegalArgumentException.class, () -> DensityPlanner.of(0, 2));
    assertThrows(
        IllegalArgumentException.class, () -> DensityPlanner.of(1, 2).trainableWeights(-1));
    assertThrows(IllegalArgumentException.class, () -> DensityPlanner.of(1, 2).hiddenProportion(1));
    assertThrows(
        IllegalArgumentException.class,
        () -> DensityPlanner.of(1, 2).density(PaperBlock.H_TO_H, 1.1));
  }

  private static void refused(String says, DensityPlanner planner) {
    String message = assertThrows(IllegalArgumentException.class, planner::plan).getMessage();
    assertTrue(message.contains(says), message);
  }

  @Test
  void plansWithoutAnyWeightAreRefused() {
    DensityPlanner nothing =
        DensityPlanner.withoutOutputSlot(10)
            .hiddenSize(5)
            .density(PaperBlock.X_TO_H, 0)
            .hiddenProportion(0.5);
    assertThrows(IllegalArgumentException.class, nothing::plan);
  }
}
