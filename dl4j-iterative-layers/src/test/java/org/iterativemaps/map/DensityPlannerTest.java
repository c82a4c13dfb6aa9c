package org.iterativemaps.map;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationTanH;

class DensityPlannerTest {

  /** A random plan is made; parts of it are given away; what comes back has what was given. */
  @Test
  void whatIsGivenComesBackAndWhatIsAskedForIsMet() {
    int feasible = 0;
    int refused = 0;
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
        // The documented choice for open blocks need not be feasible where another one is.
        assertTrue(!sized || given.size() < 6, () -> "refused its own plan: " + e.getMessage());
        refused++;
        continue;
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
    assertTrue(feasible > 2_500, "feasible " + feasible + ", refused " + refused);
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
}
