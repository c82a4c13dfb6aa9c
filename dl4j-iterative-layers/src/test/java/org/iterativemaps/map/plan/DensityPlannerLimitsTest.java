package org.iterativemaps.map.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.iterativemaps.map.Block;
import org.iterativemaps.map.BlockMap;
import org.iterativemaps.map.Injection;
import org.iterativemaps.map.pattern.Sparsity;
import org.junit.jupiter.api.Test;

/** How far off a plan may be, and what is named where it would be further off. */
class DensityPlannerLimitsTest {

  /** The budget needs 14 hidden units, and then dense h->h has 196 of the 6501 weights. */
  @Test
  void aSmallTargetThatTheBudgetRulesOutIsRefused() {
    String message = refusal(smallTarget());
    assertTrue(message.contains("0.01"), message);
    assertTrue(message.endsWith("the nearest feasible hidden proportion is 0.030149"), message);
    assertEquals(14, smallTarget().hiddenProportion(0.030149).plan().hiddenSize());
  }

  private static DensityPlanner smallTarget() {
    return DensityPlanner.of(180, 27)
        .trainableWeights(6501)
        .hiddenProportion(0.01)
        .density(PaperBlock.X_TO_H, .5)
        .density(PaperBlock.H_TO_H, 1)
        .density(PaperBlock.X_TO_Y, .75);
  }

  /**
   * Small targets with hidden size and budget open and every density given, against every hidden
   * size: what is planned is the nearest there is, and where that is far off, it is named instead.
   */
  @Test
  void smallTargetsAreMetAsNearlyAsHiddenSizesCanOrRefused() {
    int met = 0;
    int refused = 0;
    for (long seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      int x = 1 + random.nextInt(60);
      int y = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(20);
      DensityPlanner planner =
          y == 0 ? DensityPlanner.withoutOutputSlot(x) : DensityPlanner.of(x, y);
      Map<PaperBlock, Double> densities = new EnumMap<>(PaperBlock.class);
      for (PaperBlock block : PaperBlock.values()) {
        double density = y == 0 && block.touches("y") ? 0 : 0.02 + 0.98 * random.nextDouble();
        densities.put(block, density);
        planner.density(block, density);
      }
      double target = Math.pow(10, -4 + 3.5 * random.nextDouble());
      DensityPlan nearest = null;
      for (int h = 1; h <= 4_000; h++) {
        DensityPlan plan = new DensityPlan(x, h, y, densities);
        boolean isNearer =
            nearest == null
                || Math.abs(plan.hiddenProportion() - target)
                    < Math.abs(nearest.hiddenProportion() - target);
        nearest = isNearer ? plan : nearest;
        if (plan.hiddenProportion() > target) {
          break; // it grows with h
        }
      }
      double miss = Math.abs(nearest.hiddenProportion() - target);
      String what = "seed " + seed + ", target " + target + ", nearest " + nearest;
      planner.hiddenProportion(target);
      try {
        assertEquals(nearest, planner.plan(), what);
        assertTrue(miss <= 0.5 * target + 1e-9, what);
        met++;
      } catch (IllegalArgumentException e) {
        String message = what + ": " + e.getMessage();
        assertTrue(miss > Math.min(0.005, 0.5 * target), message);
        assertTrue(message.contains("hidden size"), message);
        double named = Double.parseDouble(e.getMessage().replaceAll(".* ", ""));
        assertEquals(nearest.hiddenProportion(), named, 1e-6, message);
        refused++;
      }
    }
    assertTrue(met > 100 && refused > 50, met + " met, " + refused + " refused");
  }

  @Test
  void theLimitThatBindsIsNamed() {
    DensityPlanner one =
        DensityPlanner.withoutOutputSlot(32)
            .density(PaperBlock.X_TO_H, 1)
            .density(PaperBlock.H_TO_H, 1)
            .hiddenProportion(0.01);
    String message = refusal(one);
    assertTrue(message.contains("makes 0.030303 with hidden size 1, the smallest"), message);
    assertTrue(message.endsWith("the nearest feasible hidden proportion is 0.030303"), message);
    message = refusal(smallTarget());
    assertTrue(message.contains("14, the smallest that the budget fits into"), message);
  }

  /** With h->h given, whole hidden sizes leave only some proportions: against all of them. */
  @Test
  void missesATargetByNoMoreThanOneHiddenUnitForces() {
    int feasible = 0;
    int refused = 0;
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      int x = 1 + random.nextInt(200);
      int y = 1 + random.nextInt(30);
      Map<PaperBlock, Double> given = new EnumMap<>(PaperBlock.class);
      given.put(PaperBlock.H_TO_H, 0.05 + 0.95 * random.nextDouble());
      for (PaperBlock block : PaperBlock.values()) {
        if (block != PaperBlock.Y_TO_H && random.nextInt(3) == 0) {
          given.putIfAbsent(block, random.nextInt(4) == 0 ? 0 : random.nextDouble());
        }
      }
      int budget = 20 + random.nextInt(10_000);
      double target = Math.pow(random.nextDouble(), 3);
      double nearest = nearestTarget(x, y, given, budget, target);
      String what = "seed " + seed + ", target " + target + ", nearest " + nearest;
      DensityPlanner planner = planner(x, y, given, budget).hiddenProportion(target);
      try {
        DensityPlan plan = planner.plan();
        double unit = given.get(PaperBlock.H_TO_H) * (2 * plan.hiddenSize() - 1) / budget;
        assertEquals(target, plan.hiddenProportion(), Math.max(0.005, unit) + 1e-9, what);
        feasible++;
      } catch (IllegalArgumentException e) {
        refused++;
        if (nearest > 1) {
          assertTrue(e.getMessage().contains("no other hidden proportion"), what + e.getMessage());
          continue;
        }
        assertTrue(Math.abs(nearest - target) > 1e-9, what + e.getMessage());
        double named = Double.parseDouble(e.getMessage().replaceAll(".* ", ""));
        assertEquals(nearest, named, 1e-6, what + e.getMessage());
        planner(x, y, given, budget).hiddenProportion(named).plan();
      }
    }
    assertTrue(feasible > 100 && refused > 100, feasible + " feasible, " + refused + " refused");
  }

  private static DensityPlanner planner(
      int x, int y, Map<PaperBlock, Double> given, double budget) {
    DensityPlanner planner = DensityPlanner.of(x, y).trainableWeights(budget);
    given.forEach(planner::density);
    return planner;
  }

  /** By trying every hidden size; y -> h is open. 9 if there is none. */
  private static double nearestTarget(
      int x, int y, Map<PaperBlock, Double> given, double budget, double target) {
    double best = 9;
    for (int h = 1; h <= 500; h++) {
      double least = 0;
      double most = 0;
      for (PaperBlock block : PaperBlock.values()) {
        least += given.getOrDefault(block, 0.0) * block.cells(x, h, y);
        most += given.getOrDefault(block, 1.0) * block.cells(x, h, y);
      }
      double here = given.get(PaperBlock.H_TO_H) * h * h / budget;
      if (least <= budget && budget <= most && Math.abs(here - target) < Math.abs(best - target)) {
        best = here;
      }
    }
    return best;
  }

  /** A hidden size that is given is not rounded: nothing excuses a target that is missed. */
  @Test
  void aGivenHiddenSizeForcesNoMiss() {
    DensityPlanner planner =
        DensityPlanner.of(2, 1)
            .hiddenSize(3)
            .density(PaperBlock.Y_TO_H, 0)
            .density(PaperBlock.X_TO_Y, 0)
            .density(PaperBlock.Y_TO_Y, 0)
            .density(PaperBlock.X_TO_H, 1)
            .density(PaperBlock.H_TO_Y, 1)
            .density(PaperBlock.H_TO_H, 1)
            .hiddenProportion(0.4);
    String message = refusal(planner);
    assertTrue(message.endsWith("the nearest feasible hidden proportion is 0.500000"), message);
  }

  @Test
  void aBudgetBesideATargetIsRefusedWithTheNearestBudget() {
    // Dense: 1424 weights around h, and as many in h->h as give it a third.
    assertEquals(2136, nearestBudget(1e6, 1.0 / 3), 1);
    // The sides that are given, 1000 weights, are the other half.
    assertEquals(2000, nearestBudget(500, 0.5, PaperBlock.X_TO_H), 1);
    // 10 000 cells in h->h are at most 0.9 of the weights.
    assertEquals(11_111, nearestBudget(20_000, 0.9), 1);
  }

  private static double nearestBudget(double budget, double target, PaperBlock... dense) {
    DensityPlanner planner = DensityPlanner.of(10, 2).hiddenSize(100).hiddenProportion(target);
    for (PaperBlock block : dense) {
      planner.density(block, 1);
    }
    String message = refusal(planner.trainableWeights(budget));
    String named = message.replaceAll(".*the nearest feasible budget is (\\d+).*", "$1");
    planner.trainableWeights(Double.parseDouble(named)).plan();
    return Double.parseDouble(named);
  }

  @Test
  void aTargetOfLessThanOneWeightIsRefused() {
    DensityPlanner planner =
        DensityPlanner.of(4, 2).hiddenSize(10).trainableWeights(30).hiddenProportion(0.01);
    String message = refusal(planner);
    assertTrue(message.contains("of 30 whole weights"), message);
    assertTrue(message.contains("h->h with hidden size 10 gets 1"), message);
    // Two thirds of a weight, of which one is half as much again.
    assertTrue(message.contains("budget is 67; the nearest"), message);
    assertTrue(message.endsWith("hidden proportion is 0.022223"), message);
    planner.hiddenProportion(0.022223).plan();
  }

  @Test
  void aTargetThatLeavesOtherBlocksNoWeightIsRefused() {
    DensityPlanner planner =
        DensityPlanner.of(4, 2).hiddenSize(10).trainableWeights(50).hiddenProportion(0.99);
    String message = refusal(planner);
    assertTrue(message.contains("at least one for each of the 6 blocks"), message);
    assertTrue(message.contains("gets 45"), message);
    assertTrue(message.endsWith("the nearest feasible hidden proportion is 0.920000"), message);
    planner.hiddenProportion(0.92).plan(); // 45 of 50 are off by one weight
  }

  @Test
  void anOpenHiddenSizeExcusesNoMissOfAnOpenDensity() {
    DensityPlanner planner = DensityPlanner.of(4, 2).trainableWeights(50).hiddenProportion(0.99);
    String message = refusal(planner);
    double named = Double.parseDouble(message.replaceAll(".* ", ""));
    assertEquals(0.91, named, 0.011, message); // five of 50 weights are those of the other blocks
    planner.hiddenProportion(named).plan();
  }

  @Test
  void aBudgetOfFewerWeightsThanBlocksIsRefused() {
    DensityPlanner planner = DensityPlanner.of(1, 1).hiddenSize(2).trainableWeights(3);
    assertTrue(refusal(planner).contains("use at least 6, or leave blocks out"), refusal(planner));
    planner.density(PaperBlock.X_TO_Y, 0).density(PaperBlock.Y_TO_Y, 0);
    planner.density(PaperBlock.Y_TO_H, 0).plan();
  }

  /**
   * Small budgets, any target: the map has the weights of the budget, its realised hidden
   * proportion is off by what is documented at most and every block is there, or it is refused with
   * a proportion that can be had.
   */
  @Test
  void smallBudgetsAreMetInWholeWeightsOrRefused() {
    int met = 0;
    int refused = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      int y = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(6);
      int x = 1 + random.nextInt(8);
      long budget = 1 + random.nextInt(120);
      double target = random.nextInt(3) == 0 ? 1 - random.nextDouble() / 20 : random.nextDouble();
      target = random.nextInt(3) == 0 ? target / 50 : target;
      Integer hidden = random.nextBoolean() ? 1 + random.nextInt(20) : null;
      String what = "seed " + seed + ", budget " + budget + ", target " + target;
      try {
        assertMet(x, hidden, y, budget, target, what);
        met++;
      } catch (IllegalArgumentException e) {
        refused++;
        String message = what + ": " + e.getMessage();
        assertTrue(!message.contains("reach"), message);
        if (!message.contains("no other hidden proportion")) {
          double named = Double.parseDouble(e.getMessage().replaceAll(".* ", ""));
          assertMet(x, hidden, y, budget, named, message);
        }
      }
    }
    assertTrue(met > 500 && refused > 500, met + " met, " + refused + " refused");
  }

  private static void assertMet(
      int x, Integer hidden, int y, long budget, double target, String what) {
    MapPlan plan =
        new MapPlan(hidden, y, Map.of(), budget, target, null, true, Injection.HOLD, 5, 1);
    BlockMap map = plan.map(x);
    assertEquals(y == 0 ? 2 : 6, map.blocks().size(), what);
    double all = map.blocks().stream().mapToLong(b -> entries(b)).sum();
    double own =
        map.blocks().stream().filter(b -> b.name().equals("h->h")).mapToLong(b -> entries(b)).sum();
    int unit = hidden == null ? 2 * plan.solve(x).hiddenSize() - 1 : 1;
    assertEquals(budget, all, Math.max(0.005 * budget, hidden == null ? unit * (x + y) : 0), what);
    double slack = Math.min(Math.max(0.005, 1 / all), target / 2);
    assertEquals(target, own / all, slack + 1e-6, what);
  }

  private static long entries(Block block) {
    return ((Sparsity.Entries) block.sparsity()).count();
  }

  private static String refusal(DensityPlanner planner) {
    return assertThrows(IllegalArgumentException.class, planner::plan).getMessage();
  }
}
